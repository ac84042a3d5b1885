import { expect } from 'chai'
import * as fc from 'fast-check'
import { formatFixed, parseFixed, shareOf, times } from '../../simulator/account/fixed.ts'
import { applyFill, flatPosition } from '../../simulator/account/position.ts'
import { AccountClient, type Truth } from './account-client.ts'
import { postJson, until } from './request.ts'
import { startWave } from './wave.ts'

const fixed = (text: string) => parseFixed(text)!
const sum = (texts: readonly string[]) => texts.reduce((total, text) => total + fixed(text), 0n)

/** What must hold of every account at every moment, to the last digit. */
function checkTruth(truth: Truth): void {
  for (const [asset, { balance }] of Object.entries(truth.balances)) {
    const rows = truth.income.filter((each) => each.asset === asset)
    expect(formatFixed(sum(rows.map((each) => each.amount))), `${asset} is its income`).to.equal(
      formatFixed(fixed(balance)),
    )
  }
  const booked = (type: string) =>
    sum(truth.income.filter((each) => each.type === type).map((each) => each.amount))
  expect(booked('REALIZED_PNL')).to.equal(sum(truth.trades.map((each) => each.realizedPnl)))
  expect(-booked('COMMISSION')).to.equal(sum(truth.trades.map((each) => each.commission)))
  for (const { symbol, side, size, entryPrice, realized } of truth.positions) {
    const trades = truth.trades.filter((each) => each.symbol === symbol && each.positionSide === side)
    const signed = (each: (typeof trades)[number], text: string) =>
      each.side === 'BUY' ? fixed(text) : -fixed(text)
    const held = trades.reduce((total, each) => total + signed(each, each.qty), 0n)
    expect(formatFixed(held), `${symbol} ${side} is its fills`).to.equal(formatFixed(fixed(size)))
    expect(sum(trades.map((each) => each.realizedPnl))).to.equal(fixed(realized))
    // What was paid and not realised yet is the cost of what is held.
    const cost = trades.reduce((total, each) => total + signed(each, each.quoteQty), 0n) + fixed(realized)
    const atEntry = times(fixed(size), fixed(entryPrice))
    const rounding = held < 0n ? -held : held
    expect(cost - atEntry <= rounding && atEntry - cost <= rounding, 'cost is size × entry').to.equal(true)
  }
}

describe('simulator account arithmetic', function () {
  this.timeout(40_000)

  it('reads decimals and writes them back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (value) => {
        expect(parseFixed(formatFixed(value))).to.equal(value)
      }),
    )
    for (const wrong of ['', '1.', '.5', '1e5', '--1', '1.123456789', 'x']) {
      expect(parseFixed(wrong), wrong).to.equal(undefined)
    }
    expect(parseFixed('1.1234567800')).to.equal(112_345_678n)
    expect([times(5n, 10_000_000n), times(-5n, 10_000_000n), shareOf(1n, 1n, 3n)]).to.deep.equal([
      1n,
      -1n,
      0n,
    ])
  })

  it('realises from flat to flat exactly what was received less what was paid', () => {
    const fill = fc.record({
      size: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).filter((size) => size !== 0n),
      value: fc.bigInt({ min: 1n, max: 10n ** 15n }),
    })
    fc.assert(
      fc.property(
        fc.array(fill, { minLength: 1, maxLength: 30 }),
        fc.bigInt(1n, 10n ** 15n),
        (fills, last) => {
          let position = flatPosition('X', 'BOTH')
          let received = 0n
          let realized = 0n
          const apply = (size: bigint, value: bigint) => {
            const after = applyFill(position, size, value, 1)
            received += size < 0n ? value : -value
            realized += after.realized
            expect(after.position.size).to.equal(position.size + size)
            expect(after.position.realized).to.equal(realized)
            // Held at cost, nothing was won or lost by what is not closed.
            expect(realized - after.position.cost).to.equal(received)
            position = after.position
          }
          for (const { size, value } of fills) apply(size, value)
          if (position.size !== 0n) apply(-position.size, last)
          expect([position.size, position.cost]).to.deep.equal([0n, 0n])
          expect(realized).to.equal(received)
        },
      ),
    )
  })

  for (const [mode, hedged] of [
    ['one-way', false],
    ['hedge', true],
  ] as const) {
    it(`holds through orders, fills, flips and funding in ${mode} mode`, async () => {
      // A simulated minute lasts half a second.
      const simulator = await startWave(
        '--venue',
        'binanceusdm',
        '--rate',
        '120',
        '--weight-limit',
        '1000000',
      )
      try {
        const wish = { key: 'demo', secret: 'demo', dualSidePosition: hedged }
        await postJson(`${simulator.url}/_sim/accounts`, wish)
        await postJson(`${simulator.url}/_sim/transfer`, { key: 'demo', asset: 'USDT', amount: '1234567.89' })
        const client = await AccountClient.open(simulator.url)
        const next = makeDice(hedged ? 7 : 3)
        for (let i = 0; i < (process.env['SOAK_RUNS'] === undefined ? 40 : 120); i++) {
          const symbol = next(2) === 0 ? 'AAAUSDT' : 'BBBUSDT'
          const side = next(2) === 0 ? 'BUY' : 'SELL'
          const positionSide = hedged ? (next(2) === 0 ? 'LONG' : 'SHORT') : 'BOTH'
          const quantity = `${1 + next(80)}.${next(10)}`
          const offset = next(150) / 100
          const price = (side === 'BUY' ? 100 - offset : 100 + offset).toFixed(2)
          const kind = next(3) === 0 ? { type: 'MARKET' } : { type: 'LIMIT', timeInForce: 'GTC', price }
          // Refusals are part of the history: in hedge mode half of the orders close what is not there.
          await client.send('POST /fapi/v1/order', { symbol, side, positionSide, quantity, ...kind })
          if (next(10) === 0) await client.send('DELETE /fapi/v1/allOpenOrders', { symbol })
          if (next(20) === 0) checkTruth(await client.truth())
        }
        for (let i = 0; i < 6; i++) {
          // Wherever the price is, the ones or the others rest.
          const [long, short] = hedged ? ['LONG', 'SHORT'] : ['BOTH', 'BOTH']
          await client.limit('AAAUSDT', 'BUY', `${5 + i}.3`, '98.60', { positionSide: long })
          await client.limit('AAAUSDT', 'SELL', `${5 + i}.4`, '101.40', { positionSide: short })
        }
        await until(async () => {
          const { trades } = await client.truth()
          return trades.filter((each) => each.maker).length >= 5 ? true : undefined
        })
        for (const symbol of ['AAAUSDT', 'BBBUSDT']) {
          await client.ask('DELETE /fapi/v1/allOpenOrders', { symbol })
        }
        // The clock goes to the next funding time: 8 simulated hours would take four minutes, and 5
        // of its minutes are left for the way there.
        const { now } = await client.truth()
        const offsetMs = Math.floor(now / 28_800_000 + 1) * 28_800_000 - now - 300_000
        await postJson(`${simulator.url}/_sim/faults`, { kind: 'clockOffset', offsetMs })
        const truth = await until(async () => {
          const found = await client.truth()
          return found.income.some((each) => each.type === 'FUNDING_FEE') ? found : undefined
        })
        checkTruth(truth)
        const maker = truth.trades.filter((each) => each.maker)
        expect(maker.length).to.be.at.least(5)
        for (const { quoteQty, commission } of maker) {
          expect(fixed(commission)).to.equal(times(fixed(quoteQty), 20_000n))
        }
        const funding = truth.income.filter((each) => each.type === 'FUNDING_FEE')
        expect(funding.every((each) => each.time % 28_800_000 === 0)).to.equal(true)
        expect(BigInt(funding[0]!.id) > 2n ** 53n).to.equal(true)
        const held = truth.positions.filter((each) => each.size !== '0')
        expect(funding.map((each) => each.symbol)).to.have.length(held.length)
      } finally {
        await simulator.stop()
      }
    })
  }
})

/** Whole numbers below a bound, the same for the same seed. */
function makeDice(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % bound
  }
}

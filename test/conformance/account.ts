import { expect } from 'chai'
import { negate, signOf } from '../../lib/model/decimal.ts'
import { toSend } from '../support/order-account.ts'
import { untilFound } from '../support/until.ts'
import { withinMs } from './conforming-venue.ts'
import type { Conformance } from './conforming-venue.ts'

const minute = 60_000

/** What every venue must tell of an account. */
export function itTellsTheAccount(of: () => Conformance): void {
  async function hold(side: 'buy' | 'sell'): Promise<string> {
    const { orders, instrument, size, newId, ended } = of()
    const clientOrderId = newId()
    await orders.createOrder(toSend({ symbol: instrument.symbol, clientOrderId, side, size }))
    await ended(clientOrderId)
    return clientOrderId
  }
  const heldOf = (report: { positions: readonly { symbol: string; size: string }[] }) =>
    report.positions.find(({ symbol, size }) => symbol === of().instrument.symbol && size !== '0')

  it('is in one-way mode with the margin of one asset, and may trade', async () => {
    const { positionMode, multiAssets, canTrade } = await of().account.fetchModes()
    expect({ positionMode, multiAssets }).to.deep.equal({ positionMode: 'one-way', multiAssets: false })
    expect(canTrade).not.to.equal(false)
  })

  it('tells the balance in USDT by both endpoints', async () => {
    const { account } = of()
    for (const report of [await account.fetchAccount(), await account.fetchBalances()]) {
      expect(report.complete.balances).to.equal(true)
      const usdt = report.balances.find(({ asset }) => asset === 'USDT')
      expect(signOf(usdt?.walletBalance ?? '0')).to.equal(1)
      expect(signOf(usdt?.valuation.availableBalance ?? '0')).to.equal(1)
    }
  })

  for (const side of ['buy', 'sell'] as const) {
    it(`tells what a ${side} holds, in contracts, with its sign, its entry and the time of its change`, async () => {
      const { account, clock, instrument, size } = of()
      await hold(side)
      const report = await untilFound(
        'the position',
        async () => {
          const told = await account.fetchPositions()
          return heldOf(told) === undefined ? undefined : told
        },
        withinMs,
      )
      expect(report.complete.positions).to.equal(true)
      const [held] = report.positions.filter(({ symbol }) => symbol === instrument.symbol)
      expect(held).to.include({ side: 'both', size: side === 'buy' ? size : negate(size) })
      expect(signOf(held?.entryPrice ?? '0')).to.equal(1)
      expect(held?.time).to.be.closeTo(clock.now(), 5 * minute)
      expect(report.askedAt).to.be.closeTo(clock.now(), minute)
      const all = await account.fetchAccount()
      expect(heldOf(all)).to.include({ size: held?.size })
      expect(heldOf(await account.fetchPosition(instrument.symbol))).to.include({ size: held?.size })
    })
  }

  it('tells a position that was closed with a 0, newer than it was open', async () => {
    const { account, instrument, clear } = of()
    await hold('buy')
    const [open] = (await account.fetchPosition(instrument.symbol)).positions
    await clear()
    const closed = await untilFound(
      'the 0',
      async () => {
        const { positions } = await account.fetchPosition(instrument.symbol)
        return positions.every(({ size }) => size === '0') ? positions : undefined
      },
      withinMs,
    )
    for (const { time } of closed) if (time !== undefined) expect(time).to.be.at.least(open?.time ?? 0)
    expect(heldOf(await account.fetchPositions())).to.equal(undefined)
    expect(heldOf(await account.fetchAccount())).to.equal(undefined)
  })

  it('tells what trades cost as income, oldest first', async () => {
    const { account, clock, instrument } = of()
    const since = Math.floor(clock.now()) - minute
    await hold('buy')
    const rows = await untilFound(
      'a commission',
      async () => {
        const told = await account.fetchIncome(since)
        return told.rows.some(({ type }) => type === 'COMMISSION') ? told.rows : undefined
      },
      withinMs,
    )
    const own = rows.filter(({ type, symbol }) => type === 'COMMISSION' && symbol === instrument.symbol)
    expect(own.length).to.be.greaterThan(0)
    for (const { amount, asset } of own) expect([asset, signOf(amount)]).to.deep.equal(['USDT', -1])
    const times = rows.map(({ time }) => time)
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
  })

  it('tells the leverage of what is held, and the symbols with open orders', async () => {
    const { account, orders, instrument, size, newId, priceAt } = of()
    const { symbol } = instrument
    await hold('buy')
    expect(signOf((await account.fetchSymbolSettings()).get(symbol)?.leverage ?? '0')).to.equal(1)
    const price = await priceAt('0.9')
    await orders.createOrder(toSend({ symbol, clientOrderId: newId(), price, size, postOnly: true }))
    await untilFound(
      'the symbol',
      async () => (await account.fetchOpenOrderSymbols()).has(symbol) || undefined,
      withinMs,
    )
  })
}

import { expect } from 'chai'
import fc from 'fast-check'
import { add, compareDecimals, mul } from '../../../lib/model/decimal.ts'
import type { Decimal } from '../../../lib/model/decimal.ts'
import { checkOrder } from '../../../lib/risk/check-order.ts'
import { exposureOf } from '../../../lib/risk/exposure.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { fromUnits, toHeldUnits, toRoomUnits } from '../../../lib/risk/reservation.ts'
import type { Reservation } from '../../../lua/claim-intent.ts'
import { slotsFor } from '../../../lib/risk/stop-ladder.ts'
import { amount } from '../../support/arbitrary-instrument.ts'
import { toPerpetual } from '../../support/instrument.ts'
import { account, facts, order } from '../../support/order-facts.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 100) }
const marks: Record<string, Decimal> = { AUSDT: '100', BUSDT: '33.3333333', CUSDT: '0.0701' }
const limits = limitsOf({
  orderNotional: 500,
  positionNotional: 1_000.0001,
  grossNotional: 2_000.00005,
  openOrders: 7,
})

/**
 * An account that several processes trade: what is claimed and what has become a position, each step as atomic as the
 * script that takes it in Redis.
 */
class Account {
  readonly positions = new Map<string, Decimal>()
  /** symbol -> slots for its stops */
  readonly setAside = new Map<string, number>()
  readonly reserved: Record<string, number> = {}
  readonly claims: { symbol: string; size: Decimal; held: readonly Reservation[] }[] = []
  revision = 0

  see() {
    const positions = [...this.positions].map(([symbol, size]) => ({ symbol, size }))
    const exposure = exposureOf(positions, [], {
      instrumentOf: toPerpetual,
      markOf: (symbol) => marks[symbol],
    })
    const setAside = (symbol: string) => this.setAside.get(symbol) ?? 0
    const used = [...this.setAside.values()].reduce((sum, slots) => sum + slots, 0)
    return {
      exposure,
      setAside,
      free: 30 - used,
      reserved: { ...this.reserved },
      revision: this.revision,
      positions: new Map(this.positions),
    }
  }

  claim(
    of: { symbol: string; size: Decimal; revision: number },
    reservations: readonly Reservation[],
  ): boolean {
    if (of.revision !== this.revision) return false
    if (reservations.some(({ counter, amount: more, room }) => more > room - (this.reserved[counter] ?? 0)))
      return false
    for (const { counter, amount: more } of reservations)
      this.reserved[counter] = (this.reserved[counter] ?? 0) + more
    this.claims.push({ symbol: of.symbol, size: of.size, held: reservations })
    return true
  }

  /** An order trades in full, and the account shows it before its claim ends. */
  fill(at: number): void {
    const claim = this.claims[at]
    if (claim === undefined) return
    const { symbol, size, held } = claim
    this.positions.set(symbol, add(this.positions.get(symbol) ?? '0', size))
    const slots = held.find(({ counter }) => counter === 'slots')?.amount ?? 0
    // A ladder is made for the slots that it was given.
    this.setAside.set(symbol, Math.min(slotsFor(5), (this.setAside.get(symbol) ?? 0) + slots))
  }

  release(at: number): void {
    const [claim] = this.claims.splice(at, 1)
    for (const { counter, amount: less } of claim?.held ?? [])
      this.reserved[counter] = (this.reserved[counter] ?? 0) - less
    this.revision += 1
  }

  /** The worst that can become of it: everything claimed trades. */
  worst(symbol?: string): Decimal {
    const sizes = [...this.positions].map(([of, size]) => ({ symbol: of, size }))
    const all = [...sizes, ...this.claims].filter((each) => symbol === undefined || each.symbol === symbol)
    return add('0', ...all.map((each) => mul(each.size, marks[each.symbol] ?? '')))
  }
}

interface Process {
  readonly seen: ReturnType<Account['see']>
  readonly symbol: string
  readonly size: Decimal
}

describe('reservations', () => {
  it('round what an order holds up and what there is room for down, by less than a unit', () => {
    fc.assert(
      fc.property(amount(1_000_000_000), (notional) => {
        expect(compareDecimals(fromUnits(toHeldUnits(notional)), notional)).to.be.at.least(0)
        expect(compareDecimals(fromUnits(toRoomUnits(notional)), notional)).to.be.at.most(0)
        expect(toHeldUnits(notional) - toRoomUnits(notional)).to.be.within(0, 1)
      }),
      runs,
    )
  })

  it('let no interleaving of processes pass a limit by a unit, however old what they saw', () => {
    let claimed = 0
    let refused = 0
    const step = fc.record({
      process: fc.nat(3),
      act: fc.constantFrom('see', 'see', 'claim', 'claim', 'claim', 'fill and release'),
      symbol: fc.constantFrom(...Object.keys(marks)),
      notional: fc.integer({ min: 1, max: 500_000 }),
      of: fc.nat(20),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
        const trading = new Account()
        const processes = new Map<number, Process>()
        for (const { process, act, symbol, notional, of } of steps) {
          const size = String(Math.max(1, Math.floor(notional / 1_000 / Number(marks[symbol]))))
          const seeing = processes.get(process)
          if (act === 'see') processes.set(process, { seen: trading.see(), symbol, size })
          else if (act === 'claim' && seeing !== undefined) {
            if (tryToClaim(trading, seeing)) claimed += 1
            else refused += 1
          } else if (act === 'fill and release' && trading.claims.length > 0) {
            const at = of % trading.claims.length
            trading.fill(at)
            trading.release(at)
          }
          expect(compareDecimals(trading.worst(), limits.grossNotional), 'gross').to.be.at.most(0)
          for (const each of Object.keys(marks))
            expect(compareDecimals(trading.worst(each), limits.positionNotional), each).to.be.at.most(0)
          expect(trading.claims.length).to.be.at.most(limits.openOrders)
          const seen = trading.see()
          expect((trading.reserved['slots'] ?? 0) + (30 - seen.free)).to.be.at.most(30)
        }
      }),
      runs,
    )
    expect(claimed).to.be.greaterThan(runs.numRuns)
    expect(refused).to.be.greaterThan(runs.numRuns / 2)
  })
})

function tryToClaim(trading: Account, { seen, symbol, size }: Process): boolean {
  const price = marks[symbol]
  const { exposure, reserved, setAside, free } = seen
  const verdict = checkOrder(
    { ...order, symbol, size, price },
    {
      ...facts,
      limits,
      instrument: toPerpetual(symbol),
      prices: { ...facts.prices, markPrice: price },
      account: {
        ...account,
        gross: exposure.gross,
        symbolNotional: exposure.symbols.has(symbol) ? exposure.symbols.get(symbol) : '0',
        reserved,
        held: { size: seen.positions.get(symbol) ?? '0', entryPrice: price, liquidationPrice: undefined },
        slots: { ofPosition: 100, setAside: setAside(symbol), free },
      },
    },
  )
  return (
    verdict.verdict === 'approved' &&
    trading.claim({ symbol, size, revision: seen.revision }, verdict.reservations)
  )
}

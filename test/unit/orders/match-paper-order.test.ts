import { expect } from 'chai'
import fc from 'fast-check'
import { add, compareDecimals, needDecimal, sub } from '../../../lib/model/decimal.ts'
import { isTerminal } from '../../../lib/model/order.ts'
import type { Order } from '../../../lib/model/order.ts'
import { judgePaperOrder, quoteWaitMs } from '../../../lib/orders/match-paper-order.ts'
import type { PaperQuote, PaperSight, PaperStep } from '../../../lib/orders/match-paper-order.ts'
import { limitOrder, sightOf } from '../../support/paper.ts'

const quote = (instead: Partial<PaperQuote>): PaperQuote => ({
  bid: 101,
  bidLeft: 5,
  ask: 102,
  askLeft: 5,
  asOf: 2_000,
  ...instead,
})
const pending = (instead: Partial<Order>) => limitOrder({ state: 'pending', revision: 1, ...instead })
const filling = (size: string, price: string, liquidity: string, state: string, reason = '') => ({
  step: 'fill',
  size,
  price,
  liquidity,
  state,
  reason,
})

describe('a paper order in the book', () => {
  it('does not fill when the market touches its price, and fills when it goes through by a tick', () => {
    expect(judgePaperOrder(limitOrder({}), sightOf({ quote: quote({ ask: 100 }) }))).to.equal(undefined)
    const through = sightOf({ quote: quote({ ask: 99.9 }) })
    expect(judgePaperOrder(limitOrder({}), through)).to.deep.equal(filling('2', '100', 'maker', 'filled'))
    const sell = limitOrder({ side: 'sell' })
    expect(judgePaperOrder(sell, sightOf({ quote: quote({ bid: 100, ask: 101 }) }))).to.equal(undefined)
    expect(judgePaperOrder(sell, sightOf({ quote: quote({ bid: 100.1 }) }))).to.deep.equal(
      filling('2', '100', 'maker', 'filled'),
    )
  })

  it('gets no more than is displayed, or than has traded through its price', () => {
    const little = sightOf({ quote: quote({ ask: 99.9, askLeft: 0.7505 }) })
    expect(judgePaperOrder(limitOrder({}), little)).to.deep.equal(filling('0.75', '100', 'maker', 'open'))
    const traded = sightOf({ tradedThrough: 1.5 })
    expect(judgePaperOrder(limitOrder({ filled: '1' }), traded)).to.deep.equal(
      filling('0.5', '100', 'maker', 'open'),
    )
    expect(judgePaperOrder(limitOrder({ filled: '1.5' }), traded)).to.equal(undefined)
  })

  it('does not fill by a quote from before it was there', () => {
    expect(judgePaperOrder(limitOrder({}), sightOf({ quote: quote({ ask: 99, asOf: 999 }) }))).to.equal(
      undefined,
    )
  })

  it('is out of the book only when what traded before the cancel is known, or never will be', () => {
    const order = limitOrder({ cancelAt: 1_900 })
    const ended = { step: 'end', state: 'cancelled', reason: 'cancelled by the strategy' }
    expect(judgePaperOrder(order, sightOf({ now: 1_899 }))).to.equal(undefined)
    expect(judgePaperOrder(order, sightOf({ candlesAsOf: 1_899 }))).to.equal(undefined)
    expect(judgePaperOrder(order, sightOf({}))).to.deep.equal(ended)
    expect(judgePaperOrder(order, sightOf({ now: 1_900 + quoteWaitMs, candlesAsOf: 0 }))).to.deep.equal(ended)
    expect(judgePaperOrder(order, sightOf({ tradedThrough: 9 }))).to.deep.equal(
      filling('2', '100', 'maker', 'filled'),
    )
  })

  it('that only reduces gets no more than is held, and ends with the position', () => {
    const order = limitOrder({ side: 'sell', reduceOnly: true })
    const through = { quote: quote({ bid: 100.5 }) }
    expect(judgePaperOrder(order, sightOf({ ...through, held: '0.5' }))).to.deep.equal(
      filling('0.5', '100', 'maker', 'open'),
    )
    for (const held of ['0', '-3']) {
      expect(judgePaperOrder(order, sightOf({ ...through, held }))).to.include({
        step: 'end',
        state: 'cancelled',
      })
    }
  })
})

describe('a paper order that arrives', () => {
  it('waits for its latency, then for a quote of its own time, and is rejected without one', () => {
    expect(judgePaperOrder(pending({}), sightOf({ now: 999 }))).to.equal(undefined)
    expect(judgePaperOrder(pending({}), sightOf({ quote: quote({ asOf: 999 }) }))).to.equal(undefined)
    expect(judgePaperOrder(pending({}), sightOf({ quote: undefined }))).to.equal(undefined)
    expect(judgePaperOrder(pending({}), sightOf({ now: 1_000 + quoteWaitMs }))).to.include({
      state: 'rejected',
    })
  })

  it('rests when it does not cross', () => {
    expect(judgePaperOrder(pending({}), sightOf({}))).to.deep.equal({ step: 'rest' })
    expect(judgePaperOrder(pending({ postOnly: true }), sightOf({}))).to.deep.equal({ step: 'rest' })
  })

  it('is rejected when it is post-only and would take, at the touch too', () => {
    const crossing = sightOf({ quote: quote({ ask: 100 }) })
    expect(judgePaperOrder(pending({ postOnly: true }), crossing)).to.include({
      step: 'end',
      state: 'rejected',
    })
  })

  it('takes the opposite quote and what is displayed there; the rest waits or expires by its terms', () => {
    const sight = sightOf({ quote: quote({ ask: 99, askLeft: 1.5 }) })
    const market = { type: 'market', price: undefined, timeInForce: 'IOC' } as const
    expect(judgePaperOrder(pending({}), sight)).to.deep.equal(filling('1.5', '99', 'taker', 'open'))
    expect(judgePaperOrder(pending({ timeInForce: 'IOC' }), sight)).to.deep.include(
      filling('1.5', '99', 'taker', 'expired', 'no more size was displayed'),
    )
    expect(judgePaperOrder(pending({ timeInForce: 'FOK' }), sight)).to.include({
      step: 'end',
      state: 'expired',
    })
    expect(judgePaperOrder(pending({ ...market, size: '1' }), sight)).to.deep.equal(
      filling('1', '99', 'taker', 'filled'),
    )
    const sold = judgePaperOrder(pending({ ...market, side: 'sell' }), sight)
    expect(sold).to.deep.equal(filling('2', '101', 'taker', 'filled'))
    const empty = sightOf({ quote: quote({ ask: 99, askLeft: 0 }) })
    expect(judgePaperOrder(pending(market), empty)).to.include({ step: 'end', state: 'expired' })
    expect(judgePaperOrder(pending({}), empty)).to.deep.equal({ step: 'rest' })
  })

  it('that must trade at once and does not cross expires', () => {
    for (const timeInForce of ['IOC', 'FOK'] as const) {
      expect(judgePaperOrder(pending({ timeInForce }), sightOf({}))).to.include({
        step: 'end',
        state: 'expired',
      })
    }
  })

  it('is rejected when there is nothing to reduce', () => {
    expect(judgePaperOrder(pending({ reduceOnly: true }), sightOf({ held: '1' }))).to.include({
      state: 'rejected',
    })
  })
})

describe('any paper order in any market', () => {
  const price = fc.integer({ min: 950, max: 1_050 }).map((ticks) => ticks / 10)
  const size = fc.integer({ min: 0, max: 4_000 }).map((lots) => lots / 1_000)
  const time = fc.integer({ min: 900, max: 13_000 })
  const order = fc.record({
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('limit', 'market'),
    timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
    postOnly: fc.boolean(),
    reduceOnly: fc.boolean(),
    size: fc.integer({ min: 1, max: 4_000 }).map((lots) => needDecimal(`${lots}e-3`, 'a size')),
    price: price.map(String),
  })
  const sights = fc.array(
    fc.record({
      bid: price,
      spread: fc.integer({ min: 1, max: 5 }),
      bidLeft: size,
      askLeft: size,
      now: time,
      traded: size,
      held: size,
    }),
    { maxLength: 25 },
  )

  interface Seen {
    readonly bid: number
    readonly spread: number
    readonly bidLeft: number
    readonly askLeft: number
    readonly now: number
    readonly traded: number
    readonly held: number
  }
  function toSight({ bid, spread, bidLeft, askLeft, now, traded, held }: Seen): PaperSight {
    const ask = Number((bid + spread / 10).toFixed(1))
    return sightOf({
      now,
      quote: { bid, ask, bidLeft, askLeft, asOf: now },
      tradedThrough: traded,
      held: String(held),
    })
  }

  function carryOut(before: Order, step: PaperStep): Order {
    if (step.step === 'rest') return { ...before, state: 'open' }
    if (step.step === 'end') return { ...before, state: step.state }
    return { ...before, state: step.state, filled: add(before.filled, step.size) }
  }

  it('never fills more than its size, worse than its price, beyond what is there, or after its end', () => {
    fc.assert(
      fc.property(order, sights, (of, seen) => {
        const isMarket = of.type === 'market'
        const postOnly = of.postOnly && !isMarket && of.timeInForce === 'GTC'
        let now: Order = pending({
          ...of,

          timeInForce: isMarket ? 'IOC' : of.timeInForce,
          price: isMarket ? undefined : of.price,
          postOnly,
        })
        for (const each of seen.toSorted((a, b) => a.now - b.now)) {
          if (isTerminal(now.state)) break
          const sight = toSight(each)
          const step = judgePaperOrder(now, sight)
          if (step === undefined) continue
          if (step.step === 'fill') {
            expect(compareDecimals(step.size, '0')).to.be.greaterThan(0)
            expect(compareDecimals(step.size, sub(now.size, now.filled))).to.be.at.most(0)
            const buys = now.side === 'buy'
            const opposite = (buys ? sight.quote?.ask : sight.quote?.bid) ?? 0
            if (step.liquidity === 'maker') {
              expect(step.price).to.equal(now.price)
              const through = buys
                ? opposite <= Number(now.price) - 0.09
                : opposite >= Number(now.price) + 0.09
              expect(through || sight.tradedThrough > Number(now.filled)).to.equal(true)
            } else {
              expect(postOnly).to.equal(false)
              expect(Number(step.price)).to.equal(opposite)
              expect(Number(step.size)).to.be.at.most(
                (buys ? sight.quote?.askLeft : sight.quote?.bidLeft) ?? 0,
              )
            }
            if (now.reduceOnly) expect(buys).to.equal(false)
          }
          now = carryOut(now, step)
          expect(now.state === 'filled').to.equal(now.filled === now.size)
        }
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 1_000) },
    )
  })
})

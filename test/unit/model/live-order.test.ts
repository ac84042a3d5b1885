import { expect } from 'chai'
import fc from 'fast-check'
import { add } from '../../../lib/model/decimal.ts'
import { afterWord, decodeLiveOrder, encodeLiveOrder, lacksTrades } from '../../../lib/model/live-order.ts'
import type { LiveOrder, OrderWord } from '../../../lib/model/live-order.ts'
import type { OrderReport, TradeReport } from '../../../lib/model/order-report.ts'

const terms = { contractSize: '1', quote: 'USDT' }
const common = { symbol: 'BTCUSDT', side: 'buy', positionSide: 'both' } as const
const pending: LiveOrder = {
  ...common,
  id: 'one',
  account: 'main',
  strategy: 's',
  signalId: 'x',
  class: 'open',
  type: 'limit',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: false,
  size: '6',
  price: '10',
  state: 'pending',
  filled: '0',
  filledNotional: '0',
  fees: '0',
  reason: '',
  submittedAt: 100,
  activeAt: 100,
  cancelAt: undefined,
  time: 100,
  revision: 1,
  venueId: undefined,
  traded: '0',
  tradeIds: [],
  tradedAt: 0,
}

function report(state: OrderReport['state'], filled: string, time: number): OrderReport {
  const order = { ...common, clientOrderId: 'one', orderId: '77', reduceOnly: false, type: 'limit' } as const
  return {
    ...order,
    timeInForce: 'GTC',
    postOnly: false,
    state,
    size: '6',
    price: '10',
    filled,
    averagePrice: '10',
    time,
  }
}

function trade(id: number, size: string, time: number): TradeReport {
  const own = { ...common, id: String(id), orderId: '77', price: '10', size, fee: '0.01', feeAsset: 'USDT' }
  return { ...own, realisedProfit: '0', liquidity: 'maker', time }
}

/** Everything that a venue tells of an order of six that trades by parts and may be cancelled. */
const history = fc
  .record({ parts: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), cancelled: fc.boolean() })
  .map(({ parts, cancelled }) => {
    const words: OrderWord[] = [{ report: report('open', '0', 101) }]
    let filled = '0'
    for (const [at, part] of parts.entries()) {
      const room = 6 - Number(filled)
      const size = String(Math.min(part, room))
      if (size === '0') break
      filled = add(filled, size)
      const state = filled === '6' ? 'filled' : 'open'
      words.push({ report: report(state, filled, 110 + at), trades: [trade(at + 1, size, 110 + at)] })
    }
    if (cancelled && filled !== '6') words.push({ report: report('cancelled', filled, 150) })
    return words
  })

function fold(words: readonly OrderWord[]): LiveOrder {
  return words.reduce((order, word) => afterWord(order, word, terms)?.order ?? order, pending)
}

describe('an order that words are heard of', () => {
  it('ends the same whatever the order of the words, and however often each comes', () => {
    const shuffled = history.chain((words) =>
      fc.tuple(
        fc.constant(words),
        fc.shuffledSubarray([...words, ...words], { minLength: 2 * words.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([words, others]) => {
        expect({ ...fold(others), revision: 0 }).to.deep.equal({ ...fold(words), revision: 0 })
      }),
      { numRuns: 300 },
    )
  })

  it('makes one fill of each trade', () => {
    const words = [trade(1, '2', 110), trade(1, '2', 110), trade(2, '1', 111)].map((each) => ({
      trades: [each],
    }))
    const fills = words.flatMap((word, at) => afterWord(fold(words.slice(0, at)), word, terms)?.fills ?? [])
    expect(fills.map(({ id, size, notional }) => [id, size, notional])).to.deep.equal([
      ['one-1', '2', '20'],
      ['one-2', '1', '10'],
    ])
    expect(fold(words)).to.include({ filled: '3', traded: '3', filledNotional: '30', fees: '0.02' })
    expect(fold([...words, { report: report('cancelled', '3', 150) }])).to.include({
      time: 150,
      tradedAt: 111,
    })
  })

  it('lacks trades while the venue says that more is filled than was told', () => {
    const order = fold([{ report: report('filled', '6', 120) }, { trades: [trade(1, '2', 110)] }])
    expect(order.state).to.equal('filled')
    expect(lacksTrades(order)).to.equal(true)
    expect(
      lacksTrades(fold([{ report: report('filled', '6', 120), trades: [trade(1, '6', 110)] }])),
    ).to.equal(false)
  })

  it("has the venue's times once the venue has told of it, though our clock was ahead", () => {
    expect(fold([{ report: report('filled', '6', 90) }, { trades: [trade(1, '6', 90)] }]).time).to.equal(90)
    expect(fold([{ trades: [trade(1, '6', 90)] }, { report: report('filled', '6', 90) }]).time).to.equal(90)
    expect(fold([{ report: report('open', '0', 95) }, { report: report('open', '0', 90) }]).time).to.equal(95)
  })

  it('never leaves a terminal state', () => {
    const order = fold([{ report: report('cancelled', '2', 120) }, { report: report('open', '2', 130) }])
    expect(order).to.include({ state: 'cancelled', filled: '2' })
  })

  it('that says nothing new is no change', () => {
    const order = fold([{ report: report('open', '1', 110), trades: [trade(1, '1', 110)] }])
    expect(
      afterWord(order, { report: report('open', '1', 110), trades: [trade(1, '1', 110)] }, terms),
    ).to.equal(undefined)
  })

  it('is the same after it was stored', () => {
    const order = fold([
      { report: report('open', '3', 110), trades: [trade(1, '1', 109), trade(2, '2', 110)] },
    ])
    expect(decodeLiveOrder(encodeLiveOrder(order))).to.deep.equal(order)
    expect(decodeLiveOrder(encodeLiveOrder(pending))).to.deep.equal(pending)
  })
})

import { expect } from 'chai'
import { CandleRings } from '../../../lib/market/candle-rings.ts'
import { volumeThrough, watchFrom } from '../../../lib/orders/trade-evidence.ts'

const minute = 60_000
const order = { side: 'buy', price: '100', tickSize: '0.1', activeAt: 10 * minute + 30_000 } as const

function rings(): CandleRings {
  return new CandleRings('1m', 1, 50)
}

function put(
  into: CandleRings,
  at: number,
  low: number,
  high: number,
  volume: number,
  polledAt: number,
): void {
  into.put(0, at * minute, low, high, low, high, volume, 0)
  into.polledAt[0] = polledAt
}

describe('the evidence of trades through an order', () => {
  it('is not taken from what the candle held before the order was in the book', () => {
    const candles = rings()
    put(candles, 10, 95, 105, 50, order.activeAt - 1)
    expect(watchFrom(candles, 0, order.activeAt)).to.equal(undefined)
    expect(volumeThrough(candles, 0, order, undefined)).to.equal(0)
    put(candles, 10, 95, 105, 60, order.activeAt + 1)
    const watched = watchFrom(candles, 0, order.activeAt)
    expect(volumeThrough(candles, 0, order, watched)).to.equal(0)
    put(candles, 10, 95, 106, 70, order.activeAt + 5_000)
    expect(volumeThrough(candles, 0, order, watched)).to.equal(0)
  })

  it('is what the watched candle traded since, once it makes a new low through the price', () => {
    const candles = rings()
    put(candles, 10, 100.5, 105, 60, order.activeAt + 1)
    const watched = watchFrom(candles, 0, order.activeAt)
    put(candles, 10, 100, 105, 65, order.activeAt + 2_000)
    expect(volumeThrough(candles, 0, order, watched)).to.equal(0)
    put(candles, 10, 99.9, 105, 72, order.activeAt + 4_000)
    expect(volumeThrough(candles, 0, order, watched)).to.equal(12)
  })

  it('is all of every later candle that went through the price, and nothing of one that did not', () => {
    const candles = rings()
    put(candles, 10, 95, 105, 60, order.activeAt + 1)
    const watched = watchFrom(candles, 0, order.activeAt)
    put(candles, 11, 99.9, 101, 7, 12 * minute)
    put(candles, 12, 100, 101, 8, 13 * minute)
    put(candles, 13, 90, 101, 9, 14 * minute)
    for (const from of [watched, undefined]) expect(volumeThrough(candles, 0, order, from)).to.equal(16)
    const sell = { ...order, side: 'sell', price: '100.9' } as const
    expect(volumeThrough(candles, 0, sell, watched)).to.equal(24)
    expect(volumeThrough(candles, 0, { ...sell, price: '101' }, watched)).to.equal(0)
  })
})

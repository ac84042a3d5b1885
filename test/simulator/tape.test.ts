import { expect } from 'chai'
import * as fc from 'fast-check'
import type { MinuteCandle } from '../../simulator/core/candle.ts'
import { emptyGrown } from '../../simulator/core/growth.ts'
import { growMinute } from '../../simulator/core/klines.ts'
import type { Listing } from '../../simulator/core/listing.ts'
import { readLotsBeyond, readRange } from '../../simulator/core/tape.ts'
import { toSyntheticListing } from '../../simulator/core/synthetic-listing.ts'

const minute = 29_000_000
const start = minute * 60_000

const candles = fc
  .record({
    open: fc.integer({ min: 2, max: 500 }),
    close: fc.integer({ min: 2, max: 500 }),
    up: fc.integer({ min: 0, max: 60 }),
    down: fc.integer({ min: 0, max: 60 }),
    volume: fc.integer({ min: 0, max: 100_000 }),
    key: fc.integer({ min: 0, max: 1 << 30 }),
  })
  .map(({ open, close, up, down, volume, key }) => ({
    open,
    close,
    high: Math.max(open, close) + up,
    low: Math.max(1, Math.min(open, close) - down),
    volume,
    key,
  }))

function listingOf(candle: MinuteCandle): Listing {
  const made = toSyntheticListing({ symbol: 'XUSDT', baseAsset: 'X', quoteAsset: 'USDT' }, 1)
  const source = {
    firstMinute: minute,
    lastAtOrBefore: (at: number) => (at >= minute ? minute : undefined),
    read: (at: number, into: MinuteCandle) => at === minute && Object.assign(into, candle) !== undefined,
  }
  return { ...made, source }
}

describe('simulator tape', () => {
  it('deals the same lots beyond a price out in many spans as in one', () => {
    fc.assert(
      fc.property(
        candles,
        fc.integer({ min: 1, max: 560 }),
        fc.constantFrom('under' as const, 'over' as const),
        fc.array(fc.integer({ min: 1, max: 59_999 }), { maxLength: 20 }),
        (candle, price, beyond, cuts) => {
          const listing = listingOf(candle)
          const times = [0, ...cuts.toSorted((a, b) => a - b), 60_000].map((each) => start + each)
          const whole = readLotsBeyond(listing, times[0]!, times.at(-1)!, price, beyond)
          const parts = times
            .slice(1)
            .map((to, index) => readLotsBeyond(listing, times[index]!, to, price, beyond))
          expect(parts.every((lots) => lots >= 0 && Number.isInteger(lots))).to.equal(true)
          expect(parts.reduce((sum, lots) => sum + lots, 0)).to.equal(whole)
          expect(whole).to.be.at.most(candle.volume)
        },
      ),
    )
  })

  it('has lots under a price only where the price was gone through', () => {
    fc.assert(
      fc.property(candles, fc.integer({ min: 1, max: 560 }), (candle, price) => {
        const listing = listingOf(candle)
        const [from, to] = [start, start + 60_000]
        if (readLotsBeyond(listing, from, to, price, 'under') > 0) expect(candle.low).to.be.below(price)
        if (readLotsBeyond(listing, from, to, price, 'over') > 0) expect(candle.high).to.be.above(price)
        const all = readLotsBeyond(listing, from, to, candle.high + 1, 'under')
        expect(all).to.equal(candle.volume)
      }),
    )
  })

  it('ranges over a whole minute from its low to its high, and never wider than what was shown', () => {
    fc.assert(
      fc.property(candles, fc.integer({ min: 0, max: 59_000 }), (candle, elapsed) => {
        const listing = listingOf({ ...candle, volume: candle.volume + 1000 })
        const range = readRange(listing, start, start + 60_000)!
        expect(range.low).to.be.at.least(candle.low)
        expect(range.high).to.be.at.most(candle.high)
        expect(Math.min(range.low, candle.open)).to.equal(candle.low)
        expect(Math.max(range.high, candle.open)).to.equal(candle.high)
        const part = readRange(listing, start + elapsed, start + elapsed + 1000)
        if (part === undefined) return
        const grown = emptyGrown()
        growMinute(listing, minute, start + elapsed + 1000, grown)
        expect(part.low).to.be.at.least(grown.low)
        expect(part.high).to.be.at.most(grown.high)
      }),
    )
  })
})

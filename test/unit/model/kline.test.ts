import { expect } from 'chai'
import fc from 'fast-check'
import { InvariantError } from '../../../lib/model/errors.ts'
import {
  compareKlines,
  decodeKline,
  decodeKlines,
  encodeKline,
  judgeRestKline,
} from '../../../lib/model/kline.ts'
import type { Kline } from '../../../lib/model/kline.ts'

const openTime = Date.UTC(2025, 5, 1)
const closeTime = openTime + 60_000

const decimal = fc.constantFrom('0', '0.5', '1', '9.9', '10', '10.25', '10.3', '1000')
const kline: fc.Arbitrary<Kline> = fc.record({
  openTime: fc.constant(openTime),
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  volume: decimal,
  class: fc.constantFrom(0 as const, 1 as const, 2 as const),
  time: fc.integer({ min: openTime, max: openTime + 3 }),
  source: fc.constantFrom('rest', 'stream'),
})

describe('a kline', () => {
  it('comes back from its stored text as it was', () => {
    fc.assert(
      fc.property(kline, (each) => {
        expect(decodeKline(encodeKline(each))).to.deep.equal(each)
        expect(decodeKlines(`[${encodeKline(each)},${encodeKline(each)}]`)).to.deep.equal([each, each])
      }),
    )
  })

  it('is refused when its stored text has another number of fields', () => {
    expect(() => decodeKline('[1,"2"]')).to.throw(InvariantError, '9 fields, had 2')
  })

  it('has versions in a total order: any two compare, both ways alike, and equal only when they are the same', () => {
    fc.assert(
      fc.property(kline, kline, kline, (a, b, c) => {
        expect(Math.sign(compareKlines(a, b))).to.equal(-Math.sign(compareKlines(b, a)) + 0)
        expect(compareKlines(a, b) === 0).to.equal(encodeKline(a) === encodeKline(b))
        const [least, middle, greatest] = [a, b, c].toSorted(compareKlines) as [Kline, Kline, Kline]
        expect(compareKlines(least, middle)).to.be.at.most(0)
        expect(compareKlines(middle, greatest)).to.be.at.most(0)
        expect(compareKlines(least, greatest)).to.be.at.most(0)
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 500) },
    )
  })

  it('is newer by class, then by volume, then by venue time', () => {
    const base: Kline = {
      openTime,
      open: '1',
      high: '1',
      low: '1',
      close: '1',
      volume: '9.9',
      class: 0,
      time: openTime,
      source: 'rest',
    }
    const newer = (change: Partial<Kline>) => compareKlines({ ...base, ...change }, base)
    expect(newer({ class: 1, volume: '0', time: openTime - 1 })).to.be.greaterThan(0)
    expect(newer({ volume: '10', time: openTime - 1 })).to.be.greaterThan(0)
    expect(newer({ time: openTime + 1, source: 'a' })).to.be.greaterThan(0)
    expect(newer({ source: 'stream' })).to.be.greaterThan(0)
    expect(newer({})).to.equal(0)
  })

  it('of REST is open before its close, provisional for 3 s, and final when it was asked for later', () => {
    const judge = (askedAt: number) => judgeRestKline(openTime, '1m', askedAt)
    expect(judge(closeTime - 0.5)).to.deep.equal({ class: 0, time: closeTime - 1 })
    expect(judge(closeTime)).to.deep.equal({ class: 1, time: closeTime })
    expect(judge(closeTime + 2_999.9)).to.deep.equal({ class: 1, time: closeTime + 2_999 })
    expect(judge(closeTime + 3_000)).to.deep.equal({ class: 2, time: closeTime })
    expect(judge(closeTime + 86_400_000)).to.deep.equal({ class: 2, time: closeTime })
    // A clock whose error is not known yet makes nothing final.
    expect(judge(-Infinity).class).to.equal(0)
  })
})

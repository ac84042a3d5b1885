import { expect } from 'chai'
import fc from 'fast-check'
import { CandleRings } from '../../../lib/market/candle-rings.ts'

const minute = 60_000

interface Put {
  readonly slot: number
  readonly minute: number
  readonly volume: number
  readonly klineClass: number
  readonly force: boolean
}

const puts: fc.Arbitrary<Put[]> = fc.array(
  fc.record({
    slot: fc.integer({ min: 0, max: 2 }),
    minute: fc.integer({ min: 0, max: 60 }),
    volume: fc.integer({ min: 0, max: 3 }),
    klineClass: fc.integer({ min: 0, max: 2 }),
    force: fc.boolean(),
  }),
  { maxLength: 300 },
)

/** The same by the book: a sorted list per slot, of which the newest are kept. */
function keep(all: readonly Put[], slot: number, length: number): Put[] {
  let kept: Put[] = []
  for (const put of all.filter((each) => each.slot === slot)) {
    const old = kept.find((each) => each.minute === put.minute)
    const newer =
      old === undefined ||
      put.klineClass > old.klineClass ||
      (put.klineClass === old.klineClass && put.volume >= old.volume)
    if (old !== undefined && !newer && !put.force) continue
    kept = [...kept.filter((each) => each !== old), put]
      .toSorted((a, b) => a.minute - b.minute)
      .slice(-length)
  }
  return kept
}

describe('candle rings', () => {
  it('keep the newest candles of every symbol in order, whatever order they come in', () => {
    fc.assert(
      fc.property(puts, fc.integer({ min: 1, max: 20 }), (all, length) => {
        const rings = new CandleRings('1m', 3, length)
        for (const { slot, minute: at, volume, klineClass, force } of all) {
          rings.put(slot, at * minute, 1, 2, 0.5, 1.5, volume, klineClass, force)
        }
        for (const slot of [0, 1, 2]) {
          const expected = keep(all, slot, length)
          expect([...rings.view(rings.openTime, slot)]).to.deep.equal(
            expected.map((each) => each.minute * minute),
          )
          expect([...rings.view(rings.volume, slot)]).to.deep.equal(expected.map((each) => each.volume))
          expect(rings.count(slot)).to.equal(expected.length)
          const newest = expected.at(-1)
          if (newest !== undefined) expect(rings.class[rings.at(slot)]).to.equal(newest.klineClass)
        }
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) },
    )
  })

  it('find gaps by open time, one of exactly 60 minutes too', () => {
    const rings = new CandleRings('1m', 1, 100)
    for (const at of [0, 1, 2, 62, 63, 65]) rings.put(0, at * minute, 1, 1, 1, 1, 1, 2)
    expect(rings.gaps(0)).to.deep.equal([
      { slot: 0, from: 3 * minute, until: 62 * minute },
      { slot: 0, from: 64 * minute, until: 65 * minute },
    ])
    for (let at = 3; at < 62; at++) rings.put(0, at * minute, 1, 1, 1, 1, 1, 2)
    rings.put(0, 64 * minute, 1, 1, 1, 1, 1, 2)
    expect(rings.gaps(0)).to.deep.equal([])
  })

  it('count a candle that never became final as missing, but for the newest two', () => {
    const rings = new CandleRings('1m', 1, 100)
    const put = (at: number, klineClass: number) => rings.put(0, at * minute, 1, 1, 1, 1, 1, klineClass)
    for (const at of [0, 1]) put(at, 2)
    put(2, 1)
    put(3, 0)
    expect([rings.isWhole(0), rings.gaps(0)]).to.deep.equal([true, []])
    // The next poll reached back to the fourth only: no open time is missing.
    put(4, 2)
    put(5, 1)
    put(6, 0)
    expect(rings.isWhole(0)).to.equal(false)
    expect(rings.gaps(0)).to.deep.equal([{ slot: 0, from: 2 * minute, until: 4 * minute }])
    put(2, 2)
    put(3, 2)
    expect([rings.isWhole(0), rings.gaps(0)]).to.deep.equal([true, []])
    put(12, 0)
    expect(rings.gaps(0)).to.deep.equal([{ slot: 0, from: 5 * minute, until: 12 * minute }])
  })

  it('give views that share memory with the ring', () => {
    const rings = new CandleRings('1m', 2, 10)
    for (let at = 0; at < 25; at++) rings.put(1, at * minute, at, at, at, at, 1, 2)
    const closes = rings.view(rings.close, 1)
    expect(closes.buffer).to.equal(rings.close.buffer)
    expect([...closes]).to.deep.equal([15, 16, 17, 18, 19, 20, 21, 22, 23, 24])
    expect(rings.close[rings.at(1, 9)]).to.equal(15)
    expect(rings.at(1, 10)).to.equal(-1)
  })
})

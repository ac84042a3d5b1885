import { expect } from 'chai'
import fc from 'fast-check'
import { mergeMarks, readMarks, readMarksPolledAt } from '../../lib/market/marks.ts'
import type { Mark } from '../../lib/model/mark.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'

function mark(time: number, markPrice = '100'): Mark {
  return { time, markPrice, indexPrice: '99.5', fundingRate: '0.0001', fundingTime: 1_764_000_000_000 }
}

describe('marks', () => {
  const redis = withRedis({ cluster: true })

  it('are stored as they were told, with the time of the last poll', async () => {
    const hub = await redis.hub()
    const told = new Map([['BTCUSDT', mark(1_763_999_999_000)]])
    expect(await mergeMarks(hub, venue, told, 1_763_999_999_500.5)).to.deep.equal({ won: 1, older: 0 })
    expect(await readMarks(hub, venue)).to.deep.equal(told)
    expect(await readMarksPolledAt(hub, venue)).to.equal(1_763_999_999_500)
    expect(await mergeMarks(hub, venue, told, 5)).to.deep.equal({ won: 0, older: 1 })
    expect(await readMarksPolledAt(hub, venue)).to.equal(1_763_999_999_500)
  })

  it('without a price or a time are not taken for one', async () => {
    const hub = await redis.hub()
    const told = new Map([
      ['A', { ...mark(5), markPrice: undefined }],
      ['B', { ...mark(5), time: undefined }],
    ])
    expect(await mergeMarks(hub, venue, told, undefined)).to.deep.equal({ won: 0, older: 0 })
    expect((await readMarks(hub, venue)).size).to.equal(0)
  })

  it('end the same in whatever order and however often they are merged', async function () {
    this.timeout(30_000)
    const row = fc.record({
      symbol: fc.constantFrom('A', 'B', 'C'),
      time: fc.integer({ min: 1, max: 6 }),
      price: fc.integer({ min: 1, max: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (rows, order) => {
          const [one, other] = [await redis.hub(), await redis.hub()]
          const shuffled = rows
            .map((each) => ({ each, at: order.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
          for (const { symbol, time, price } of rows)
            await mergeMarks(one, venue, new Map([[symbol, mark(time, String(price))]]), undefined)
          for (const { each } of [...shuffled, ...shuffled.slice(0, 3)])
            await mergeMarks(
              other,
              venue,
              new Map([[each.symbol, mark(each.time, String(each.price))]]),
              undefined,
            )
          const [a, b] = [await readMarks(one, venue), await readMarks(other, venue)]
          expect(Object.fromEntries(a)).to.deep.equal(Object.fromEntries(b))
          for (const [symbol, { time }] of a) {
            const newest = Math.max(...rows.filter((each) => each.symbol === symbol).map((each) => each.time))
            expect(time).to.equal(newest)
          }
          one.close()
          other.close()
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 25), endOnFailure: true },
    )
  })
})

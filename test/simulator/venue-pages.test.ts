import { expect } from 'chai'
import fc from 'fast-check'
import { readPage as readBybit } from '../../simulator/bybit/pages.ts'
import { readPage as readOkx } from '../../simulator/okx/pages.ts'

interface Row {
  readonly id: string
  readonly time: number
  isWanted: boolean
}

const rows = fc
  .array(fc.record({ step: fc.nat(2), isWanted: fc.boolean() }), { maxLength: 40 })
  .map((made) => {
    let time = 1_700_000_000_000
    return made.map(({ step, isWanted }, i): Row => ({ id: `i${i}`, time: (time += step), isWanted }))
  })
const limits = fc.integer({ min: 1, max: 7 })

describe('simulated pages', () => {
  it('of OKX tell every row once, the newest first, while rows leave the list', () => {
    fc.assert(
      fc.property(rows, limits, fc.boolean(), (all, limit, leaves) => {
        const expected = all.filter(({ isWanted }) => isWanted).map(({ id }) => id)
        const listed = { all, id: ({ id }: Row) => id, isWanted: (row: Row) => row.isWanted }
        const seen: string[] = []
        for (let after = ''; ;) {
          const page = readOkx(listed, new URLSearchParams({ limit: String(limit), after }))
          if (page.length === 0) break
          expect(page.length).to.be.at.most(limit)
          seen.push(...page.map(({ id }) => id))
          after = page.at(-1)!.id
          // What was told is cancelled or filled before the next page.
          if (leaves) for (const row of page) row.isWanted = false
        }
        expect(seen).to.deep.equal(expected.toReversed())
      }),
    )
  })

  it('of Bybit do so too, by a cursor that comes with every page but an empty one', () => {
    fc.assert(
      fc.property(rows, limits, fc.boolean(), (all, limit, leaves) => {
        const expected = all.filter(({ isWanted }) => isWanted).map(({ id }) => id)
        const listed = {
          all,
          id: ({ id }: Row) => id,
          time: ({ time }: Row) => time,
          isWanted: (row: Row) => row.isWanted,
          usual: 20,
          most: 50,
        }
        const seen: string[] = []
        for (let cursor = ''; ;) {
          const page = readBybit(listed, new URLSearchParams({ limit: String(limit), cursor }))
          expect(page.nextPageCursor === '').to.equal(page.rows.length === 0)
          if (page.rows.length === 0) break
          seen.push(...page.rows.map(({ id }) => id))
          cursor = page.nextPageCursor
          if (leaves) for (const row of page.rows) row.isWanted = false
        }
        expect(seen).to.deep.equal(expected.toReversed())
      }),
    )
  })
})

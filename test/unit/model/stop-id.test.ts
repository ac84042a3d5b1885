import { expect } from 'chai'
import fc from 'fast-check'
import { clientOrderIdOf } from '../../../lib/model/client-order-id.ts'
import { InvariantError } from '../../../lib/model/errors.ts'
import { isStopId, readStopId, stopIdOf } from '../../../lib/model/stop-id.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const owner = fc.record({
  account: fc.string(),
  symbol: fc.string(),
  side: fc.constantFrom('both' as const, 'long' as const, 'short' as const),
})
const name = fc.record({
  generation: fc.integer({ min: 0, max: 36 ** 9 - 1 }),
  rung: fc.integer({ min: 0, max: 36 ** 2 - 1 }),
  attempt: fc.integer({ min: 0, max: 36 ** 3 - 1 }),
})

describe("a stop's id", () => {
  it('tells back which stop it is to its owner alone, and fits every venue', () => {
    fc.assert(
      fc.property(owner, owner, name, (mine, other, of) => {
        const id = stopIdOf(mine, of)
        expect(id).to.match(/^[A-Za-z0-9]{1,32}$/)
        expect(readStopId(mine, id)).to.deep.equal(of)
        expect(isStopId(id)).to.equal(true)
        const isSame = JSON.stringify(mine) === JSON.stringify(other)
        expect(readStopId(other, id) !== undefined).to.equal(isSame)
      }),
      runs,
    )
  })

  it('is never taken for an order, nor an order for it', () => {
    const mine = { account: 'main', symbol: 'AUSDT', side: 'both' } as const
    expect(isStopId(clientOrderIdOf('main', 'example', 'one'))).to.equal(false)
    for (const id of ['', 'autoclose-1', `${stopIdOf(mine, { generation: 1, rung: 1, attempt: 0 })}0`])
      expect(readStopId(mine, id)).to.equal(undefined)
  })

  it('is refused where a number does not fit', () => {
    const mine = { account: 'main', symbol: 'AUSDT', side: 'both' } as const
    for (const wrong of [{ attempt: 36 ** 3 }, { rung: -1 }, { generation: 1.5 }])
      expect(() => stopIdOf(mine, { generation: 1, rung: 1, attempt: 0, ...wrong })).to.throw(InvariantError)
  })
})

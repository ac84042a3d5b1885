import { expect } from 'chai'
import fc from 'fast-check'
import { openSendQueue } from '../../../actors/risk/send-queue.ts'

describe('what is sent to a venue that takes little at once', () => {
  it('goes as urgent as it is when there is room, each once, and never more at once than may be', async () => {
    const requests = fc.array(fc.boolean(), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 5 }), async (urgencies, most) => {
        const queue = openSendQueue(most)
        const begun: number[] = []
        const ends: (() => void)[] = []
        const run = (at: number) => () => {
          begun.push(at)
          return new Promise<void>((resolve) => ends.push(resolve))
        }
        for (const [at, isUrgent] of urgencies.entries()) queue.add(String(at), { isUrgent, run: run(at) })
        for (let ended = 0; ended < ends.length; ended++) {
          expect(begun.length - ended).to.be.at.most(most)
          ends[ended]?.()
          await new Promise((resolve) => setImmediate(resolve))
        }
        // Those for which there was room at once, then the urgent of the rest.
        const rest = urgencies.map((_, at) => at).slice(most)
        const expected = [
          ...urgencies.map((_, at) => at).slice(0, most),
          ...rest.filter((at) => urgencies[at] === true),
          ...rest.filter((at) => urgencies[at] === false),
        ]
        expect(begun).to.deep.equal(expected)
        expect(urgencies.some((_, at) => queue.isWaiting(String(at)))).to.equal(false)
      }),
    )
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import { openSendQueue } from '../../../actors/risk/send-queue.ts'
import type { Urgency } from '../../../actors/risk/send-queue.ts'

const urgencies = ['exit', 'cover', 'part'] as const

describe('what is sent to a venue that takes little at once', () => {
  it('asks for room as urgent as it is, each once, and no more of it at a time than may be', async () => {
    const requests = fc.array(fc.record({ urgency: fc.constantFrom(...urgencies), leaves: fc.boolean() }), {
      maxLength: 30,
    })
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 5 }), async (all, most) => {
        const queue = openSendQueue(most)
        const begun: number[] = []
        // One that has left is answered later or never; one that could not leave ends.
        const ends: (() => void)[] = []
        for (const [at, { urgency, leaves }] of all.entries())
          queue.add(String(at), {
            urgency,
            run(onLeave) {
              begun.push(at)
              return new Promise((resolve) => ends.push(leaves ? onLeave : resolve))
            },
          })
        for (let ended = 0; ended < ends.length; ended++) {
          expect(begun.length - ended).to.be.at.most(most)
          ends[ended]?.()
          await new Promise((resolve) => setImmediate(resolve))
        }
        // Those for which there was room at once, then the rest as urgent as it is.
        const places = [...all.keys()]
        const rest = places.slice(most)
        const ofUrgency = (urgency: Urgency) => rest.filter((at) => all[at]?.urgency === urgency)
        expect(begun).to.deep.equal([...places.slice(0, most), ...urgencies.flatMap(ofUrgency)])
        expect(places.some((at) => queue.isWaiting(String(at)))).to.equal(false)
      }),
    )
  })
})

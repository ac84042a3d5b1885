import { expect } from 'chai'
import { benchVenues } from '../../scripts/bench/bench-venues.ts'
import { runCrashes } from '../../scripts/bench/crash-run.ts'
import { startSimulatorProcess } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { tell } from '../support/until.ts'

const isSoak = process.env['SOAK_RUNS'] !== undefined
const submits = isSoak ? 2_000 : 8
const chance = 0.12

// The path is the same for all; what a venue adds to it, the conformance suite tests.
for (const speaks of benchVenues.filter(({ id }) => isSoak || id === 'binanceusdm')) {
  describe(`orders at ${speaks.id} of processes that are killed again and again, with their Redis`, function () {
    this.timeout(isSoak ? 3_600_000 : 120_000)
    let simulator: Simulator

    before(async () => {
      const options = ['--symbols', '2', '--rate', '4', '--weight-limit', '1000000000', '--seed', '11']
      simulator = await startSimulatorProcess(...options, '--account', 'one:first:USDT=1000000000')
    })
    after(() => simulator.stop())

    it('are at the venue once or not at all, and every outcome is known in the end', async () => {
      const found = await runCrashes({
        url: simulator.url,
        speaks,
        submits,
        kills: {
          'before claim': chance,
          'after claim': chance,
          'before create': chance,
          'before record': chance,
          'any instant': chance,
        },
        redisEvery: isSoak ? 10 : 4,
        tell: () => undefined,
      })
      tell(JSON.stringify(found))
      const { duplicates, lost, strayFills, heldRoom } = found
      expect({ duplicates, lost, strayFills, heldRoom }).to.deep.equal({
        duplicates: 0,
        lost: 0,
        strayFills: 0,
        heldRoom: 0,
      })
      expect(found.kills).to.be.greaterThan(0)
      expect(found.redisKills).to.be.greaterThan(0)
      // Half of them come to be sent; of few it may be one, or all.
      expect(found.filled).to.be.within(isSoak ? submits / 6 : 1, isSoak ? submits - 1 : submits)
    })
  })
}

import { expect } from 'chai'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'
import { openQueue } from '../../lib/hub/queues.ts'
import { fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import { venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const slots = 8

async function oldestMs(system: System): Promise<number> {
  return Math.max(...(await system.ages()).values())
}

describe('an actor that is killed', () => {
  const opened = withSystem({ symbols: 8, share: 0.3, klines: 2, cursors: 2 })

  it('in mid-job as a kline process leaves no symbol older than a lap and 5 s while another one lives', async function () {
    this.timeout(60_000)
    const system = opened()
    const queue = openQueue<FetchJob>(system.hub, fetchQueue(venue))
    const activeIds = async () => (await queue.getActive()).map(({ id }) => id)
    // Slow answers, so that the process has jobs under way.
    await system.simulator.faults({ kind: 'latency', ms: 800, path: '/klines' })
    await until('many jobs under way', async () => (await activeIds()).length >= 6, 10_000)
    const killedAt = Date.now()
    const atDeath = await activeIds()
    await system.klines[0]?.signal('SIGKILL')
    let oldest = 0
    // The simulator's clock and the stored polls tell the ages, so a late look takes nothing for older than it is.
    await watch(3_000, async () => {
      system.requireAlive()
      oldest = Math.max(oldest, await oldestMs(system))
    })
    const lost = (await activeIds()).filter((id) => atDeath.includes(id))
    await system.untilPolled(killedAt, system.lapMs + 5_000)
    await queue.close()
    await system.simulator.faults()
    tell(`${lost.length} jobs lost, oldest ${Math.round(oldest)} ms, lap ${Math.round(system.lapMs)} ms`)
    expect(lost).to.not.have.length(0)
    expect(oldest).to.be.below(system.lapMs + 5_000)
  })

  it('as the leading symbol-cursor is replaced within 3 s, and what was lost with it is polled a lap later', async function () {
    this.timeout(60_000)
    const system = opened()
    await system.untilPolled(Date.now(), 10_000)
    const leader = await system.leader()
    await leader.signal('SIGKILL')
    const killedAt = Date.now()
    const before = await system.handedOut()
    await until('symbols are handed out again', async () => (await system.handedOut()) > before, 6_000)
    const resumedMs = Date.now() - killedAt
    let oldest = 0
    await watch(2 * system.lapMs, async () => {
      system.requireAlive()
      oldest = Math.max(oldest, await oldestMs(system))
    })
    tell(`resumed after ${resumedMs} ms, oldest ${Math.round(oldest)} ms, lap ${Math.round(system.lapMs)} ms`)
    expect(resumedMs).to.be.at.most(3_000)
    expect(oldest).to.be.below(2 * system.lapMs + 3_000)
  })

  it('as the last kline process leaves nothing to pile up, and a new one goes on', async function () {
    this.timeout(60_000)
    const system = opened()
    const queues = openQueueCounts(system.hub, venue, ['kline'])
    let most = 0
    const look = async () => {
      for (const { waiting, delayed } of await queues.read()) most = Math.max(most, waiting + delayed)
    }
    for (const kline of system.klines) await kline.signal('SIGKILL')
    // Its heartbeat is believed for 3 s.
    await watch(3_700, look)
    const handedOut = await system.handedOut()
    await watch(1_000, look)
    tell(`at most ${most} waited`)
    expect(await system.handedOut()).to.equal(handedOut)
    expect(most).to.be.at.most(2 * slots)
    const startedAt = Date.now()
    await system.start('kline')
    tell(`all polled ${await system.untilPolled(startedAt, 10_000)} ms after a new one`)
    await queues.close()
  })
})

import { expect } from 'chai'
import { readBudgets } from '../../lib/egress/budgets.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const longestRecoveryMs = 5_000

/** The ms from `since` until every actor beats, symbols are handed out and every one of them is polled again. */
async function untilRecovered(system: System, since: number): Promise<number> {
  const pids = [...system.klines, ...system.cursors].map(({ pid }) => String(pid))
  const allBeat = async () => {
    const actors = await readLivingActors(system.hub.redis, system.hub.keys)
    const beating = actors
      .filter(({ fields }) => Number(fields['beatAt']) > since)
      .map(({ id }) => id.split(':').at(-1))
    return pids.every((pid) => beating.includes(pid))
  }
  await until('every actor beats again', allBeat, 30_000)
  await system.untilPolled(since, 30_000)
  return Date.now() - since
}

function memory(system: System): number[] {
  return [...system.klines, ...system.cursors].map((child) => Math.round(child.rssMb()))
}

describe('a Redis that fails', () => {
  const opened = withSystem({ cursors: 2, share: 0.25, history: true })

  it('by being killed stops market data, and 5 s after it is back with its AOF everything runs again', async function () {
    this.timeout(60_000)
    const system = opened()
    await system.redis.kill()
    const requests = async () => (await system.simulator.stats()).requests
    let [count, since] = [-1, Date.now()]
    const quiet = async () => {
      const now = await requests()
      if (now !== count) [count, since] = [now, Date.now()]
      return Date.now() - since > 2_500
    }
    tell(`quiet for 2.5 s after ${await until('no request without Redis', quiet, 8_000)} ms`)
    await system.redis.restart()
    const tookMs = await untilRecovered(system, Date.now())
    tell(`recovered ${tookMs} ms after it was back`)
    system.requireAlive()
    expect(tookMs).to.be.at.most(longestRecoveryMs)
  })

  it('by freezing for 8 s ends nobody, fills no memory, and 5 s later everything runs again', async function () {
    this.timeout(60_000)
    const system = opened()
    const before = memory(system)
    await system.redis.freeze()
    await watch(8_000, async () => system.requireAlive())
    const frozen = memory(system)
    await system.redis.thaw()
    const tookMs = await untilRecovered(system, Date.now())
    const after = memory(system)
    tell(
      `recovered ${tookMs} ms after it was back; MB ${before.join(' ')}, frozen ${frozen.join(' ')}, after ${after.join(' ')}`,
    )
    system.requireAlive()
    expect(tookMs).to.be.at.most(longestRecoveryMs)
    for (const [i, mb] of [...frozen, ...after].entries()) {
      expect(mb).to.be.below((before[i % before.length] ?? 0) + 40)
      expect(mb).to.be.below(200)
    }
  })

  it('by losing everything is filled again within 30 s', async function () {
    this.timeout(60_000)
    const system = opened()
    const { hub, symbols } = system
    await hub.redis.flushall()
    const flushedAt = Date.now()
    const filled = async () => {
      system.requireAlive()
      const [instruments, names, heads, budgets, actors] = await Promise.all([
        readInstruments(hub, venue),
        readLane(hub, lane),
        hub.redis.hlen(hub.keys.heads(venue, '1m')),
        readBudgets(hub, venue),
        readLivingActors(hub.redis, hub.keys),
      ])
      const kept = await Promise.all(
        names.map((symbol) => hub.redis.zcard(hub.keys.klines(venue, '1m', symbol))),
      )
      return (
        instruments.size > symbols &&
        names.length === symbols &&
        heads === symbols &&
        kept.every((count) => count >= hub.config.candlesPerPoll) &&
        budgets[0]?.permitted !== undefined &&
        actors.length === system.klines.length + system.cursors.length &&
        (await hub.redis.exists(hub.keys.clock(venue))) === 1
      )
    }
    await until('everything is filled again', filled, 60_000)
    await system.untilPolled(flushedAt, 10_000)
    const tookMs = Date.now() - flushedAt
    tell(`filled again after ${tookMs} ms`)
    expect(tookMs).to.be.at.most(30_000)
    const { addresses } = await system.simulator.stats()
    expect(Object.values(addresses).map(({ http429 }) => http429)).to.deep.equal([0])
  })
})

import { expect } from 'chai'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'
import { venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import type { AddressStats } from '../support/simulator.ts'
import { tell, until, watch } from '../support/until.ts'

// Each actor leaves by an address of its own, which the simulator tells apart.
const closed = { SLUICE_ADDRESS: 'closed', SLUICE_LOCAL_ADDRESS: '127.0.0.2' }
const other = { SLUICE_ADDRESS: 'other', SLUICE_LOCAL_ADDRESS: '127.0.0.3' }
const cursor = { SLUICE_ADDRESS: 'cursor', SLUICE_LOCAL_ADDRESS: '127.0.0.4' }

const slots = 8

// Requests that were under way when the first refusal was answered, no more than the slots; a machine that is shared
// may hold them up for a while.
const graceMs = 1_000

async function statsOf(system: System, settings: { SLUICE_LOCAL_ADDRESS: string }): Promise<AddressStats> {
  const stats = (await system.simulator.stats()).addresses[settings.SLUICE_LOCAL_ADDRESS]
  if (stats === undefined) throw new Error(`no request came from ${settings.SLUICE_LOCAL_ADDRESS}`)
  return stats
}

/** Has the venue close one of two addresses until `endsAt`, real ms. */
async function close(
  system: System,
  fault: { kind: 'rateLimit' | 'ban'; ms: number },
): Promise<{ refusedAt: number; endsAt: number }> {
  await system.simulator.reset()
  const busy = async () => (await statsOf(system, closed)).requests > 10
  await until('both addresses are at work', busy, 10_000)
  const endsAt = Date.now() + fault.ms
  await system.simulator.faults({ ...fault, address: closed.SLUICE_LOCAL_ADDRESS })
  const refused = async () => {
    const { http429, http418 } = await statsOf(system, closed)
    return http429 + http418 > 0
  }
  await until('a refusal', refused, fault.ms)
  return { refusedAt: Date.now(), endsAt }
}

/** Nothing leaves by the closed address until `endsAt`, while the other one keeps every symbol fresh. */
async function requireSilence(system: System, refusedAt: number, endsAt: number): Promise<void> {
  const otherBefore = await statsOf(system, other)
  let oldest = 0
  let late = 0
  await watch(endsAt - Date.now() - 30, async () => {
    system.requireAlive()
    const { lastRequestAt } = await statsOf(system, closed)
    late = Math.max(late, lastRequestAt - refusedAt)
    oldest = Math.max(oldest, ...(await system.ages()).values())
  })
  const { requests, http429, http418 } = await statsOf(system, other)
  const perSecond = ((requests - otherBefore.requests) * 1000) / (Date.now() - refusedAt)
  tell(
    `last request ${late} ms after the refusal; the other address ${perSecond.toFixed(1)}/s, oldest ${Math.round(oldest)} ms`,
  )
  expect(late).to.be.at.most(graceMs)
  expect(http429 + http418).to.equal(0)
  // 20 % of 2,400 a minute are 8 a second. Fetchers give way to whatever else computes.
  expect(perSecond).to.be.above(2.5)
  expect(oldest).to.be.below(system.lapMs + 5_000)
}

describe('an address that the venue closes', () => {
  const opened = withSystem({ share: 0.2, klines: 0, cursors: 0 })

  before(async function () {
    this.timeout(60_000)
    const system = opened()
    await Promise.all([
      system.start('kline', closed),
      system.start('kline', other),
      system.start('symbol-cursor', cursor),
    ])
    await system.untilPolled(0, 30_000)
  })

  for (const [what, kind] of [
    ['a storm of 429', 'rateLimit'],
    ['a ban of 418', 'ban'],
  ] as const) {
    it(`with ${what}, one of two, sends nothing until the time given, then goes on; another address is untouched`, async function () {
      this.timeout(60_000)
      const system = opened()
      const { refusedAt, endsAt } = await close(system, { kind, ms: 3_000 })
      await requireSilence(system, refusedAt, endsAt)
      const before = await statsOf(system, closed)
      const goesOn = async () => (await statsOf(system, closed)).lastRequestAt > endsAt
      const tookMs = await until('requests again', goesOn, 5_000)
      const refusals = before.http429 + before.http418
      tell(
        `${refusals} refusals, ${before.refusedWhileBanned} while banned, goes on ${tookMs} ms after the end`,
      )
      // No more than the slots' requests that were under way.
      expect(refusals).to.be.at.most(slots)
      await system.untilPolled(endsAt, 10_000)
      const after = await statsOf(system, closed)
      expect(after.http429 + after.http418).to.equal(refusals)
    })
  }

  it('leaves nothing to pile up when it is the only one, and every symbol is polled within a lap and 5 s of its end', async function () {
    this.timeout(60_000)
    const system = opened()
    await system.klines[1]?.signal('SIGKILL')
    await system.simulator.reset()
    const before = Date.now()
    const closedMs = 5_000
    await system.simulator.faults({ kind: 'rateLimit', ms: closedMs })
    const refused = async () =>
      Object.values((await system.simulator.stats()).addresses).some(({ http429 }) => http429 > 0)
    await until('a refusal', refused, closedMs)
    const queues = openQueueCounts(system.hub, venue, ['kline'])
    let most = 0
    await watch(2_500, async () => {
      for (const { waiting, delayed } of await queues.read()) most = Math.max(most, waiting + delayed)
    })
    await queues.close()
    const took = await system.untilPolled(before + closedMs, system.lapMs + 5_000)
    tell(`at most ${most} waited, all polled ${took} ms after the end`)
    expect(most).to.be.at.most(2 * slots)
  })
})

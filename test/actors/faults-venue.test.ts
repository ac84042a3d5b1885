import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readHeads } from '../../lib/market/klines.ts'
import { closeTimeOf } from '../../lib/model/timeframe.ts'
import { lane, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { requireExact, simulatorTruth } from '../support/truth.ts'
import { tell, until, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const minuteMs = 60_000
const settledAfterMs = 3_000

/** Lets `minutes` of market time pass while `look` looks on. */
async function pass(system: System, minutes: number, rate: number, look: () => Promise<void>): Promise<void> {
  await watch((minutes * minuteMs) / rate, async () => {
    system.requireAlive()
    await look()
  })
}

/** Every symbol is polled late enough for the last minute to be final, and all its finals are the venue's. */
async function requireRight(system: System, since: number): Promise<void> {
  const openTime = Math.floor(system.simulator.now() / minuteMs) * minuteMs - minuteMs
  const final = async () => {
    const heads = [...(await readHeads(system.hub, lane)).values()]
    return (
      heads.length === system.symbols &&
      heads.every((klines) => klines.some((each) => each.openTime >= openTime && each.class === 2))
    )
  }
  await until('the last minute is final', final, 15_000)
  const compared = await requireExact(system, simulatorTruth(system, since))
  tell(`${compared} finals compared, 0 differences`)
  expect(compared).to.be.above(system.symbols * 95)
}

/** Polls that failed so far, as the fetchers' heartbeats tell. */
async function countFailures(system: System): Promise<number> {
  const actors = await readLivingActors(system.hub.redis, system.hub.keys)
  return actors.reduce((sum, { fields }) => sum + Number(fields['failures'] ?? 0), 0)
}

describe('a venue that fails', () => {
  const rate = 5
  const dayMs = 24 * 3600_000
  const opened = withSystem({
    rate,
    share: 0.06,
    history: true,
    symbols: 3,
    klines: 0,
    cursors: 0,
    settings: { SLUICE_UNIVERSE_SCHEDULE: '*/5 * * * * *' },
  })

  // Two at a time, but each by itself in the soak.
  const [together, probability] = soak ? [1, 0.3] : [2, 0.15]
  const faults: Record<string, { kind: string; [more: string]: unknown }> = {
    latency: { kind: 'latency', ms: 3_000, probability },
    '5xx': { kind: 'status', status: 503, body: 'html', probability },
    'empty bodies': { kind: 'empty', probability },
    'empty lists': { kind: 'empty', body: 'list', probability },
    'non-JSON bodies': { kind: 'nonJson', probability },
    'cut bodies': { kind: 'cut', probability },
    'stalled bodies': { kind: 'stall', ms: 5_000, probability },
    'refused connections': { kind: 'refuse', path: '/fapi/', probability },
  }

  // By our own clock candles would be final too early where the venue is behind; where it is ahead, only later.
  for (const offsetMs of soak ? [2_000, -2_000] : [-2_000]) {
    it(`by having a clock ${offsetMs} ms off from ours still makes no candle final before ${settledAfterMs} ms after its close`, async function () {
      this.timeout(240_000)
      const system = opened()
      for (const actor of [...system.klines, ...system.cursors]) await actor.signal('SIGKILL')
      await system.simulator.faults({ kind: 'clockOffset', offsetMs })
      const since = system.simulator.now() - dayMs
      await Promise.all([system.start('kline'), system.start('symbol-cursor')])
      await system.untilPolled(Date.now(), 20_000)
      let [early, provisional] = [0, 0]
      const look = async () => {
        const heads = await readHeads(system.hub, lane)
        const now = system.simulator.now()
        for (const kline of [...heads.values()].flat()) {
          if (now >= closeTimeOf(kline.openTime, '1m') + settledAfterMs) continue
          if (kline.class === 2) early += 1
          if (kline.class === 1) provisional += 1
        }
        return provisional > 0
      }
      await pass(system, 1.1, rate, async () => void (await look()))
      await until('a candle was caught within 3 s of its close', look, 60_000)
      tell(`seen before 3 s after the close: ${provisional} provisional, ${early} final`)
      expect(early).to.equal(0)
      expect(provisional).to.be.above(0)
      await requireRight(system, since)
    })
  }

  it(`with ${Object.keys(faults).join(', ')} ends no actor, and the candles are right`, async function () {
    this.timeout(240_000)
    const system = opened()
    // Whatever a test before has left; the actors find by themselves that the clock is another.
    await system.simulator.faults()
    if (system.klines.length === 0) await Promise.all([system.start('kline'), system.start('symbol-cursor')])
    await system.untilPolled(Date.now(), 20_000)
    const since = system.simulator.now() - dayMs
    const names = Object.keys(faults)
    for (let at = 0; at < names.length; at += together) {
      const inForce = names.slice(at, at + together)
      const name = inForce.join(' and ')
      const rules = inForce.map((each) => ({ ...faults[each] }))
      await system.simulator.faults(...rules)
      const startedAt = Date.now()
      const failedBefore = await countFailures(system)
      await pass(system, 0.15, rate, async () => {
        expect((await system.ages()).size).to.equal(system.symbols)
      })
      await system.untilPolled(startedAt, 40_000)
      const tookMs = Date.now() - startedAt
      const failed = async () => name === 'latency' || (await countFailures(system)) > failedBefore
      await until(`${name} make polls fail`, failed, 10_000)
      tell(
        `${name}: ${(await countFailures(system)) - failedBefore} failed, every symbol polled within ${tookMs} ms`,
      )
    }
    await system.simulator.faults(...Object.values(faults).map((rule) => ({ ...rule, probability: 0.1 })))
    await pass(system, 0.3, rate, async () => {})
    await system.simulator.faults()
    await requireRight(system, since)
    system.requireAlive()
  })
})

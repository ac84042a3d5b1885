import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readHeads } from '../../lib/market/klines.ts'
import { closeTimeOf } from '../../lib/model/timeframe.ts'
import { lane, withSystems } from '../support/system.ts'
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
  const open = withSystems()
  const rate = 10
  const dayMs = 24 * 3600_000

  const faults: Record<string, { kind: string; [more: string]: unknown }> = {
    latency: { kind: 'latency', ms: 3_000, probability: 0.3 },
    '5xx': { kind: 'status', status: 503, body: 'html', probability: 0.3 },
    'empty bodies': { kind: 'empty', probability: 0.3 },
    'empty lists': { kind: 'empty', body: 'list', probability: 0.3 },
    'non-JSON bodies': { kind: 'nonJson', probability: 0.3 },
    'cut bodies': { kind: 'cut', probability: 0.3 },
    'stalled bodies': { kind: 'stall', ms: 5_000, probability: 0.3 },
    'refused connections': { kind: 'refuse', path: '/fapi/', probability: 0.3 },
  }

  it(`with ${Object.keys(faults).join(', ')} ends no actor, and the candles are right`, async function () {
    this.timeout(240_000)
    const system = await open({
      rate,
      share: 0.03,
      history: true,
      symbols: 6,
      settings: { SLUICE_UNIVERSE_SCHEDULE: '*/5 * * * * *' },
    })
    const since = system.simulator.now() - dayMs
    for (const [name, rule] of Object.entries(faults)) {
      await system.simulator.faults(rule)
      const startedAt = Date.now()
      const failedBefore = await countFailures(system)
      await pass(system, 0.15, rate, async () => {
        expect((await system.ages()).size).to.equal(system.symbols)
      })
      await system.untilPolled(startedAt, 40_000)
      const tookMs = Date.now() - startedAt
      const failed = async () => rule.kind === 'latency' || (await countFailures(system)) > failedBefore
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

  // By our own clock candles would be final too early where the venue is behind; where it is ahead, only later.
  for (const offsetMs of soak ? [2_000, -2_000] : [-2_000]) {
    it(`by having a clock ${offsetMs} ms off from ours still makes no candle final before ${settledAfterMs} ms after its close`, async function () {
      this.timeout(240_000)
      const system = await open({ rate, share: 0.05, history: true, symbols: 6, klines: 0, cursors: 0 })
      await system.simulator.faults({ kind: 'clockOffset', offsetMs })
      const since = system.simulator.now() - dayMs
      await Promise.all([system.start('kline'), system.start('symbol-cursor')])
      await system.untilPolled(0, 20_000)
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
      await pass(system, 1.3, rate, async () => void (await look()))
      await until('a candle was caught within 3 s of its close', look, 60_000)
      tell(`seen before 3 s after the close: ${provisional} provisional, ${early} final`)
      expect(early).to.equal(0)
      expect(provisional).to.be.above(0)
      await requireRight(system, since)
    })
  }
})

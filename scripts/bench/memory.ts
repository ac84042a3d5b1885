import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { flagOf, numberOption, wordOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { venueLimit } from './lap.ts'
import { sampleMemory, toMemoryReport } from './memory-samples.ts'
import { printTable, tellProgress } from './report.ts'
import { withSystem } from './system.ts'
import { measureTrader } from './trader-memory.ts'

const sampleEveryMs = 1_000
const minuteMs = 60_000
const targetMb = 200

/** The memory of one kline process at full budget, or of a trader that knows a large market. */
export const memoryBench: BenchDefinition = {
  name: 'memory',
  summary:
    'Resident memory of a kline process at full budget, or of a trader, and its slope after two minutes.',
  options: [
    wordOption('actor', 'whose memory', ['kline', 'trader']),
    numberOption('minutes', 'how long to watch', { fallback: 10, least: 3, most: 1_440 }),
    numberOption('symbols', 'symbols; 0: 200 for a kline process, 500 for a trader', {
      fallback: 0,
      least: 0,
      most: 2_000,
    }),
  ],
  run(flags, signal) {
    const minutes = flagOf(flags, 'minutes')
    const symbols = flagOf(flags, 'symbols')
    if (flags['actor'] === 'trader') return measureTrader({ symbols: symbols || 500, minutes }, signal)
    return measureKline({ symbols: symbols || 200, minutes }, signal)
  },
}

function measureKline(of: { symbols: number; minutes: number }, signal: AbortSignal): Promise<Figures> {
  const { symbols, minutes } = of
  const system = { symbols, processes: 1, addresses: 1, share: 0.95, weightLimit: venueLimit, concurrency: 8 }
  return withSystem(system, signal, async (running) => {
    await running.untilAnswered()
    const { hub } = running.redis
    tellProgress(`watching for ${minutes} minutes`)
    // What the process says of itself.
    const look = async () => {
      const actors = await readLivingActors(hub.redis, hub.keys)
      return Number(actors.find(({ kind }) => kind === 'kline')?.fields['rssMb'])
    }
    const samples = await sampleMemory(look, { everyMs: sampleEveryMs, forMs: minutes * minuteMs }, signal)
    const { rows, figures } = toMemoryReport(samples, { minutes, targetMb })
    printTable(rows)
    return figures
  })
}

import { openQueue } from '../../lib/hub/queues.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import type { BackfillJob } from '../../lib/market/kline-jobs.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { lane, venue } from './system.ts'
import type { System } from './system.ts'
import { until } from './until.ts'

/** Has so many candles of every symbol of the lane fetched, up to now; resolves when they are stored. */
export async function backfillAll(system: System, candles: number): Promise<void> {
  const queue = openQueue<BackfillJob>(system.hub, backfillQueue(venue))
  const symbols = await readLane(system.hub, lane)
  await queue.addBulk(
    symbols.map((symbol) => ({ name: 'kline.backfill', data: { symbol, interval: '1m', candles } })),
  )
  const done = async () => {
    system.requireAlive()
    const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'failed')
    return Object.values(counts).every((count) => count === 0)
  }
  await until('every backfill is done', done, 60_000)
  await queue.close()
}

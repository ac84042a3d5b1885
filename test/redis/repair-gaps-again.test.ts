import { expect } from 'chai'
import { openQueue } from '../../lib/hub/queues.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import type { BackfillJob } from '../../lib/market/kline-jobs.ts'
import { Ledger } from '../../lib/market/ledger.ts'
import { repairGaps } from '../../lib/market/repair-gaps.ts'
import { until, untilFound } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const minute = 60_000
const start = 1_764_000_000_000 - (1_764_000_000_000 % minute)

describe('gaps', () => {
  const redis = withRedis({ cluster: true })
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  it('are asked for, again when backfills fail, and forgotten once they are filled', async () => {
    const hub = await redis.hub()
    const ledger = new Ledger({ capacity: 1, intervals: ['1m'], length: 100 })
    const slot = ledger.add({ symbol: 'AUSDT', index: 0 })
    const rings = ledger.candles('1m')
    for (const at of [0, 1, 5, 6]) rings.put(slot, start + at * minute, 1, 1, 1, 1, 1, 2)
    const reloaded: number[] = []
    const repair = repairGaps(hub, venue, ledger, (slots) => reloaded.push(...slots), 40)
    const queue = openQueue<BackfillJob>(hub, backfillQueue(venue))
    stops.push(
      () => queue.close(),
      () => repair.stop(),
    )
    expect(repair.counts()).to.deep.equal({ open: 0, absent: 0 })
    repair.check(rings, slot)
    expect(repair.counts()).to.deep.equal({ open: 1, absent: 0 })
    const asked = async () => (await queue.getJobs('wait'))[0]
    const job = await untilFound('a backfill is asked for', asked, 5_000)
    expect(job.data).to.deep.equal({
      symbol: 'AUSDT',
      interval: '1m',
      candles: 3,
      until: start + 4 * minute,
    })
    expect(reloaded).to.include(slot)

    await until('it is taken for absent', async () => repair.counts().absent === 1, 5_000)
    await queue.obliterate()
    await untilFound('it is asked for all the same', asked, 5_000)

    for (const at of [2, 3, 4]) rings.put(slot, start + at * minute, 1, 1, 1, 1, 1, 2)
    repair.check(rings, slot)
    expect(repair.counts()).to.deep.equal({ open: 0, absent: 0 })
  })
})

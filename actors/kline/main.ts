import type { Worker } from 'bullmq'
import { openEgress } from '../../lib/egress/egress.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { closeAll, openWorker } from '../../lib/hub/queues.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { backfillQueue, fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { BackfillJob, FetchJob, FetchResult } from '../../lib/market/kline-jobs.ts'
import { backfillKlines } from './backfill-klines.ts'
import { fetchKlines } from './fetch-klines.ts'
import type { KlineActor } from './fetch-klines.ts'
import { whileOpen } from './while-open.ts'

const backfillSlots = 1

void runActor({
  kind: 'kline',
  yields: true,
  summary: 'Fetches candles for the jobs of the symbol cursor and merges them into Redis.',
  settings: ['concurrency', 'candlesPerPoll', 'klineRetention', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { id: venue } = venueOf(config.exchange)
    const egress = openEgress(hub, venue)
    const { exchangeUrl: url, localAddress, proxy } = config
    const exchange = await openExchange(venue, { url, localAddress, proxy, gate: egress.gate })
    const { charge: poll } = exchange.costOf('klines')
    const actor: KlineActor = { hub, exchange, egress, jobs: 0, failures: 0 }

    const polls: Worker<FetchJob, FetchResult> = openWorker(
      hub,
      fetchQueue(venue),
      config.concurrency,
      whileOpen(
        actor,
        () => polls,
        (job) => fetchKlines(actor, job),
      ),
    )
    const backfills: Worker<BackfillJob, number> = openWorker(
      hub,
      backfillQueue(venue),
      backfillSlots,
      whileOpen(
        actor,
        () => backfills,
        (job) => backfillKlines(actor, job),
      ),
    )
    // Without the venue's clock nobody can say whether a candle is final, so no job is taken before it is known.
    let ready = false
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('market', () => exchange.fetchTime(), onLeave),
      () => {
        if (ready) return
        ready = true
        for (const worker of [polls, backfills])
          worker.run().catch((error: unknown) => hub.log.error({ err: error }, 'worker ended'))
      },
    )
    return {
      tell: () => ({
        venue,
        address: config.address,
        slots: ready ? config.concurrency : 0,
        limit: poll.limit.name,
        perSecond: egress.perSecond('market', poll),
        closedUntil: egress.closedUntil(),
        jobs: actor.jobs,
        failures: actor.failures,
      }),
      async stop() {
        stopClock()
        await closeAll(hub, polls, backfills)
        await exchange.close()
      },
    }
  },
})

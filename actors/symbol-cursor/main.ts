import cron from 'node-cron'
import { openEgress } from '../../lib/egress/egress.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { openQueue } from '../../lib/hub/queues.ts'
import { followVenueClock, writeVenueClock } from '../../lib/hub/venue-clock.ts'
import { fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import { cursorLease } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { readSymbolsFile, symbolsFilePath } from '../../lib/market/symbols-file.ts'
import { toInterval } from '../../lib/model/timeframe.ts'
import { startDispatch } from './dispatch-lanes.ts'
import { keepUniverse } from './keep-universe.ts'

await runActor({
  kind: 'symbol-cursor',
  summary: 'Keeps the list of symbols and hands them out, in turn, as jobs for the fetchers. One leads, others stand by.',
  settings: [
    'intervals',
    'quoteAssets',
    'underlyings',
    'minQuoteVolume',
    'symbolLimit',
    'symbolsFile',
    'universeSchedule',
    'address',
    'localAddress',
    'proxy',
    'share',
  ],
  async start(hub) {
    const { config } = hub
    const { id: venue, limit } = venueOf(config.exchange)
    // A file that cannot be read is a mistake to be told at once, and not at the first change.
    readSymbolsFile(symbolsFilePath(config))
    const lanes = config.intervals.map((interval): Lane => ({ venue, interval: toInterval(interval), name: 'all' }))
    const egress = openEgress(hub, venue, limit)
    const { exchangeUrl: url, localAddress, proxy } = config
    const exchange = await openExchange(venue, { url, localAddress, proxy, gate: egress.gate })
    const queue = openQueue<FetchJob>(hub, fetchQueue(venue))

    const leadership = standForLeader(hub, cursorLease(hub, venue), (leads) => {
      hub.log.info({ leads }, leads ? 'leads now' : 'stands by')
      if (leads) universe.refresh('took the lead')
    })
    const universe = keepUniverse({ hub, exchange, egress, leadership, lanes })
    const dispatch = startDispatch({ hub, queue, leadership, lanes, universe })
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('market', () => exchange.fetchTime(), onLeave),
      () => {
        if (leadership.isLeader()) writeVenueClock(hub, venue).catch(() => {})
      },
    )
    const schedule = cron.schedule(config.universeSchedule, () => universe.refresh('schedule'), { noOverlap: true })
    return {
      tell: () => ({ venue, address: config.address, leads: leadership.isLeader() ? 1 : 0, handedOut: dispatch.handedOut() }),
      async stop() {
        await schedule.stop()
        stopClock()
        universe.stop()
        await dispatch.stop()
        await leadership.stop()
        await queue.close()
        await exchange.close()
      },
    }
  },
})

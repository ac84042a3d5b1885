import cron from 'node-cron'
import { readPositionSymbols } from '../../lib/account/held-symbols.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import { openExchange, requireIntervals, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { closeAll, openQueue } from '../../lib/hub/queues.ts'
import { followVenueClock, writeVenueClock } from '../../lib/hub/venue-clock.ts'
import { loadHotModules } from '../../lib/market/hot-modules.ts'
import { fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import { toLanes } from '../../lib/market/lane-config.ts'
import { cursorLease } from '../../lib/market/lanes.ts'
import { readSymbolsFile, symbolsFilePath } from '../../lib/market/symbols-file.ts'
import { startDispatch } from './dispatch-lanes.ts'
import { keepHotLane } from './keep-hot-lane.ts'
import { keepUniverse } from './keep-universe.ts'

void runActor({
  kind: 'symbol-cursor',
  yields: true,
  summary:
    'Keeps the list of symbols and hands them out, in turn, as jobs for the fetchers. One leads, others stand by.',
  settings: [
    'intervals',
    'hotShare',
    'hotLane',
    'hotSchedule',
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
    'candlesPerPoll',
  ],
  async start(hub) {
    const { config } = hub
    const { id: venue } = venueOf(config.exchange)
    requireIntervals(venueOf(config.exchange), config.intervals)
    // A file that cannot be read is a mistake to be told at once, and not at the first change.
    readSymbolsFile(symbolsFilePath(config))
    const lanes = toLanes(venue, config)
    const modules = await loadHotModules(config.hotLane, hub.log)
    const egress = openEgress(hub, venue)
    const { exchangeUrl: url, localAddress, proxy } = config
    const exchange = await openExchange(venue, { url, localAddress, proxy, gate: egress.gate })
    const queue = openQueue<FetchJob>(hub, fetchQueue(venue))

    const leadership = standForLeader(hub, cursorLease(hub, venue), (leads) => {
      hub.log.info({ leads }, leads ? 'leads now' : 'stands by')
      if (!leads) return
      dispatch.restart()
      universe.refresh('took the lead')
      void hot?.judge()
    })
    const wholeLanes = lanes.filter(({ kind }) => kind !== 'hot')
    const universe = keepUniverse({ hub, exchange, egress, leadership, lanes: wholeLanes })
    const dispatch = startDispatch({ hub, venue, queue, leadership, lanes, universe })
    const readPositions = () => readPositionSymbols(hub, venue)
    const hot = keepHotLane({ hub, leadership, lanes, modules, readPositions })
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('market', () => exchange.fetchTime(), onLeave),
      () => {
        if (leadership.isLeader()) writeVenueClock(hub, venue).catch(() => {})
      },
    )
    const schedule = cron.schedule(config.universeSchedule, () => universe.refresh('schedule'), {
      noOverlap: true,
    })
    return {
      tell: () => ({
        venue,
        address: config.address,
        leads: leadership.isLeader() ? 1 : 0,
        handedOut: dispatch.handedOut(),
        ...hot?.tell(),
      }),
      async stop() {
        await schedule.stop()
        await hot?.stop()
        stopClock()
        universe.stop()
        await dispatch.stop()
        await leadership.stop()
        await closeAll(hub, queue)
        await exchange.close()
      },
    }
  },
})

import { openEgress } from '../../lib/egress/egress.ts'
import { openPollFlow } from '../../lib/egress/poll-flow.ts'
import { pollInTurns } from '../../lib/egress/poll-in-turns.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { actorId } from '../../lib/hub/heartbeats.ts'
import { joinTurns } from '../../lib/hub/turns.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { encodeFlows } from '../../lib/model/egress-budget.ts'
import { pollTickers } from './poll-tickers.ts'

void runActor({
  kind: 'ticker',
  summary:
    'Fetches the best bid and ask of all symbols and merges them into Redis. Several take turns by themselves.',
  settings: ['tickerShare', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { id: venue } = venueOf(config.exchange)
    const egress = openEgress(hub, venue)
    const { exchangeUrl: url, localAddress, proxy, address } = config
    const exchange = await openExchange(venue, { url, localAddress, proxy, gate: egress.gate })
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('market', () => exchange.fetchTime(), onLeave),
      () => {},
    )
    const polling = openPollFlow(
      { egress, clock: hub.clock },
      { name: 'tickers', egressClass: 'market', share: config.tickerShare, cost: exchange.costOf('tickers') },
    )
    const turns = joinTurns(hub, hub.keys.members(venue, 'ticker'), {
      address,
      id: actorId('ticker'),
      perSecond: () => polling.perSecond(),
    })
    const tickers = pollTickers(hub, exchange, egress, polling.flow)
    const polls = pollInTurns(hub, { what: 'tickers', egress, turns, ...tickers })
    return {
      tell: () => ({
        venue,
        address,
        members: turns.members(),
        limit: polling.limit,
        flows: encodeFlows([polling.flow]),
        perSecond: polling.perSecond().toFixed(2),
        ...polls.counts(),
      }),
      async stop() {
        await polls.stop()
        await turns.stop()
        stopClock()
        await exchange.close()
      },
    }
  },
})

import { openEgress } from '../../lib/egress/egress.ts'
import { pollInTurns } from '../../lib/egress/poll-in-turns.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { actorId } from '../../lib/hub/heartbeats.ts'
import { joinTurns } from '../../lib/hub/turns.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { encodeFlows } from '../../lib/model/egress-budget.ts'
import { pollTickers } from './poll-tickers.ts'

// All symbols in one request; venues differ, and this one is the measure of the cadence.
const requestWeight = 5
// A little slower than the share allows, so that jitter does not run into it.
const slack = 0.98

await runActor({
  kind: 'ticker',
  summary:
    'Fetches the best bid and ask of all symbols and merges them into Redis. Several take turns by themselves.',
  settings: ['tickerShare', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { id: venue, limit } = venueOf(config.exchange)
    const egress = openEgress(hub, venue, limit)
    const { exchangeUrl: url, localAddress, proxy, address } = config
    const exchange = await openExchange(venue, { url, localAddress, proxy, gate: egress.gate })
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('market', () => exchange.fetchTime(), onLeave),
      () => {},
    )
    const flow = { name: 'tickers', share: config.tickerShare }
    const perSecond = () => ((egress.weightPerSecond('market') * flow.share) / requestWeight) * slack
    const turns = joinTurns(hub, hub.keys.members(venue, 'ticker'), {
      address,
      id: actorId('ticker'),
      perSecond,
    })
    const tickers = pollTickers(hub, exchange, egress, flow)
    const polls = pollInTurns(hub, { what: 'tickers', egress, turns, ...tickers })
    return {
      tell: () => ({
        venue,
        address,
        members: turns.members(),
        flows: encodeFlows([flow]),
        perSecond: perSecond().toFixed(2),
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

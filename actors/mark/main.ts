import { openEgress } from '../../lib/egress/egress.ts'
import { openPollFlow } from '../../lib/egress/poll-flow.ts'
import { pollInTurns } from '../../lib/egress/poll-in-turns.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { actorId } from '../../lib/hub/heartbeats.ts'
import { joinTurns } from '../../lib/hub/turns.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { mergeMarks } from '../../lib/market/marks.ts'
import { encodeFlows } from '../../lib/model/egress-budget.ts'

void runActor({
  kind: 'mark',
  summary:
    'Fetches the mark price, index and funding of all symbols and merges them. Several take turns by themselves.',
  settings: ['markShare', 'address', 'localAddress', 'proxy', 'share'],
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
      { name: 'marks', egressClass: 'market', share: config.markShare, cost: exchange.costOf('marks') },
    )
    const turns = joinTurns(hub, hub.keys.members(venue, 'mark'), {
      address,
      id: actorId('mark'),
      perSecond: () => polling.perSecond(),
    })
    const polls = pollInTurns(hub, {
      what: 'marks',
      egress,
      turns,
      isReady: () => Promise.resolve(true),
      async poll() {
        let polledAt = 0
        const marks = await egress.call(
          'market',
          () => exchange.fetchMarks(),
          () => (polledAt = hub.clock.now() - hub.clock.errorMs()),
          polling.flow,
        )
        await mergeMarks(hub, venue, marks, polledAt)
      },
    })
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

import { openEgress } from '../../lib/egress/egress.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { requireVenueAccount } from '../../lib/model/paper-account.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { auditTrades } from './audit-trades.ts'
import { cancelStale } from './cancel-stale.ts'
import { keepSettled } from './keep-settled.ts'
import { listenOrders } from './listen-orders.ts'
import { serveIntents } from './serve-intents.ts'
import { watchUnowned } from './watch-unowned.ts'

// Real ms. Requests are signed by the venue's clock, and refused when it is off; asking for it keeps a connection open.
const clockEveryMs = 10_000

void runActor({
  kind: 'order',
  summary: "Sends an account's orders to the venue, each once, and follows them to their end.",
  settings: ['account', 'keysFile', 'live', 'riskLimits', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { account, address } = config
    requireVenueAccount(account)
    if (!config.live)
      throw new ConfigError('orders leave for the venue from here: expected --live, which was not given')
    const { id: venue } = venueOf(config.exchange)
    const of = { venue, account }
    const egress = openEgress(hub, venue)
    const { exchangeUrl: url, localAddress, proxy } = config
    const options = {
      url,
      localAddress,
      proxy,
      gate: egress.gate,
      account,
      keys: readAccountKeys(config, venue, account),
      clock: hub.clock,
    }
    const [exchange, accountExchange, market] = await Promise.all([
      openOrderExchange(venue, options),
      openAccountExchange(venue, options),
      openExchange(venue, { url, localAddress, proxy, gate: egress.gate }),
    ])
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('orders', () => exchange.fetchTime(), onLeave),
      () => {},
      clockEveryMs,
    )
    const desk = await openOrderDesk(hub, of, {
      exchange,
      egress,
      fetchInstruments: () => egress.call('market', () => market.fetchInstruments()),
    })
    const serving = serveIntents(desk)
    const leadership = standForLeader(hub, hub.keys.accountLease(venue, account, 'order'), (leads) => {
      hub.log.info({ venue, account }, leads ? 'serves the account' : 'stands by')
      serving.lead(leads)
    })
    const leads = () => leadership.isLeader()
    const limits = limitsOf(config.riskLimits)
    const unowned = watchUnowned(desk, egress, { leads, limits })
    const audit = auditTrades(desk, { leads })
    const stream = listenOrders(desk, accountExchange, egress, {
      mayAdopt: leads,
      onTrade: (trade) => audit.heard(trade),
      onStranger: () => unowned.soon(),
      onMissed: (symbol) => audit.soon(symbol),
    })
    const settling = keepSettled(desk, accountExchange, {
      leads,
      isStreaming: () => stream.tell().connected,
    })
    const stale = cancelStale(desk, {
      leads,
      limits,
      hand: (intent) => serving.hand(intent),
    })
    return {
      tell: () => ({
        venue,
        account,
        address,
        mode: 'live',
        leads: leadership.isLeader() ? 1 : 0,
        connected: stream.tell().connected ? 1 : 0,
        open: settling.open(),
        closedUntil: egress.closedUntil(),
        ...desk.counts(),
        ...stale.counts(),
        ...unowned.counts(),
        ...audit.counts(),
      }),
      async stop() {
        await Promise.all([stale.stop(), unowned.stop(), audit.stop()])
        await serving.stop()
        await Promise.all([settling.stop(), stream.stop(), leadership.stop()])
        stopClock()
        await desk.stop()
        await Promise.all([exchange.close(), accountExchange.close(), market.close()])
      },
    }
  },
})

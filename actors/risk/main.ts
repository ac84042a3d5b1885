import { openEgress } from '../../lib/egress/egress.ts'
import { goAlone } from '../../lib/egress/go-alone.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { actorId } from '../../lib/hub/heartbeats.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { feelPulse } from '../../lib/hub/redis-pulse.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { requireVenueAccount } from '../../lib/model/paper-account.ts'
import { openJournal } from '../../lib/orders/journal.ts'
import { journaledExchange } from '../../lib/orders/journaled-exchange.ts'
import { riskLease } from '../../lib/orders/ladders.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { keepLadders } from './keep-ladders.ts'
import { priceAssetsAt } from './price-assets-at.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'
import { openSendQueue } from './send-queue.ts'
import { runEntries } from './run-entries.ts'
import { runEquity } from './run-equity.ts'
import { runFlatten } from './run-flatten.ts'
import { runLosses } from './run-losses.ts'
import { runStates } from './run-states.ts'

// Real ms.
const instrumentsEveryMs = 5_000
const clockEveryMs = 10_000
// Venues take few orders in a second, Bybit ten. Were all that is wanted to wait in their limits, a way out of a position
// would wait for the whole ladders of others.
const mostLeaving = 2

void runActor({
  kind: 'risk',
  summary: 'Holds an account to its limits: cancels entries when it is halted, bans what loses, flattens.',
  settings: [
    'account',
    'live',
    'keysFile',
    'riskLimits',
    'quoteAssets',
    'address',
    'localAddress',
    'proxy',
    'share',
  ],
  async start(hub) {
    const { config } = hub
    const { account } = config
    requireVenueAccount(account)
    if (!config.live)
      throw new ConfigError(`actors/risk sends orders to the venue: it needs --live for account "${account}"`)
    const { id: venue } = venueOf(config.exchange)
    const of = { venue, account }
    const egress = openEgress(hub, venue)
    const pulse = feelPulse(hub.redis)
    const toRealMs = (ms: number) => hub.clock.toRealMs(ms)
    const client = {
      url: config.exchangeUrl,
      localAddress: config.localAddress,
      proxy: config.proxy,
      gate: goAlone({ gate: egress.gate, pulse, toRealMs }),
    }
    const options = {
      ...client,
      account,
      keys: readAccountKeys(config, venue, account),
      clock: hub.clock,
    }
    const exchange = await openAccountExchange(venue, options)
    const journal = openJournal(hub, of, actorId('risk'))
    const orders = journaledExchange(await openOrderExchange(venue, options), journal)
    const market = await openExchange(venue, client)
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('protect', () => exchange.fetchTime(), onLeave),
      () => {},
      clockEveryMs,
    )
    const leadership = standForLeader(hub, riskLease(hub, of), () => {})
    const actor: RiskActor = {
      hub,
      of,
      orders,
      exchange,
      egress,
      limits: limitsOf(config.riskLimits),
      isLeader: () => leadership.isLeader() && Number.isFinite(hub.clock.errorMs()),
      mayProtect: () => leadership.ledLast() && Number.isFinite(hub.clock.errorMs()),
      leadership,
      pulse,
      sending: openSendQueue(mostLeaving),
      tradeEars: new Set(),
    }
    let instruments: ReadonlyMap<string, ListedInstrument> = new Map()
    const reading = repeat(
      hub,
      { what: 'instruments were not read', everyMs: instrumentsEveryMs },
      // What was known once is known, also when somebody empties Redis.
      async () => void (instruments = new Map([...instruments, ...(await readInstruments(hub, venue))])),
    )
    reading.now()
    const ladders = keepLadders(actor, { market, instruments: () => instruments })
    const quote = config.quoteAssets[0] ?? 'USDT'
    const prices = priceAssetsAt(hub, { venue, quote }, () => instruments)
    const parts: RiskPart[] = [
      runEntries(actor),
      runStates(actor),
      runLosses(actor, prices),
      runEquity(actor, () => instruments, prices),
      runFlatten(actor, () => instruments),
    ]
    return {
      tell: () => ({
        venue,
        account,
        address: config.address,
        leads: leadership.isLeader() ? 1 : 0,
        closedUntil: egress.closedUntil(),
        ...ladders.tell(),
        ...Object.assign({}, ...parts.map((part) => part.tell())),
      }),
      async stop() {
        for (const part of [...parts, reading]) part.stop()
        stopClock()
        pulse.stop()
        await Promise.all([ladders.stop(), leadership.stop()])
        await journal.close()
        await Promise.all([exchange.close(), orders.close(), market.close()])
      },
    }
  },
})

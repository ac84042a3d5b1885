import { openEgress } from '../../lib/egress/egress.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { requireVenueAccount } from '../../lib/model/paper-account.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'
import { runEntries } from './run-entries.ts'
import { runFlatten } from './run-flatten.ts'
import { runStates } from './run-states.ts'

// Real ms.
const instrumentsEveryMs = 5_000
const clockEveryMs = 10_000

await runActor({
  kind: 'risk',
  summary: 'Holds an account to its limits: cancels entries when it is halted, bans what loses, flattens.',
  settings: ['account', 'live', 'keysFile', 'riskLimits', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { account } = config
    requireVenueAccount(account)
    if (!config.live)
      throw new ConfigError(`actors/risk sends orders to the venue: it needs --live for account "${account}"`)
    const { id: venue } = venueOf(config.exchange)
    const egress = openEgress(hub, venue)
    const options = {
      url: config.exchangeUrl,
      localAddress: config.localAddress,
      proxy: config.proxy,
      gate: egress.gate,
      account,
      keys: readAccountKeys(config, venue, account),
      clock: hub.clock,
    }
    const exchange = await openAccountExchange(venue, options)
    const orders = await openOrderExchange(venue, options)
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('protect', () => exchange.fetchTime(), onLeave),
      () => {},
      clockEveryMs,
    )
    const leadership = standForLeader(hub, hub.keys.accountLease(venue, account, 'risk'), () => {})
    const actor: RiskActor = {
      hub,
      of: { venue, account },
      orders,
      exchange,
      egress,
      limits: limitsOf(config.riskLimits),
      isLeader: () => leadership.isLeader() && Number.isFinite(hub.clock.errorMs()),
    }
    let instruments: ReadonlyMap<string, ListedInstrument> = new Map()
    const reading = repeat(
      hub,
      { what: 'instruments were not read', everyMs: instrumentsEveryMs },
      async () => void (instruments = await readInstruments(hub, venue)),
    )
    reading.now()
    const parts: RiskPart[] = [runEntries(actor), runStates(actor), runFlatten(actor, () => instruments)]
    return {
      tell: () => ({
        venue,
        account,
        address: config.address,
        leads: leadership.isLeader() ? 1 : 0,
        closedUntil: egress.closedUntil(),
        ...Object.assign({}, ...parts.map((part) => part.tell())),
      }),
      async stop() {
        for (const part of [...parts, reading]) part.stop()
        stopClock()
        await leadership.stop()
        await Promise.all([exchange.close(), orders.close()])
      },
    }
  },
})

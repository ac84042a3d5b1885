import { accountSources } from '../../lib/account/account-sources.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import { encodeFlows } from '../../lib/model/egress-budget.ts'
import { requireVenueAccount } from '../../lib/model/paper-account.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import { flowOf } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import { fetchForAll } from './fetch-for-all.ts'
import { listenStream } from './listen-stream.ts'
import { periodMs, pollSource } from './poll-source.ts'
import type { LeftAt } from './poll-source.ts'
import { takeReports } from './take-reports.ts'
import { watchAccount } from './watch-account.ts'

// Real ms. What was asked for is dated by the venue's clock, so that a step of it must not last.
const clockEveryMs = 10_000

void runActor({
  kind: 'position',
  summary:
    "Keeps an account's positions and balances, as the account, the position endpoint and the stream tell them.",
  settings: ['source', 'account', 'keysFile', 'accountShare', 'address', 'localAddress', 'proxy', 'share'],
  async start(hub) {
    const { config } = hub
    const { account, address, accountShare } = config
    requireVenueAccount(account)
    const { id: venue } = venueOf(config.exchange)
    const of = { venue, account }
    const sources: readonly AccountSource[] = config.source === 'all' ? accountSources : [config.source]
    const keys = readAccountKeys(config, venue, account)
    const egress = openEgress(hub, venue)
    const { exchangeUrl: url, localAddress, proxy } = config
    const exchange = await openAccountExchange(venue, {
      url,
      localAddress,
      proxy,
      gate: egress.gate,
      account,
      keys,
      clock: hub.clock,
    })
    const asked = sources.filter((source) => source !== 'stream')
    const flows = asked.map((source) => flowOf(of, source, accountShare))
    const actor: AccountActor = {
      hub,
      of,
      exchange,
      egress,
      flow: flowOf(of, 'ask', accountShare),
    }
    const taken = takeReports(actor)
    const stopClock = followVenueClock(
      hub,
      (onLeave) => egress.call('account', () => exchange.fetchTime(), onLeave, actor.flow),
      () => {},
      clockEveryMs,
    )
    const shared = fetchForAll(actor, taken)
    const watching = watchAccount(actor)
    const leftAt: LeftAt = new Map()
    const polls = new Map(asked.map((source) => [source, pollSource(actor, source, taken, leftAt)]))
    const stream = sources.includes('stream') ? listenStream(actor, taken, shared) : undefined
    return {
      tell() {
        const { connected, silentMs, ...told } = stream?.tell() ?? {}
        return {
          venue,
          account,
          address,
          sources: sources.join(' '),
          limit: exchange.costOf('account').charge.limit.name,
          flows: encodeFlows(flows),
          closedUntil: egress.closedUntil(),
          ...(polls.size > 0 ? { periodMs: Math.round(periodMs(actor)) } : {}),
          ...Object.fromEntries([...polls].map(([source, each]) => [`${source}At`, each.lastAt()])),
          ...(stream === undefined
            ? {}
            : { connected: connected === true ? 1 : 0, streamAt: Date.now() - (silentMs ?? Infinity) }),
          ...told,
          ...taken.counts(),
          ...shared.tell(),
          failures: [...polls.values()].reduce((sum, each) => sum + each.counts().failures, 0),
          watches: watching.isLeader() ? 1 : 0,
        }
      },
      async stop() {
        // Some wait for weight for longer than a stop may take.
        egress.stop()
        taken.stop()
        stopClock()
        await Promise.all([
          stream?.stop(),
          ...[...polls.values()].map((each) => each.stop()),
          shared.stop(),
          watching.stop(),
        ])
        await exchange.close()
      },
    }
  },
})

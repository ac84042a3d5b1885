import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { isRestricted, readAccountRules, rulesOf } from '../../lib/account/trading-rules.ts'
import type { AccountRules } from '../../lib/account/trading-rules.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { blockingOptions } from '../../lib/hub/redis.ts'
import { describeError } from '../../lib/model/errors.ts'
import { intentIdOf } from '../../lib/model/claim.ts'
import { isEntry } from '../../lib/model/order-report.ts'
import { mustCancel } from '../../lib/model/trading-state.ts'
import { repeat } from './repeat.ts'
import { protect } from './risk-actor.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

// Real ms.
const lookEveryMs = 250
/** After something began to stand: what was on its way then comes to the book a little later. */
const listsAfterMs = [0, 300, 700, 1_500, 3_000, 6_000]
const listEveryMs = 30_000
const againAfterMs = 400
const absentForMs = 5_000

const most = 5_000

interface Entry {
  readonly symbol: string
  readonly id: string
}

/**
 * Cancels the entries that rest while the account, or their symbol, may open nothing: those that Redis knows of, and
 * whatever the venue lists that would open, whoever placed it. What reduces stays, and so do stops.
 */
export function runEntries(actor: RiskActor): RiskPart {
  const { hub, of, orders } = actor
  const { clock, keys } = hub
  const fold = foldLog(hub.log)
  // Order -> real ms before which it is not cancelled again.
  const asked = new LRUCache<string, number>({ max: most })
  let before = ''
  let beganAt = 0
  let listed = 0
  let listedAt = 0
  let cancels = 0

  async function look(): Promise<void> {
    if (!actor.isLeader()) {
      before = ''
      return
    }
    const rules = await readAccountRules(hub, of)
    const now = clock.now()
    // Anything that stands anew may mean orders that are not known here yet.
    const stands = JSON.stringify([rules.state, [...rules.bans.keys()].toSorted()])
    if (stands !== before) {
      before = stands
      beganAt = Date.now()
      listed = 0
    }
    if (!isRestricted(rules, now)) return
    const [known, found] = await Promise.all([readOpen(), listDue(rules, now)])
    const cancelled = [...known, ...found].filter(({ symbol }) =>
      mustCancel(rulesOf(rules, symbol), 'open', now),
    )
    for (const entry of cancelled) void cancel(entry)
  }

  /** The entries that Redis has as open or under way. */
  async function readOpen(): Promise<Entry[]> {
    const { venue, account } = of
    const ids = await hub.redis.zrevrange(keys.orders(venue, account, 'open'), 0, most)
    const fields = await Promise.all(
      ids.map((id) => hub.redis.hmget(keys.order(venue, account, id), 'class', 'symbol')),
    )
    return ids.flatMap((id, at) => {
      const [intentClass, symbol] = fields[at] ?? []
      // Orders of others have records under other ids; the venue lists them.
      return intentIdOf(id) !== undefined && intentClass === 'open' && typeof symbol === 'string'
        ? [{ id, symbol }]
        : []
    })
  }

  /** What the venue lists, when it is time to ask; whatever it costs must not hold up the rest. */
  async function listDue(rules: AccountRules, now: number): Promise<Entry[]> {
    const sinceMs = Date.now() - beganAt
    const next = listsAfterMs[listed]
    if (next === undefined ? Date.now() - listedAt < listEveryMs : sinceMs < next) return []
    // A symbol's ban is of what this system opened; that is known in Redis.
    if (rules.state === 'active' && !rules.bans.has('ALL')) return []
    listed += 1
    listedAt = Date.now()
    try {
      const rows = await protect(actor, () => orders.fetchOpenOrders())
      const known = mustCancel(rulesOf(rules, ''), 'open', now)
      return known ? rows.filter(isEntry).map(({ symbol, clientOrderId: id }) => ({ symbol, id })) : []
    } catch (error) {
      listed = Math.max(0, listed - 1)
      fold(`open orders could not be listed: ${describeError(error)}`, {})
      return []
    }
  }

  async function cancel({ symbol, id }: Entry): Promise<void> {
    if (Date.now() < (asked.get(id) ?? 0)) return
    asked.set(id, Date.now() + againAfterMs)
    try {
      if (await protect(actor, () => orders.cancelOrder(symbol, id))) {
        cancels += 1
        hub.log.info({ id, symbol }, 'an entry was cancelled')
      } else if (Date.now() - beganAt > absentForMs) {
        // It has ended, and whoever sent it has not said so yet.
        asked.set(id, Date.now() + absentForMs)
      }
    } catch (error) {
      fold(`an entry could not be cancelled: ${describeError(error)}`, { symbol })
    }
  }

  const timer = repeat(hub, { what: 'resting entries were not looked at', everyMs: lookEveryMs }, look)
  const subscriber = new Redis(blockingOptions(hub.endpoint, `entries ${of.account}`))
  subscriber.on('error', () => {})
  subscriber.on('message', (_channel, text: string) => {
    if (text.startsWith('{"tradingState"')) timer.now()
  })
  subscriber.subscribe(keys.accountFeed(of.venue, of.account)).catch(() => {
    hub.log.debug('the trading state is followed by looking alone')
  })
  return {
    tell: () => ({ entriesCancelled: cancels }),
    stop() {
      timer.stop()
      subscriber.disconnect()
    },
  }
}

import { LRUCache } from 'lru-cache'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { decodeClaim, intentIdOf } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { signOf } from '../../lib/model/decimal.ts'
import { describeError } from '../../lib/model/errors.ts'
import { toIntent } from '../../lib/model/intent.ts'
import type { Intent } from '../../lib/model/intent.ts'
import type { LiveOrder } from '../../lib/model/live-order.ts'
import { isTerminal } from '../../lib/model/order.ts'
import { claimKeys, readOpenClaims } from '../../lib/orders/claims.ts'
import { readMarketSight } from '../../lib/orders/judge-intent.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { forgetStale, noteStale, readStale } from '../../lib/orders/stale-orders.ts'
import type { StaleOrder } from '../../lib/orders/stale-orders.ts'
import { judgeStale, restMsOf } from '../../lib/risk/judge-stale.ts'
import type { RiskLimits } from '../../lib/risk/limits.ts'
import { sizeTaker, takerShareOf } from '../../lib/risk/size-taker.ts'
import { keepLooking } from './keep-looking.ts'

/** Orders that rest too long being cancelled. */
export interface StaleWatch {
  counts(): { staleCancels: number; takers: number }
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 400
const againAfterMs = 1_000
const cancelLifeMs = 5_000
const mostOrders = 10_000
// Strategies' names have no brackets.
const nobody = '(stale)'

/**
 * Cancels orders that have rested longer than their class may, while `leads`, and hands on the one taker order that follows
 * each. What is to follow is remembered on disk before the cancel, and forgotten once the queue has it: whoever dies in
 * between, the next one hands on the same intent, which is claimed once.
 */
export function cancelStale(
  desk: OrderDesk,
  by: {
    readonly leads: () => boolean
    readonly limits: RiskLimits
    readonly hand: (intent: Intent) => Promise<void>
  },
): StaleWatch {
  const { path, instruments } = desk
  const { hub, of } = path
  const { limits } = by
  const { clock } = hub
  const fold = foldLog(hub.log)
  // Order -> real ms before which it is not cancelled again.
  const asked = new LRUCache<string, number>({ max: mostOrders })
  const counts = { staleCancels: 0, takers: 0 }

  async function cancelAll(): Promise<void> {
    if (limits.openRestMs === 0 && limits.reduceRestMs === 0) return
    const now = clock.now()
    for (const [, text] of await readOpenClaims(hub, of)) {
      const { intent, claimedAt } = decodeClaim(text)
      // Most are younger: their records are not read.
      if (!(now - claimedAt > (restMsOf(intent.class, limits) ?? Infinity))) continue
      for (const { clientOrderId } of intent.slices) {
        const order = await readLiveOrder(hub, of, clientOrderId)
        if (order !== undefined && judgeStale(order, now, limits) === 'cancel') await cancel(order)
      }
    }
  }

  async function cancel(order: LiveOrder): Promise<void> {
    const { id, symbol, class: orderClass } = order
    if (Date.now() < (asked.get(id) ?? 0)) return
    asked.set(id, Date.now() + againAfterMs)
    const now = Math.floor(clock.now())
    if (signOf(takerShareOf(orderClass, limits)) > 0)
      await noteStale(path, { id, until: now + limits.takerWithinMs })
    // Not waited for: a slow answer must not keep the others.
    void askForEnd(order, now).catch((error: unknown) =>
      fold(`an order that rested too long was not cancelled: ${describeError(error)}`, { symbol }),
    )
  }

  async function askForEnd({ id, symbol, submittedAt }: LiveOrder, now: number): Promise<void> {
    const signalId = `cancel ${id} ${now}`
    const outcome = await desk.submit({
      id: clientOrderIdOf(of.account, nobody, signalId),
      account: of.account,
      strategy: nobody,
      signalId,
      symbol,
      deadline: now + cancelLifeMs * clock.rate,
      class: 'cancel',
      target: id,
    })
    if (outcome.outcome !== 'cancelled') return
    counts.staleCancels += 1
    hub.log.info({ id, symbol, restedMs: now - submittedAt }, 'an order rested too long and was cancelled')
  }

  /** Hands on the taker of an order whose state is final, or forgets it; leaves it while neither can be said. */
  async function follow(stale: StaleOrder): Promise<void> {
    const { id, until } = stale
    const order = await readLiveOrder(hub, of, id)
    const isLate = !(clock.now() <= until)
    if (order !== undefined && !isLate) {
      // While its claim goes on it holds room under the limits, which its taker needs.
      if (!isTerminal(order.state) || !(await hasEnded(id))) return
      if (!(await take(order, until))) return
    } else hub.log.info({ id, isLate }, 'no taker follows an order any more')
    await forgetStale(hub, of, id)
  }

  /** Whether it could be judged. */
  async function take(order: LiveOrder, deadline: number): Promise<boolean> {
    const { id, symbol, side, positionSide, reduceOnly, strategy } = order
    const instrument = instruments.of(symbol)
    const market = await readMarketSight({ hub, venue: of.venue }, symbol)
    const reference = side === 'buy' ? market.ask : market.bid
    if (instrument === undefined || reference === undefined) return false
    const taker = sizeTaker(order, limits, { instrument, reference })
    if ('none' in taker) {
      hub.log.info({ id, symbol, why: taker.none }, 'no taker follows an order that rested too long')
      return true
    }
    const intentClass = order.class === 'open' ? 'open' : 'reduce'
    const intent = toIntent(
      {
        signalId: `taker ${id}`,
        class: intentClass,
        symbol,
        side,
        positionSide,
        reduceOnly,
        size: taker.size,
        type: 'market',
      },
      { account: of.account, strategy, deadline },
    )
    if ('denied' in intent) throw new Error(intent.denied)
    await by.hand(intent)
    counts.takers += 1
    hub.log.info({ id, taker: intent.id, symbol, size: taker.size }, 'a taker follows an order')
    return true
  }

  async function hasEnded(id: string): Promise<boolean> {
    const text = await hub.redis.hget(claimKeys(hub, of).claims, intentIdOf(id) ?? '')
    return text === null || decodeClaim(text).endedAt !== undefined
  }

  async function look(): Promise<void> {
    if (!by.leads()) return
    await cancelAll()
    for (const stale of await readStale(hub, of)) await follow(stale)
  }
  const looking = keepLooking(
    hub,
    { what: 'orders that rest too long were not looked at', everyMs: lookEveryMs },
    look,
  )

  return {
    counts: () => ({ ...counts }),
    stop: () => looking.stop(),
  }
}

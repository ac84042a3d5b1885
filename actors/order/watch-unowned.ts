import { LRUCache } from 'lru-cache'
import type { Egress } from '../../lib/egress/egress.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import { describeError } from '../../lib/model/errors.ts'
import { ownerOf } from '../../lib/model/order-owner.ts'
import { isEntry } from '../../lib/model/order-report.ts'
import type { OrderReport, StopReport } from '../../lib/model/order-report.ts'
import { isStopId } from '../../lib/model/stop-id.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { isClaimed, recordHeard, recordIdOf } from '../../lib/orders/record-heard.ts'
import { toUnownedConditions, unownedPrefix } from '../../lib/orders/unowned-orders.ts'
import type { RiskLimits } from '../../lib/risk/limits.ts'
import { keepLooking } from './keep-looking.ts'

/** Orders that nobody owns being watched for. */
export interface UnownedWatch {
  /** somebody else's order was heard of: the lists are asked for soon */
  soon(): void
  counts(): { unowned: number; unownedCancels: number }
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 250
const leastApartMs = 2_000
const againAfterMs = 1_500
// Venue ms. Both lists weigh 80: whoever trades by hand all the time does not make them come more often than that.
const listEveryMs = 30_000
const soonEveryMs = 15_000
const most = 5_000

/**
 * Lists the account's open orders and stops again and again, while `leads`, names those that nobody owns as conditions, and
 * cancels them where that is configured; stops that reduce protect somebody, and stay. What this system sends is claimed on
 * disk before it leaves, and claims are read after the list: an order on its way is nobody's at no time.
 */
export function watchUnowned(
  desk: OrderDesk,
  egress: Egress,
  by: { readonly leads: () => boolean; readonly limits: RiskLimits },
): UnownedWatch {
  const { path } = desk
  const { hub, of, exchange } = path
  const { clock, log } = hub
  const fold = foldLog(log)
  // Order or stop -> real ms before which it is not cancelled again.
  const asked = new LRUCache<string, number>({ max: most })
  const counts = { unowned: 0, unownedCancels: 0 }
  let [listedAt, soonAt, isDue, led] = [0, 0, true, false]

  async function list(): Promise<void> {
    listedAt = Date.now()
    isDue = false
    const [orders, stops] = await Promise.all([
      path.call(() => exchange.fetchOpenOrders()),
      path.call(() => exchange.fetchOpenStops()),
    ])
    const claimed = await Promise.all(orders.map(({ clientOrderId }) => isClaimed(path, clientOrderId)))
    const strange = orders.filter((order, at) => ownerOf(order, claimed[at] === true) === 'nobody')
    const strangeStops = stops.filter(({ clientOrderId }) => !isStopId(clientOrderId))
    counts.unowned = strange.length + strangeStops.length
    const now = Math.floor(clock.now())
    const news = await keepConditions(hub, of, unownedPrefix, toUnownedConditions(strange, strangeStops, now))
    for (const name of news.raised) log.warn({ name }, 'an order that nobody owns')
    await settleAdopted(orders)
    if (!by.limits.cancelUnowned) return
    for (const order of strange)
      void cancel(order, () => exchange.cancelOrder(order.symbol, order.clientOrderId))
    for (const stop of strangeStops)
      if (isEntry(stop) && stop.size !== undefined)
        void cancel(stop, () => exchange.cancelStop(stop.symbol, stop.clientOrderId))
  }

  async function cancel(placed: OrderReport | StopReport, run: () => Promise<boolean>): Promise<void> {
    const { symbol, orderId, clientOrderId: id } = placed
    const key = `${symbol} ${orderId}`
    // Lists lag: one that was cancelled is still there for a while.
    if (Date.now() < (asked.get(key) ?? 0)) return
    asked.set(key, Date.now() + againAfterMs)
    try {
      if (!(await egress.call('protect', run))) return
      isDue = true
      counts.unownedCancels += 1
      log.warn({ id, symbol }, 'an order that nobody owns was cancelled')
    } catch (error) {
      fold(`an order that nobody owns could not be cancelled: ${describeError(error)}`, { symbol })
    }
  }

  /** Orders of others that traded have records; those that rest no more are asked after. */
  async function settleAdopted(listed: readonly OrderReport[]): Promise<void> {
    const rests = new Set(listed.map(recordIdOf))
    const ids = await hub.redis.zrange(hub.keys.orders(of.venue, of.account, 'open'), '0', '-1')
    for (const id of ids) {
      if (rests.has(id) || (await isClaimed(path, id))) continue
      const order = await readLiveOrder(hub, of, id)
      const { venueId, symbol } = order ?? {}
      if (venueId === undefined || symbol === undefined) continue
      const report = await path.call(() => exchange.fetchOrderById(symbol, venueId))
      if (report === undefined) continue
      const { clientOrderId, orderId } = report
      await recordHeard(path, { clientOrderId, orderId, symbol, report, trades: [] }, true)
    }
  }

  async function look(): Promise<void> {
    const leads = by.leads()
    // What others did while nobody led.
    if (leads && !led) isDue = true
    led = leads
    if (!leads) return
    const now = Date.now()
    const isSoon = isDue && now - soonAt >= clock.toRealMs(soonEveryMs)
    const isTime = now - listedAt >= clock.toRealMs(listEveryMs)
    if (now - listedAt < leastApartMs || (!isTime && !isSoon)) return
    if (!isTime) soonAt = now
    await list()
  }
  const looking = keepLooking(hub, { what: 'open orders could not be listed', everyMs: lookEveryMs }, look)

  return {
    soon: () => (isDue = true),
    counts: () => ({ ...counts }),
    stop: () => looking.stop(),
  }
}

import { LRUCache } from 'lru-cache'
import { readPositions } from '../../lib/account/positions.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { TradeReport } from '../../lib/model/order-report.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { recordHeard } from '../../lib/orders/record-heard.ts'
import { keepLooking } from './keep-looking.ts'
import { noteAudited, readAudited } from '../../lib/orders/audited-trades.ts'

/** An account's trades being looked through for those that no stream told. */
export interface TradeAudit {
  /** a trade is in a record */
  heard(trade: TradeReport): void
  /** trades may have been missed, of one symbol or of all: look now */
  soon(symbol?: string): void
  counts(): { audits: number; lateTrades: number }
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 500
const leastApartMs = 1_000
/** The stream tells of a trade by then. */
const quietMs = 2_000
// Venue ms. The lists of trades may lag so long.
const everyMs = 60_000
const earlierMs = 1_000
// A venue tells older trades in other requests, or not at all, and records of orders are kept as long.
const oldestMs = 6.5 * 86_400_000
const mostTrades = 20_000

/**
 * Asks for the trades of each symbol whose position changed since they were last known in full, while `leads`: once a minute,
 * and soon where nobody told of a trade. So every trade since this account was first followed comes to the fills, each
 * once, whoever's order it was and whoever was not there to hear of it.
 */
export function auditTrades(desk: OrderDesk, by: { readonly leads: () => boolean }): TradeAudit {
  const { path } = desk
  const { hub, of, exchange } = path
  const { clock, log } = hub
  const fold = foldLog(log)
  // Symbol and trade -> true: they are in a record.
  const known = new LRUCache<string, true>({ max: mostTrades })
  const heardAt = new Map<string, number>()
  const askedAt = new Map<string, number>()
  // Symbol -> its change that nobody told of, and since when that is so, real ms.
  const quiet = new Map<string, { readonly changedAt: number; readonly since: number }>()
  const counts = { audits: 0, lateTrades: 0 }
  // Symbols of which trades may have been missed.
  const missedOf = new Set<string>()
  let missed = true
  let led = false

  function heard({ symbol, id, time }: TradeReport): void {
    known.set(`${symbol} ${id}`, true)
    heardAt.set(symbol, Math.max(heardAt.get(symbol) ?? 0, time))
  }

  function isDue(symbol: string, changedAt: number): boolean {
    const now = Date.now()
    const last = askedAt.get(symbol)
    if (missedOf.delete(symbol) || missed) return true
    if (last === undefined) askedAt.set(symbol, now)
    else if (now - last >= Math.max(leastApartMs, clock.toRealMs(everyMs))) return true
    if ((heardAt.get(symbol) ?? 0) >= changedAt) return false
    const before = quiet.get(symbol)
    if (before?.changedAt !== changedAt) quiet.set(symbol, { changedAt, since: now })
    // Once for a change; what a lagging list lacked comes with the minute.
    return before?.changedAt === changedAt && now - before.since >= quietMs && (last ?? 0) <= before.since
  }

  async function audit(symbol: string, since: number, changedAt: number): Promise<void> {
    askedAt.set(symbol, Date.now())
    counts.audits += 1
    const askedFor = Math.floor(clock.now() - clock.errorMs())
    const from = Math.max(1, since - earlierMs, askedFor - oldestMs)
    const trades = await path.call(() => exchange.fetchTradesSince(symbol, Math.floor(from)))
    const late = trades.filter(({ id, time }) => time >= since && !known.has(`${symbol} ${id}`))
    // In the order in which they happened: what a stop closed an entry had opened.
    for (const orderId of new Set(late.map((trade) => trade.orderId))) {
      const ofOrder = late.filter((trade) => trade.orderId === orderId)
      const report = await path.call(() => exchange.fetchOrderById(symbol, orderId))
      if (report === undefined) throw new Error(`the order ${orderId} of a trade in ${symbol} was not found`)
      const { clientOrderId } = report
      const heardOf = { clientOrderId, orderId, symbol, report, trades: ofOrder }
      // One that is claimed and has no record yet is settled with all of its trades.
      if ((await recordHeard(path, heardOf, true)) !== 'recorded') continue
      counts.lateTrades += ofOrder.length
      for (const trade of ofOrder) heard(trade)
    }
    // A list knows all trades up to the last that it has, and after a minute all of them.
    const last = Math.max(since, ...trades.map(({ time }) => time))
    await noteAudited(hub, of, symbol, askedFor >= changedAt + everyMs ? Math.max(last, changedAt) : last)
  }

  async function lookAll(): Promise<void> {
    const { begin, audited } = await readAudited(hub, of, Math.floor(clock.now()))
    const changes = new Map<string, number>()
    for (const { symbol, time = 0 } of (await readPositions(hub, of)).values())
      changes.set(symbol, Math.max(changes.get(symbol) ?? 0, time))
    const due = [...changes].filter(
      ([symbol, changedAt]) => changedAt > (audited.get(symbol) ?? begin) && isDue(symbol, changedAt),
    )
    missed = false
    for (const [symbol, changedAt] of due) {
      try {
        await audit(symbol, audited.get(symbol) ?? begin, changedAt)
      } catch (error) {
        fold(`trades were not looked through: ${describeError(error)}`, { symbol })
      }
    }
  }

  async function look(): Promise<void> {
    const leads = by.leads()
    if (leads && !led) missed = true
    led = leads
    if (leads) await lookAll()
  }
  const looking = keepLooking(hub, { what: 'trades were not looked through', everyMs: lookEveryMs }, look)

  return {
    heard,
    soon(symbol) {
      if (symbol === undefined) missed = true
      else missedOf.add(symbol)
    },
    counts: () => ({ ...counts }),
    stop: () => looking.stop(),
  }
}

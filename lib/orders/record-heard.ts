import { raiseAlert } from '../alert/alerts.ts'
import { intentIdOf } from '../model/claim.ts'
import type { LiveOrder } from '../model/live-order.ts'
import { isVenues, nameOfOwner, ownerOf } from '../model/order-owner.ts'
import type { OrderOwner } from '../model/order-owner.ts'
import { isExitId } from '../model/exit-id.ts'
import { isEntry } from '../model/order-report.ts'
import type { OrderReport, TradeReport } from '../model/order-report.ts'
import { claimKeys } from './claims.ts'
import { recordPending, recordWord } from './live-orders.ts'
import type { OrderPath } from './send-intent.ts'

/** What records are made with. */
export type RecordPath = Pick<OrderPath, 'hub' | 'of' | 'moneyTerms'>

/** What was heard of an order, of whatever owner. */
export interface HeardOrder {
  readonly clientOrderId: string
  /** the venue's id */
  readonly orderId: string
  readonly symbol: string
  readonly report: OrderReport | undefined
  readonly trades: readonly TradeReport[]
}

/**
 * recorded: it is known, and what was heard is in it; claimed: it is an intent's whose record has not come yet; unknown: it
 * traded, and has no record; strange: nobody's order, which rests or has rested; idle: any other that has not traded.
 */
export type Heard = 'recorded' | 'claimed' | 'unknown' | 'strange' | 'idle'

/**
 * Records what was heard of an order. One that nobody claimed gets a record once it has traded, where `mayAdopt` says so, so
 * that every trade of the account is a trade of an order that has one; the venue's own are told to a person then.
 */
export async function recordHeard(path: RecordPath, heard: HeardOrder, mayAdopt: boolean): Promise<Heard> {
  const { hub, of } = path
  const { symbol, report, trades } = heard
  const id = recordIdOf(heard)
  const terms = path.moneyTerms(symbol)
  const word = { report, trades }
  if ((await recordWord(hub, of, id, word, terms)) !== undefined) return 'recorded'
  if (await isClaimed(path, heard.clientOrderId)) return 'claimed'
  if (trades.length === 0 && (report === undefined || report.filled === '0')) {
    const rests = report?.type === 'limit' && report.timeInForce === 'GTC'
    return rests && ownerOf(report, false) === 'nobody' ? 'strange' : 'idle'
  }
  if (report === undefined || !mayAdopt) return 'unknown'
  const owner = ownerOf(report, false)
  // Before the record: who dies in between tells it again.
  if (isVenues(owner)) await tell(path, owner, report)
  await recordPending(hub, of, toAdoptedOrder(of.account, id, report, owner))
  await recordWord(hub, of, id, word, terms)
  return 'recorded'
}

/** Whether a claim names an order. */
export async function isClaimed({ hub, of }: Pick<RecordPath, 'hub' | 'of'>, id: string): Promise<boolean> {
  const intentId = intentIdOf(id)
  return intentId !== undefined && (await hub.redis.hexists(claimKeys(hub, of).claims, intentId)) === 1
}

/**
 * The id of an order's record: its client order id where it is one of this system, and else the venue's, since others use an
 * id again.
 */
export function recordIdOf(order: Pick<HeardOrder, 'clientOrderId' | 'orderId' | 'symbol'>): string {
  const { clientOrderId, orderId, symbol } = order
  const isOurs = intentIdOf(clientOrderId) !== undefined || isExitId(clientOrderId)
  return isOurs ? clientOrderId : `${symbol}-${orderId}`
}

function toAdoptedOrder(account: string, id: string, report: OrderReport, owner: OrderOwner): LiveOrder {
  const { clientOrderId, symbol, side, positionSide, type, timeInForce, postOnly } = report
  const { reduceOnly, size, price, time } = report
  const terms = { symbol, side, positionSide, type, timeInForce, postOnly, reduceOnly, size, price }
  return {
    ...terms,
    id,
    account,
    strategy: nameOfOwner(owner),
    signalId: clientOrderId,
    class: owner !== 'nobody' ? 'protect' : isEntry(report) ? 'open' : 'reduce',
    state: 'pending',
    filled: '0',
    filledNotional: '0',
    fees: '0',
    reason: '',
    submittedAt: time,
    activeAt: time,
    cancelAt: undefined,
    time,
    revision: 1,
    venueId: undefined,
    traded: '0',
    tradeIds: [],
    tradedAt: 0,
  }
}

async function tell({ hub, of }: RecordPath, owner: OrderOwner, report: OrderReport): Promise<void> {
  const { symbol, side, size, clientOrderId, orderId } = report
  await raiseAlert(hub, {
    kind: 'liquidation',
    subject: `${of.venue}:${of.account} ${symbol} ${orderId}`,
    severity: owner === 'settlement' ? 'warning' : 'critical',
    text: `the exchange closed by ${owner}: ${side} ${size} ${symbol} (${clientOrderId})`,
  })
}

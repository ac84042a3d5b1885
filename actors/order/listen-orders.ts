import type { Egress } from '../../lib/egress/egress.ts'
import type { AccountExchange, UserEvent } from '../../lib/exchange/account-exchange.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { OrderEvent, TradeReport } from '../../lib/model/order-report.ts'
import { isStopId } from '../../lib/model/stop-id.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { recordHeard } from '../../lib/orders/record-heard.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { UserStream } from '../../lib/stream/user-stream.ts'

/** Who is told of what the stream told, once it was recorded. */
export interface OrderEars {
  /** whether orders that nobody claimed get their records from this process */
  readonly mayAdopt: () => boolean
  /** of a trade that is in a record now */
  readonly onTrade: (trade: TradeReport) => void
  /** an order, or a stop, that no claim names and no record knows */
  readonly onStranger: () => void
  /** trades, of one symbol or of all, that no record has may have been missed */
  readonly onMissed: (symbol?: string) => void
}

/** Records what the account's stream tells of orders; what it could not tell is asked for. */
export function listenOrders(
  desk: OrderDesk,
  account: AccountExchange,
  egress: Egress,
  ears: OrderEars,
): UserStream {
  const { path } = desk
  const { hub, of, exchange } = path

  function onEvent(event: UserEvent): void {
    const told = exchange.readEvent(event)
    if (told === undefined) return
    if ('order' in told) void record(told.order)
    else if (!isStopId(told.stop.clientOrderId)) ears.onStranger()
  }

  async function record({ clientOrderId, symbol, order: report, trade }: OrderEvent): Promise<void> {
    const orderId = report?.orderId ?? trade?.orderId
    if (orderId === undefined) return
    const trades = trade === undefined ? [] : [trade]
    try {
      const heard = { clientOrderId, orderId, symbol, report, trades }
      switch (await recordHeard(path, heard, ears.mayAdopt())) {
        case 'recorded':
          return trade && ears.onTrade(trade)
        case 'claimed':
          return desk.askSoon(clientOrderId)
        case 'unknown':
          return ears.onMissed(symbol)
        case 'strange':
          return ears.onStranger()
        case 'idle':
      }
    } catch (error) {
      desk.askSoon(clientOrderId)
      ears.onMissed(symbol)
      hub.log.warn(
        { id: clientOrderId, error: describeError(error) },
        'an event of an order was not recorded',
      )
    }
  }

  async function fillGap(): Promise<void> {
    for (const [, text] of await readOpenClaims(hub, of))
      for (const { clientOrderId } of decodeClaim(text).intent.slices) desk.askSoon(clientOrderId)
  }

  return openUserStream(
    { hub, exchange: account, egress },
    {
      onEvent,
      onGap(reason) {
        ears.onMissed()
        ears.onStranger()
        void fillGap().catch((error: unknown) =>
          hub.log.warn({ reason, error: describeError(error) }, 'orders of a gap are not asked for yet'),
        )
      },
    },
  )
}

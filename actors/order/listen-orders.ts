import type { Egress } from '../../lib/egress/egress.ts'
import type { AccountExchange, UserEvent } from '../../lib/exchange/account-exchange.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { OrderEvent } from '../../lib/model/order-report.ts'
import { recordWord } from '../../lib/orders/live-orders.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { UserStream } from '../../lib/stream/user-stream.ts'

/** Records what the account's stream tells of orders; what it could not tell is asked for. */
export function listenOrders(desk: OrderDesk, account: AccountExchange, egress: Egress): UserStream {
  const { path } = desk
  const { hub, of, exchange } = path

  function onEvent(event: UserEvent): void {
    const told = exchange.readEvent(event)
    if (told !== undefined && 'order' in told) void record(told.order)
  }

  async function record({ clientOrderId, symbol, order: report, trade }: OrderEvent): Promise<void> {
    try {
      const word = { report, trades: trade === undefined ? [] : [trade] }
      await recordWord(hub, of, clientOrderId, word, path.moneyTerms(symbol))
    } catch (error) {
      desk.askSoon(clientOrderId)
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
      onGap: (reason) =>
        void fillGap().catch((error: unknown) =>
          hub.log.warn({ reason, error: describeError(error) }, 'orders of a gap are not asked for yet'),
        ),
    },
  )
}

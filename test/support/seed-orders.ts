import type { Hub } from '../../lib/hub/hub.ts'
import { applyFill, flatPosition } from '../../lib/model/position.ts'
import { placeOrder, recordFill } from '../../lib/orders/paper-orders.ts'
import { limitOrder } from './paper.ts'

export const paperAccount = { venue: 'binanceusdm', account: 'paper' }

/** One order that rests, and one that was filled. */
export async function seedOrders(hub: Hub): Promise<void> {
  const [resting, filled] = [limitOrder({}), limitOrder({ id: 'sl2', signalId: 'two' })]
  for (const order of [resting, filled]) await placeOrder(hub, paperAccount, order)
  await hub.redis.set(hub.keys.accountLease(paperAccount.venue, paperAccount.account, 'paper'), 'engine')
  const { symbol, side, size, strategy } = filled
  const traded = { side, size, price: '100', fee: '0.04', time: 1_764_000_000_000 }
  const before = { text: '', position: flatPosition(symbol) }
  const step = { before, after: applyFill(before.position, traded, '1') }
  const told = { id: 'sl2-3', orderId: 'sl2', strategy, symbol, notional: '200', liquidity: 'maker' } as const
  await recordFill(hub, paperAccount, 'engine', {
    order: { ...filled, state: 'filled', filled: size, revision: 3, time: traded.time },
    revision: 2,
    fill: { ...told, ...traded, realisedProfit: '0' },
    position: step,
    part: step,
  })
}

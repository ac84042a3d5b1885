import type { Exchange } from '../account/exchange.ts'
import { cancelAlgo, cancelOrder, placeAlgo, placeOrder } from './orders.ts'
import type { Body, Call, OrderRoute, OrderRoutes } from './route.ts'
import { algoIdOf } from './rows.ts'
import { toCharge, type Charge } from './span-limits.ts'

/** new orders of an account in 2 s, whatever the instrument */
const MOST_ORDERS = 1000

/** Placing and cancelling, and how often. https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order */
export function toOrderRoutes(exchange: Exchange): OrderRoutes {
  const place = (call: Call) => {
    const { id, clientId } = placeOrder(exchange, call)
    return { ordId: String(id), clOrdId: clientId, tag: '' }
  }
  const cancel = (call: Call) => {
    const { id, clientId } = cancelOrder(exchange, call)
    return { ordId: String(id), clOrdId: clientId }
  }
  const one = (charges: OrderRoute['charges'], change: OrderRoute['change']) => ({
    isList: false,
    charges,
    change,
  })
  const many = (charges: OrderRoute['charges'], change: OrderRoute['change']) => ({
    isList: true,
    charges,
    change,
  })
  const placing: OrderRoute['charges'] = (bodies, by) => [
    ...toBatchCharges('POST trade/order', 'POST trade/batch-orders', bodies, by),
    toCharge('orders', { scope: 'user', limit: MOST_ORDERS }, by, bodies.length, '50061'),
  ]
  const cancelling: OrderRoute['charges'] = (bodies, by) =>
    toBatchCharges('POST trade/cancel-order', 'POST trade/cancel-batch-orders', bodies, by)
  return [
    ['POST trade/order', one(placing, place)],
    ['POST trade/batch-orders', many(placing, place)],
    ['POST trade/cancel-order', one(cancelling, cancel)],
    ['POST trade/cancel-batch-orders', many(cancelling, cancel)],
    [
      'POST trade/order-algo',
      one(
        ([body], by) => [
          toCharge(
            'POST trade/order-algo',
            { scope: 'userInstrument', limit: 20 },
            { ...by, instId: instIdOf(body) },
          ),
        ],
        (call) => {
          const placed = placeAlgo(exchange, call)
          return { algoId: algoIdOf(placed), algoClOrdId: placed.clientId, clOrdId: '' }
        },
      ),
    ],
    [
      'POST trade/cancel-algos',
      many(
        (bodies, by) => [
          toCharge('POST trade/cancel-algos', { scope: 'user', limit: 20 }, by, bodies.length),
        ],
        (call) => {
          const ended = cancelAlgo(exchange, call)
          return { algoId: algoIdOf(ended), algoClOrdId: ended.clientId }
        },
      ),
    ],
  ]
}

/** A batch counts by its orders, each in its instrument, and apart from single ones; a batch of one is a single one. */
function toBatchCharges(
  single: string,
  batch: string,
  bodies: readonly Body[],
  by: { address: string; user: string },
): Charge[] {
  const scope = 'userInstrument'
  if (bodies.length === 1)
    return [toCharge(single, { scope, limit: 60 }, { ...by, instId: instIdOf(bodies[0]) })]
  const counts = new Map<string, number>()
  for (const body of bodies) counts.set(instIdOf(body), (counts.get(instIdOf(body)) ?? 0) + 1)
  return [...counts].map(([instId, count]) =>
    toCharge(batch, { scope, limit: 300 }, { ...by, instId }, count),
  )
}

function instIdOf(body: Body | undefined): string {
  return String(body?.['instId'] ?? '')
}

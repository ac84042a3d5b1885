import type { Exchange } from '../account/exchange.ts'
import { cancelOrder, createOrder } from './orders.ts'
import type { Body, BatchRoutes } from './route.ts'

/** Orders of a request one by one; each counts in the endpoint's limit. https://bybit-exchange.github.io/docs/v5/order/batch-place */
export function toBatchRoutes(exchange: Exchange): BatchRoutes {
  const common = (body: Body) => ({
    category: 'linear',
    symbol: body['symbol'] ?? '',
    orderId: body['orderId'] ?? '',
    orderLinkId: body['orderLinkId'] ?? '',
  })
  return [
    [
      'POST /v5/order/create-batch',
      {
        limit: 10,
        answer: (call) => ({
          ...common(call.body),
          ...createOrder(exchange, call),
          createAt: String(Math.floor(call.now)),
        }),
        refused: (body) => ({ ...common(body), orderId: '', createAt: '' }),
      },
    ],
    [
      'POST /v5/order/cancel-batch',
      {
        limit: 10,
        answer: (call) => ({ ...common(call.body), ...cancelOrder(exchange, call) }),
        refused: common,
      },
    ],
  ]
}

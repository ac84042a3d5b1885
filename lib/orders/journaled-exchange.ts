import type { OrderExchange } from '../exchange/order-exchange.ts'
import { describeError } from '../model/errors.ts'
import type { Journal } from './journal.ts'

/** The same exchange, whose every request and answer that changes an order, or asks after one, is noted. */
export function journaledExchange(exchange: OrderExchange, journal: Journal): OrderExchange {
  async function noted<T>(
    what: string,
    of: { id: string; symbol: string },
    asked: unknown,
    run: () => Promise<T>,
  ) {
    journal.note({ kind: 'request', what, ...of, text: JSON.stringify(asked) })
    try {
      const answer = await run()
      journal.note({ kind: 'answer', what, ...of, text: JSON.stringify(answer) ?? 'nothing' })
      return answer
    } catch (error) {
      journal.note({ kind: 'answer', what, ...of, text: describeError(error) })
      throw error
    }
  }
  const byId =
    <T>(what: string, run: (symbol: string, id: string) => Promise<T>) =>
    (symbol: string, id: string) =>
      noted(what, { id, symbol }, { symbol, id }, () => run(symbol, id))

  return {
    ...exchange,
    createOrder: (order) =>
      noted('create', { id: order.clientOrderId, symbol: order.symbol }, order, () =>
        exchange.createOrder(order),
      ),
    createStop: (stop) =>
      noted('create stop', { id: stop.clientOrderId, symbol: stop.symbol }, stop, () =>
        exchange.createStop(stop),
      ),
    cancelOrder: byId('cancel', (symbol, id) => exchange.cancelOrder(symbol, id)),
    cancelStop: byId('cancel stop', (symbol, id) => exchange.cancelStop(symbol, id)),
    cancelOrders: (symbol) =>
      noted('cancel all', { id: '', symbol }, { symbol }, () => exchange.cancelOrders(symbol)),
    fetchOrder: byId('ask after', (symbol, id) => exchange.fetchOrder(symbol, id)),
    fetchStop: byId('ask after stop', (symbol, id) => exchange.fetchStop(symbol, id)),
    fetchOrderById: byId('ask after child', (symbol, id) => exchange.fetchOrderById(symbol, id)),
  }
}

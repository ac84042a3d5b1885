import { secretsOf } from '../model/account-keys.ts'
import { OutcomeUnknownError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'
import { hideSecrets } from '../model/secrets.ts'
import { closeClient, openClient } from './ccxt.ts'
import { chargesOf } from './charges.ts'
import { accountOf, ordersOf, venueOf } from './open-exchange.ts'
import type { AccountOptions } from './open-account-exchange.ts'
import type { OrderExchange } from './order-exchange.ts'
import { openSignedCalls } from './signed-calls.ts'
import { codeIn, toSluiceError } from './venue-error.ts'
import type { Ask } from './venue-call.ts'

// Real ms until something that was refused for want of room may be tried again.
const againMs = 1_000

/** The orders of an account at a venue. Nothing is asked of it until the first call. */
export async function openOrderExchange(id: string, options: AccountOptions): Promise<OrderExchange> {
  const described = venueOf(id)
  const venue = described.id
  const [reads, orders] = [accountOf(described), ordersOf(described)]
  const { account, clock, keys } = options
  const client = await openClient(described, { ...options, now: () => clock.now() })
  const secrets = secretsOf(keys)
  const plain: Ask = (call) => client.ask(call)
  const signed = openSignedCalls({ ask: plain, clock, clockCode: reads.clockCode }, () =>
    reads.fetchTime(plain),
  )

  async function read<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw toSluiceError(error, `${venue}: ${what} of account ${account}`, Date.now(), secrets)
    }
  }

  async function readOne<T>(what: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read(what, run)
    } catch (error) {
      if (error instanceof VenueRejectedError && orders.absentCodes.has(error.code ?? '')) return undefined
      throw error
    }
  }

  /** Runs what changes an order. Once the request has left, only a clear word of the venue is believed. */
  async function change<T>(
    what: string,
    clientOrderId: string,
    run: (ask: Ask) => Promise<T>,
    notAfter = Infinity,
  ): Promise<T> {
    let left = false
    // Just before it is signed, after every wait: a process that was frozen for minutes must not go on where it was.
    const leave = () => {
      if (clock.now() > notAfter) throw new VenueRejectedError(`${what} was not sent: it is too late for it`)
      left = true
    }
    const ask: Ask = (call) => {
      left = false
      return signed({ ...call, onLeave: leave })
    }
    try {
      return await run(ask)
    } catch (error) {
      const code = codeIn(error) ?? ''
      const failure = toSluiceError(error, `${venue}: ${what} of account ${account}`, Date.now(), secrets)
      if (!left) throw failure
      if (orders.laterCodes.has(code))
        throw new RetryLaterError(failure.message, { retryAt: Date.now() + againMs, cause: failure })
      if (failure instanceof VenueRejectedError && code !== '' && !orders.unknownCodes.has(code))
        throw failure
      throw new OutcomeUnknownError(hideSecrets(failure.message, secrets), { clientOrderId, cause: failure })
    }
  }

  async function cancel(
    what: string,
    clientOrderId: string,
    run: (ask: Ask) => Promise<void>,
  ): Promise<boolean> {
    try {
      await change(what, clientOrderId, run)
      return true
    } catch (error) {
      if (error instanceof VenueRejectedError && orders.absentCodes.has(error.code ?? '')) return false
      throw error
    }
  }

  return {
    venue,
    account,
    recvWindowMs: orders.recvWindowMs,
    stopWindowMs: orders.stopWindowMs ?? orders.recvWindowMs,
    fetchTime: () => read('time', async () => (await reads.fetchTime(plain)).venueTime),
    orderCharges: (symbol) =>
      chargesOf(described, {
        method: 'POST',
        path: orders.createPath,
        params: { [described.symbolParam]: symbol },
      }),
    createOrder: (order) =>
      change(
        `order ${order.clientOrderId}`,
        order.clientOrderId,
        (ask) => orders.createOrder(ask, order),
        order.notAfter,
      ),
    createStop: (stop) =>
      change(
        `stop ${stop.clientOrderId}`,
        stop.clientOrderId,
        (ask) => orders.createStop(ask, stop),
        stop.notAfter,
      ),
    cancelOrder: (symbol, clientOrderId) =>
      cancel(`cancel of ${clientOrderId}`, clientOrderId, (ask) =>
        orders.cancelOrder(ask, symbol, clientOrderId),
      ),
    cancelStop: (symbol, clientOrderId) =>
      cancel(`cancel of stop ${clientOrderId}`, clientOrderId, (ask) =>
        orders.cancelStop(ask, symbol, clientOrderId),
      ),
    cancelOrders: (symbol) =>
      change(`cancel of all orders in ${symbol}`, '', (ask) => orders.cancelOrders(ask, symbol)),
    fetchOrder: (symbol, clientOrderId) =>
      readOne(`order ${clientOrderId}`, () => orders.fetchOrder(signed, symbol, { clientOrderId })),
    fetchOrderById: (symbol, orderId) =>
      readOne(`order ${orderId}`, () => orders.fetchOrder(signed, symbol, { orderId })),
    fetchStop: (symbol, clientOrderId) =>
      readOne(`stop ${clientOrderId}`, () => orders.fetchStop(signed, symbol, clientOrderId)),
    fetchOpenOrders: (symbol) => read('open orders', () => orders.fetchOpenOrders(signed, symbol)),
    fetchOpenStops: (symbol) => read('open stops', () => orders.fetchOpenStops(signed, symbol)),
    fetchOrdersSince: (symbol, since) =>
      read(`orders in ${symbol}`, () => orders.fetchOrdersSince(signed, symbol, since)),
    fetchTradesSince: (symbol, since) =>
      read(`trades in ${symbol}`, () => orders.fetchTradesSince(signed, symbol, since)),
    readEvent(event) {
      if (event.kind === 'order') return { order: orders.toOrderEvent(event.row) }
      return event.kind === 'conditional' ? { stop: orders.toStopEvent(event.row, event.time) } : undefined
    },
    close: () => closeClient(client),
  }
}

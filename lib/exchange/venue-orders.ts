import type { OrderEvent, OrderReport, StopReport, TradeReport } from '../model/order-report.ts'
import type { OrderToSend, StopToSend } from './order-exchange.ts'
import type { Raw } from './raw.ts'
import type { Ask } from './venue-call.ts'

/** How a venue takes orders and tells of them. What is asked is signed; the maps behind it are pure. */
export interface VenueOrders {
  /** real ms in which a request that changes an order must arrive; the venue refuses it later */
  readonly recvWindowMs: number
  /** the same of a stop, where that is another */
  readonly stopWindowMs?: number
  /** codes of an answer that leaves open whether an order was taken */
  readonly unknownCodes: ReadonlySet<string>
  /** codes of an answer that says that an order did not come to the book, and may be sent later */
  readonly laterCodes: ReadonlySet<string>
  /** codes that say that there is no such order */
  readonly absentCodes: ReadonlySet<string>
  /** codes that refuse a market order because the best price is beyond the venue's band */
  readonly bandCodes: ReadonlySet<string>
  /** codes that refuse an order by the contract's terms: its price, size or notional, as the venue has them now */
  readonly filterCodes: ReadonlySet<string>
  /** codes that refuse a reducing order because others hold the position */
  readonly restingCodes: ReadonlySet<string>
  /** codes that refuse a stop because the price has passed its trigger */
  readonly passedCodes: ReadonlySet<string>
  /** codes that refuse a stop because there are too many, or more than the position */
  readonly roomCodes: ReadonlySet<string>
  /** where a new order is posted, as ccxt names it */
  readonly createPath: string
  createOrder(ask: Ask, order: OrderToSend): Promise<OrderReport>
  createStop(ask: Ask, stop: StopToSend): Promise<StopReport>
  cancelOrder(ask: Ask, symbol: string, clientOrderId: string): Promise<void>
  cancelStop(ask: Ask, symbol: string, clientOrderId: string): Promise<void>
  cancelOrders(ask: Ask, symbol: string): Promise<void>
  fetchOrder(
    ask: Ask,
    symbol: string,
    id: { clientOrderId: string } | { orderId: string },
  ): Promise<OrderReport>
  fetchStop(ask: Ask, symbol: string, clientOrderId: string): Promise<StopReport>
  fetchOpenOrders(ask: Ask, symbol: string | undefined): Promise<OrderReport[]>
  fetchOpenStops(ask: Ask, symbol: string | undefined): Promise<StopReport[]>
  fetchOrdersSince(ask: Ask, symbol: string, since: number): Promise<OrderReport[]>
  fetchTradesSince(ask: Ask, symbol: string, since: number): Promise<TradeReport[]>
  /** The raw row of an event of the kind `order`, and of one of the kind `conditional`. */
  toOrderEvent(row: Raw): OrderEvent
  toStopEvent(row: Raw, time: number): StopReport
}

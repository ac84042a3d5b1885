import type { Decimal } from '../model/decimal.ts'
import type { Charge } from '../model/egress-budget.ts'
import type { OrderType, Side, TimeInForce } from '../model/order.ts'
import type { OrderEvent, OrderReport, StopReport, TradeReport } from '../model/order-report.ts'
import type { PositionSide } from '../model/position-report.ts'
import type { UserEvent } from './account-exchange.ts'

/** An order as it is sent; sizes and prices already in the venue's steps. */
export interface OrderToSend {
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  /** in hedge mode the position side says it */
  readonly reduceOnly: boolean
  /** contracts */
  readonly size: Decimal
  /** undefined for a market order */
  readonly price: Decimal | undefined
  /** venue time after which it may not leave any more, whatever held it up; undefined: it may always */
  readonly notAfter?: number
}

/** A stop that becomes a market order when the mark price reaches its trigger. It only ever reduces. */
export interface StopToSend {
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly triggerPrice: Decimal
  /** contracts; undefined: closes whatever is left */
  readonly size: Decimal | undefined
  /** venue time after which it may not leave any more, whatever held it up; undefined: it may always */
  readonly notAfter?: number
}

/**
 * One account of a venue, with its orders. What changes an order fails in one of three ways: VenueRejectedError, the
 * venue said no and nothing was done; RetryLaterError, it did not come to the book; OutcomeUnknownError, nobody knows
 * until the venue is asked for the client order id. Client order ids are unique among open orders only.
 */
export interface OrderExchange {
  readonly venue: string
  readonly account: string
  /** real ms after it left in which a request that changes an order arrives, or never */
  readonly recvWindowMs: number
  /** the same of a stop */
  readonly stopWindowMs: number
  /**
   * The venue's clock, ms since epoch, by the connection that orders leave by: whoever asks now and then keeps it open, so
   * that an order after a quiet time waits for no handshake.
   */
  fetchTime(): Promise<number>
  /** what the request for a new order in a symbol counts in each of the venue's limits, the narrowest scope first */
  orderCharges(symbol: string): readonly Charge[]
  createOrder(order: OrderToSend): Promise<OrderReport>
  createStop(stop: StopToSend): Promise<StopReport>
  /** false: the venue knows no such open order, so that it has ended, or never was */
  cancelOrder(symbol: string, clientOrderId: string): Promise<boolean>
  cancelStop(symbol: string, clientOrderId: string): Promise<boolean>
  cancelOrders(symbol: string): Promise<void>
  /** the latest order of this id; undefined: the venue says that there is none, which it may say too early */
  fetchOrder(symbol: string, clientOrderId: string): Promise<OrderReport | undefined>
  fetchStop(symbol: string, clientOrderId: string): Promise<StopReport | undefined>
  /** an order by the venue's own id, such as the child of a stop */
  fetchOrderById(symbol: string, orderId: string): Promise<OrderReport | undefined>
  /** of one symbol, or of all; a list may lag behind the venue's other words */
  fetchOpenOrders(symbol?: string): Promise<OrderReport[]>
  fetchOpenStops(symbol?: string): Promise<StopReport[]>
  /** the orders that were placed from `since` on, whatever became of them; oldest first */
  fetchOrdersSince(symbol: string, since: number): Promise<OrderReport[]>
  /** the trades from `since` on, oldest first */
  fetchTradesSince(symbol: string, since: number): Promise<TradeReport[]>
  /** What an event of the account's stream tells of an order or a stop; undefined of any other event. */
  readEvent(event: UserEvent): { order: OrderEvent } | { stop: StopReport } | undefined
  close(): Promise<void>
}

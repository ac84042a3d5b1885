import type { Market } from '../market/follow-market.ts'
import type { Fill } from '../model/order.ts'
import type { OrderPort, OrderRequest } from './order-port.ts'
import type { StrategyContext } from './strategy.ts'

/** One strategy's orders and what came of them, on paper or at the venue. */
export interface Trading {
  readonly orders: OrderPort
  readonly positions: Omit<StrategyContext['positions'], 'venue'>
  /** symbols with a position or an open order */
  heldSymbols(): string[]
  /** what a trader's beat tells of it */
  counts(): Readonly<Record<string, number>>
  stop(): Promise<void>
}

/** What a strategy's orders are kept with. */
export interface TradingOptions {
  readonly strategy: string
  readonly market: Market
  readonly onFill: (fill: Fill) => void
  readonly onDenied: (of: Pick<OrderRequest, 'symbol' | 'signalId'>, reason: string) => void
}

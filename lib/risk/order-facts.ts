import type { Decimal } from '../model/decimal.ts'
import type { Instrument, PercentPrice } from '../model/instrument.ts'
import type { IntentClass, OrderType, Side } from '../model/order.ts'
import type { TradingRules } from '../model/trading-state.ts'
import type { RiskLimits } from './limits.ts'
import type { Reserved } from './reservation.ts'

/** An order as it is to be sent, cut to the venue's steps. */
export interface OrderToCheck {
  readonly class: Exclude<IntentClass, 'cancel'>
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** undefined for a market order */
  readonly price: Decimal | undefined
  /** contracts, of all slices */
  readonly size: Decimal
  /** how many orders it comes to */
  readonly slices: number
}

/** What an order is held against. */
export interface OrderFacts {
  /** venue time */
  readonly now: number
  readonly limits: RiskLimits
  readonly rules: TradingRules
  readonly instrument: Instrument | undefined
  readonly freshness: Freshness
  readonly prices: PriceFacts
  readonly account: AccountFacts
  /** the venue's order rates, of the account */
  readonly rates: readonly OrderRate[]
}

/** A venue's limit on orders in a window, and how many of it are used. */
export interface OrderRate {
  readonly windowMs: number
  readonly limit: number
  readonly used: number
}

/** How old what is known is, in ms; undefined: it never came. */
export interface Freshness {
  readonly markAgeMs: number | undefined
  /** since the symbol was polled last */
  readonly marketAgeMs: number | undefined
  /** since any source confirmed positions and balances */
  readonly accountAgeMs: number | undefined
  /** since income was read to its end */
  readonly incomeAgeMs: number | undefined
  /** real ms since the actors' last beats */
  readonly riskBeatAgeMs: number | undefined
  readonly orderBeatAgeMs: number | undefined
}

/** What an order's price is held against. */
export interface PriceFacts {
  readonly markPrice: Decimal | undefined
  /** the best price that a market order would meet */
  readonly opposite: Decimal | undefined
  /** the venue's own band around the mark; undefined: it has no such filter */
  readonly percentPrice: PercentPrice | undefined
}

/** An account, as far as an order is held against it; money in the quote asset. */
export interface AccountFacts {
  /** wallet and unrealised profit */
  readonly equity: Decimal | undefined
  /** what all positions need as margin */
  readonly maintenance: Decimal | undefined
  /** of all positions, and of resting orders without a claim */
  readonly gross: Decimal | undefined
  /** of the symbol's */
  readonly symbolNotional: Decimal | undefined
  /** resting orders without a claim */
  readonly foreignOrders: number
  /** what the orders under way hold */
  readonly reserved: Reserved
  /** the position that the order would change; contracts, signed */
  readonly held: {
    readonly size: Decimal
    readonly entryPrice: Decimal | undefined
    readonly liquidationPrice: Decimal | undefined
  }
  /** part of its notional that a position of the symbol needs as margin; undefined: not told */
  readonly maintenanceRate: Decimal | undefined
  readonly slots: {
    /** how many stops the position may have at once at its symbol */
    readonly ofPosition: number
    /** of the account's, how many are set aside for it already */
    readonly setAside: number
    /** of the account's, how many nobody has and none are set aside for; without what orders under way hold */
    readonly free: number
  }
}

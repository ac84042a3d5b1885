import type { AccountPosition } from '../account/account-position.ts'
import type { Ledger } from '../market/ledger.ts'
import type { InstrumentOf } from '../model/instrument.ts'
import type { Fill } from '../model/order.ts'
import type { Position } from '../model/position.ts'
import type { Interval } from '../model/timeframe.ts'
import type { OrderPort } from './order-port.ts'

/** What is held of a symbol, contracts with a sign; the entry price is absent when flat, and where none is known. */
export type HeldPosition = Pick<Position, 'symbol' | 'size' | 'entryPrice' | 'time'>

/** What a strategy sees and can do. */
export interface StrategyContext {
  /** every candle and quote, in typed arrays by slot: `ledger.symbols[slot].symbol` names a slot */
  readonly ledger: Ledger
  readonly orders: OrderPort
  /** undefined: never held */
  readonly positions: {
    /** the account's, whoever traded it; in hedge mode both sides together */
    readonly account: (symbol: string) => HeldPosition | undefined
    /** the part that this strategy's own orders made, less what stops, exits and others have closed of it */
    readonly own: (symbol: string) => Position | undefined
    /**
     * what the account at the venue holds, one position in one-way mode and two in hedge mode, the flat ones too; empty
     * while it is not known, and where the account is on paper only
     */
    readonly venue: (symbol: string) => readonly AccountPosition[]
  }
  /** the contract's terms; undefined until they are known */
  readonly instrument: InstrumentOf
  /** market time, ms since epoch: the only clock a strategy may use */
  readonly now: () => number
  /** the symbol's data is too old to take a risk on; `open` is denied then */
  readonly isStale: (slot: number) => boolean
  /** why nothing may be opened in a symbol because of the account at the venue; undefined when nothing is wrong */
  readonly notReady: (symbol: string) => string | undefined
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void
}

/** A strategy: called by one trader, one call at a time; what it throws is caught, counted and logged. */
export interface Strategy {
  /**
   * letters, digits, dot, dash and underscore; part of every order's id, so another name is another strategy
   */
  readonly name: string
  /** what the ledger holds; the first one decides on what is stale */
  readonly intervals: readonly Interval[]
  /**
   * the symbol's candles or quote changed; called once for however many changes came at once, and must be
   * quick
   */
  onChange(context: StrategyContext, slot: number): void | Promise<void>
  /** before the first `onChange`, when the ledger is complete */
  onStart?(context: StrategyContext): void | Promise<void>
  /** a fill of this strategy's while this trader lives; `positions` knows of it already, and is the truth */
  onFill?(context: StrategyContext, fill: Fill): void | Promise<void>
  onStop?(context: StrategyContext): void | Promise<void>
}

/**
 * What a strategy's module exports as `strategy`: itself, or a function that makes it of the options given.
 */
export type StrategyExport = Strategy | ((options: Readonly<Record<string, unknown>>) => Strategy)

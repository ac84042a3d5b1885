import type { Decimal } from '../model/decimal.ts'
import type { Charge } from '../model/egress-budget.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Mark } from '../model/mark.ts'
import type { Ticker } from '../model/ticker.ts'
import type { Interval } from '../model/timeframe.ts'

/** One request that is about to leave. */
export interface VenueRequest {
  readonly method: string
  readonly path: string
  /** what the venue counts for it by address */
  readonly weight: number
  /** the limits it counts in, the narrowest scope first; empty: none */
  readonly charges: readonly Charge[]
}

/** Which of a venue's endpoints a poll asks. */
export type PollKind = 'klines' | 'tickers' | 'marks' | 'account'

/** What polls of one kind cost and how many are of use. */
export interface PollCost {
  /** the limit that lets the fewest of them leave */
  readonly charge: Charge
  /** more in a market second bring nothing new; undefined: as many as may leave */
  readonly mostPerSecond: number | undefined
}

/** What an answer said of the address it came to. */
export interface VenueAnswer {
  readonly status: number
  /** the venue's own count of the window; undefined where it did not say, or says it wrongly */
  readonly usedWeight: number | undefined
  /** market ms for which the venue wants no more requests; undefined: go on */
  readonly closeForMs: number | undefined
  /** what it closes: the whole address, or the limits that the request counted in, the account's
   * where there are any; absent: the address */
  readonly closes?: 'address' | 'limits'
}

/** Leave for one request; `settle` takes its answer in. A request without an answer is never settled. */
export interface Ticket {
  settle(answer: VenueAnswer): void
}

/** The port through which every request passes before it leaves, those that ccxt makes by itself too. */
export interface RequestGate {
  /** Resolves when the request may leave; throws RetryLaterError when that is not soon. */
  enter(request: VenueRequest): Promise<Ticket>
}

/** One candle of an answer, before it is judged by when it was asked for. */
export interface KlineRow {
  readonly openTime: number
  readonly open: Decimal
  readonly high: Decimal
  readonly low: Decimal
  readonly close: Decimal
  /** in the base asset */
  readonly volume: Decimal
}

/**
 * A venue, whichever it is. Symbols are the venue's ids. Failures are thrown by consequence: RetryLaterError when the
 * same request may be made again later, VenueRejectedError when the venue said no.
 */
export interface Exchange {
  readonly venue: string
  /** most candles that one request should ask for */
  readonly mostKlines: number
  costOf(kind: PollKind): PollCost
  /** Every contract that the venue lists, whatever its status. */
  fetchInstruments(): Promise<Instrument[]>
  /** Best bid and ask of every symbol, in one request. */
  fetchTickers(): Promise<Map<string, Ticker>>
  /** symbol -> traded in 24 hours, in the quote asset */
  fetchQuoteVolumes(): Promise<Map<string, Decimal>>
  /** symbol -> its mark, of every symbol, in one request */
  fetchMarks(): Promise<Map<string, Mark>>
  /** At most `limit` candles, oldest first: those from `startTime` on, or the latest. The last may still be open. */
  fetchKlines(
    symbol: string,
    interval: Interval,
    of: { limit: number; startTime?: number },
  ): Promise<KlineRow[]>
  /** The venue's clock, ms since epoch. */
  fetchTime(): Promise<number>
  /** Makes instruments known that another process has read, so that this one need not ask for them. */
  useInstruments(instruments: readonly Instrument[]): void
  knows(symbol: string): boolean
  close(): Promise<void>
}

import type { VenueLimit } from '../model/egress-budget.ts'
import type { Decimal } from '../model/decimal.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import type { Mark } from '../model/mark.ts'
import type { Ticker } from '../model/ticker.ts'
import type { Interval } from '../model/timeframe.ts'
import type { PollKind } from './exchange.ts'
import type { Raw } from './raw.ts'
import type { VenueAccount } from './venue-account.ts'
import type { Ask, RequestWords } from './venue-call.ts'
import type { VenueOrders } from './venue-orders.ts'

/** What an answer wants of us, besides what it says. */
export interface Refusal {
  /** market ms */
  readonly closeForMs: number
  readonly closes: 'address' | 'limits'
}

/** What is particular to a venue; everything else is what ccxt does for all of them. */
export interface Venue {
  readonly id: string
  /** module of ccxt, in its `js/src/pro` */
  readonly module: string
  /** ccxt's name for the venue's endpoints of public data */
  readonly publicApi: string
  /** ccxt options of this venue */
  readonly options: Raw
  /** ccxt's `urls` with the venue's REST (`http`) and WebSocket (`ws`) addresses replaced */
  urls(http: string, ws: string): Raw
  /** every limit on requests; each request must count in one at least */
  readonly limits: readonly VenueLimit[]
  /** what the venue counts for a request in a limit by weight; ccxt's own figures are wrong in places */
  weigh(request: RequestWords): number
  /** name of the parameter that tells an order's instrument, for limits by instrument */
  readonly symbolParam: string
  /** what the polls of one kind ask, of several requests the scarcest, and how many in a market second are of use */
  readonly polls: Readonly<Record<PollKind, RequestWords & { readonly mostPerSecond?: number }>>
  /** what the headers of a request that was signed at `at`, venue time, tell besides */
  signedHeaders?(request: RequestWords, at: number): Record<string, string>
  /** used weight as a response tells it, where it can be trusted */
  usedWeight(path: string, headers: Readonly<Record<string, string>>): number | undefined
  /** what a response's status and headers want us to stay away from */
  refusal(status: number, headers: Readonly<Record<string, string>>): Refusal | undefined
  /** the same of a body, where the status did not say it */
  refusalIn?(body: Raw, headers: Readonly<Record<string, string>>): Refusal | undefined
  /** the venue's words for an instrument, in ours */
  status(info: Raw): InstrumentStatus
  underlying(info: Raw): string
  deliveryTime(info: Raw): number | undefined
  /** base units in one contract, where ccxt tells it wrongly */
  contractSize?(info: Raw): Decimal | undefined
  maxMarketQty(info: Raw): string | undefined
  /** multiples of the mark that bound a buy from above and a sell from below, where the venue tells them */
  percentPrice?(info: Raw): { up: string | undefined; down: string | undefined }
  /** conditional orders that an account may have at once in the instrument, where the venue tells it */
  maxStops?(info: Raw): string | undefined
  /** what orders two tickers of one time, 0 where the venue tells nothing */
  tickerUpdateId(info: Raw): number
  /** symbol -> best bid and ask, of all symbols in one request, where ccxt's lack something */
  fetchTickers?(ask: Ask): Promise<Map<string, Ticker>>
  /** symbol -> traded in 24 hours, in the quote asset, where ccxt's lack it */
  fetchQuoteVolumes?(ask: Ask): Promise<Map<string, Decimal>>
  /** symbol -> its mark, of all symbols in one request */
  fetchMarks(ask: Ask): Promise<Map<string, Mark>>
  /** most candles in one answer; more of them weigh too much, or do not come */
  readonly mostKlines: number
  /** the intervals that the venue has no candles of */
  readonly lacks: readonly Interval[]
  /** undefined: not built yet */
  readonly account?: VenueAccount
  /** undefined: not built yet */
  readonly orders?: VenueOrders
  /** mends what ccxt gets wrong when its address is replaced, on a new client */
  prepare(client: CcxtInternals): void
  /** turns a new client to the venue's environment without real money */
  useDemo(client: CcxtInternals): void
}

/** The address that stands for a venue's environment without real money, which has keys of its own. */
export const demoUrl = 'demo'

/** The parts of a ccxt client that a venue may mend. */
export interface CcxtInternals {
  exceptions: Record<string, Record<string, unknown>>
  getExceptionsByUrl?: (url: string, kind: string) => unknown
  enableDemoTrading(enabled: boolean): void
  setSandboxMode(enabled: boolean): void
}

/** The whole number or decimal in a header; undefined where it is absent or something else. */
export function numberIn(header: string | undefined): number | undefined {
  const number = header === undefined || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(number) ? number : undefined
}

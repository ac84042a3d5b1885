import type { WeightLimit } from '../model/egress-budget.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import type { Mark } from '../model/mark.ts'
import type { Raw } from './raw.ts'
import type { VenueAccount } from './venue-account.ts'
import type { VenueOrders } from './venue-orders.ts'

/** A request in the venue's own words. */
export interface VenueCall {
  /** ccxt's name for a part of the venue's endpoints */
  readonly api: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** a list where the venue takes several orders at once */
  readonly params?: Raw | readonly Raw[]
  /** told when the request leaves; what fails before never came to the venue */
  readonly onLeave?: () => void
}

/** A raw answer, numbers beyond 2^53 as text. */
export interface RawAnswer {
  readonly body: unknown
  /** ms since epoch on this process's clock at which the request left */
  readonly leftAt: number
  /** venue time at which the request left */
  readonly askedAt: number
}

/** Makes one request; throws what ccxt throws. */
export type Ask = (call: VenueCall) => Promise<RawAnswer>

/** What is particular to a venue; everything else is what ccxt does for all of them. */
export interface Venue {
  readonly id: string
  /** module of ccxt, in its `js/src/pro` */
  readonly module: string
  /** ccxt options of this venue */
  readonly options: Raw
  /** ccxt's `urls` with the venue's REST (`http`) and WebSocket (`ws`) addresses replaced */
  urls(http: string, ws: string): Raw
  readonly limit: WeightLimit
  /** what the venue counts for a request; ccxt's own figures are wrong in places */
  weigh(request: { method: string; path: string; params: Raw }): number
  /** used weight as a response tells it, where it can be trusted */
  usedWeight(path: string, headers: Readonly<Record<string, string>>): number | undefined
  /** market ms that a response wants us to stay away for */
  closeForMs(status: number, headers: Readonly<Record<string, string>>): number | undefined
  /** the venue's words for an instrument, in ours */
  status(info: Raw): InstrumentStatus
  underlying(info: Raw): string
  deliveryTime(info: Raw): number | undefined
  maxMarketQty(info: Raw): string | undefined
  /** what orders two tickers of one time, 0 where the venue tells nothing */
  tickerUpdateId(info: Raw): number
  /** symbol -> its mark, of all symbols in one request */
  fetchMarks(ask: Ask): Promise<Map<string, Mark>>
  readonly account: VenueAccount
  readonly orders: VenueOrders
  /** mends what ccxt gets wrong when its address is replaced, on a new client */
  prepare(client: CcxtInternals): void
}

/** The parts of a ccxt client that a venue may mend. */
export interface CcxtInternals {
  exceptions: Record<string, Record<string, unknown>>
  getExceptionsByUrl?: (url: string, kind: string) => unknown
}

/** The whole number or decimal in a header; undefined where it is absent or something else. */
export function numberIn(header: string | undefined): number | undefined {
  const number = header === undefined || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(number) ? number : undefined
}

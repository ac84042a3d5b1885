/** What is particular to a venue in a benchmark: what its requests, messages and refusals are called. */
export interface BenchVenue {
  readonly id: string
  /** polls of candles that an address may make within any `windowMs`; each counts one */
  readonly polls: { readonly path: string; readonly limit: number; readonly windowMs: number }
  /** what the simulator calls a symbol of the venue */
  marketName(symbol: string): string
  /**
   * venue ms between two orders of one process, so that a few of them at full speed are not beyond the account's limits
   * most of the time; undefined where they would not be
   */
  readonly orderPauseMs: number | undefined
  /** places, as the simulator's faults name them */
  readonly places: {
    readonly createOrder: string
    readonly readOrder: string
    readonly createStop: string
    readonly readStop: string
    readonly cancelStop: string
    readonly listStops: string
    readonly stopEvents: string
    readonly positionEvents: string
  }
  /** codes of refusals that leave nothing open */
  readonly codes: {
    /** the order is refused for good */
    readonly refused: number
    /** a stop's size or price is wrong */
    readonly stopFilter: number
    /** the account has too many stops */
    readonly stopRoom: number
    /** what is cancelled is not there */
    readonly absent: number
  }
}

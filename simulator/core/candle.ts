/** What a minute ends as. Prices in ticks, volume in lots, all whole numbers. */
export interface MinuteCandle {
  open: number
  high: number
  low: number
  close: number
  volume: number
  /** seeds the way the minute takes to get there; the same for the same recorded minute */
  key: number
}

/** Where a symbol's minutes come from. A minute is ms since epoch / 60,000. */
export interface CandleSource {
  /** no candle before this minute */
  readonly firstMinute: number
  /** Fills `into`; false where the minute has no candle. */
  read(minute: number, into: MinuteCandle): boolean
  /** The latest minute up to and including this one that has a candle. */
  lastAtOrBefore(minute: number): number | undefined
}

export const MINUTE_MS = 60_000

export function emptyCandle(): MinuteCandle {
  return { open: 0, high: 0, low: 0, close: 0, volume: 0, key: 0 }
}

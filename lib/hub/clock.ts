/** Market time: the venue's clock as this process knows it. */
export interface Clock {
  /** ms since epoch on the venue's clock */
  now(): number
  /** how far `now` may be off, in market ms; Infinity until the venue was asked */
  errorMs(): number
  /** how many times as fast as real time market time runs */
  readonly rate: number
  /** real ms that a span of market ms takes */
  toRealMs(marketMs: number): number
  /** corrects the clock by one answer: the venue said `venueTime` somewhere between two moments of real time */
  correct(venueTime: number, sentAt: number, receivedAt: number): void
  readonly offsetMs: number
}

/** A clock that runs `rate` times as fast as real time and starts with the given offset, in market ms. */
export function createClock(
  rate: number,
  known: { offsetMs: number; errorMs: number } = { offsetMs: 0, errorMs: Infinity },
): Clock {
  let { offsetMs, errorMs } = known
  return {
    rate,
    now: () => Date.now() * rate + offsetMs,
    errorMs: () => errorMs,
    toRealMs: (marketMs) => marketMs / rate,
    correct(venueTime, sentAt, receivedAt) {
      offsetMs = venueTime - ((sentAt + receivedAt) / 2) * rate
      errorMs = ((receivedAt - sentAt) / 2) * rate + 1
    },
    get offsetMs() {
      return offsetMs
    },
  }
}

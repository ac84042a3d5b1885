/** What is left of a limit after a request. Times in simulated ms. */
export interface Room {
  readonly limit: number
  /** how many of what was asked for were within it */
  readonly taken: number
  readonly left: number
  /** when there is room again; now while there is some */
  readonly resetAt: number
}

export const SPAN_MS = 1000
const KEYS_KEPT = 20_000

/**
 * What each account has asked of each endpoint within a rolling second; what is refused is not counted.
 * https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export class UserLimits {
  private readonly taken = new Map<string, number[]>()

  /** Takes as many of `count` as there is room for. */
  take(key: string, limit: number, count: number, now: number): Room {
    const times = this.timesOf(key, now)
    const taken = Math.min(count, limit - times.length)
    for (let i = 0; i < taken; i++) times.push(now)
    const left = limit - times.length
    return { limit, taken, left, resetAt: taken < count ? times[0]! + SPAN_MS : now }
  }

  reset(): void {
    this.taken.clear()
  }

  private timesOf(key: string, now: number): number[] {
    let times = this.taken.get(key)
    if (times === undefined) {
      if (this.taken.size >= KEYS_KEPT) this.taken.delete(this.taken.keys().next().value!)
      times = []
      this.taken.set(key, times)
    }
    // A clock set back leaves times ahead of now: they no longer count either.
    const kept = times.findIndex((each) => each > now - SPAN_MS && each <= now)
    times.splice(0, kept < 0 ? times.length : kept)
    return times
  }
}

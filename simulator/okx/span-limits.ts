/** What the requests of one kind are counted by. */
export type Scope = 'address' | 'addressInstrument' | 'user' | 'userInstrument'

export interface SpanLimit {
  readonly scope: Scope
  /** requests in any 2 s */
  readonly limit: number
}

export const SPAN_MS = 2000
const KEYS_KEPT = 20_000

/**
 * Requests in the last 2 s by endpoint and whom it counts. Whether the venue's spans roll is not documented: this is the
 * stricter reading. A refused request is not counted. Times in simulated ms.
 */
export class SpanLimits {
  private readonly taken = new Map<string, number[]>()

  /** Counts `count` requests and says whether they were within the limit. */
  admit(key: string, limit: number, now: number, count = 1): boolean {
    const times = this.timesOf(key, now)
    if (times.length + count > limit) return false
    for (let i = 0; i < count; i++) times.push(now)
    return true
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
    const gone = times.findIndex((each) => each > now - SPAN_MS && each <= now)
    times.splice(0, gone < 0 ? times.length : gone)
    return times
  }
}

/** What the requests of one kind are counted by. */
export type Scope = 'address' | 'addressInstrument' | 'user' | 'userInstrument'

export interface SpanLimit {
  readonly scope: Scope
  /** what may be asked for within a span */
  readonly limit: number
  /** 2 s when absent */
  readonly spanMs?: number
}

/** So much of a limit, counted under `key`. */
export interface Charge {
  readonly key: string
  readonly limit: number
  readonly count: number
  readonly spanMs: number
  /** what the venue says when it is too much */
  readonly code: '50011' | '50061'
}

export const SPAN_MS = 2000
const KEYS_KEPT = 20_000

/** What one request counts for: `name` is the endpoint's or that of several together. */
export function toCharge(
  name: string,
  { scope, limit, spanMs = SPAN_MS }: SpanLimit,
  by: { readonly address: string; readonly user?: string; readonly instId?: string },
  count = 1,
  code: Charge['code'] = '50011',
): Charge {
  const who = scope.startsWith('user') ? `user ${by.user}` : by.address
  const what = scope.endsWith('Instrument') ? ` ${by.instId ?? ''}` : ''
  return { key: `${name} ${who}${what}`, limit, count, spanMs, code }
}

/**
 * What was asked for in the last span by endpoint and whom it counts. Whether the venue's spans roll is not documented: this
 * is the stricter reading. What is refused is not counted. Times in simulated ms.
 */
export class SpanLimits {
  private readonly taken = new Map<string, number[]>()

  /** Counts a request in all of its limits, or in none when one of them is passed; gives that one. */
  admit(charges: readonly Charge[], now: number): Charge | undefined {
    const counted = charges.map((charge) => ({ charge, times: this.timesOf(charge, now) }))
    const over = counted.find(({ charge, times }) => times.length + charge.count > charge.limit)
    if (over !== undefined) return over.charge
    for (const { charge, times } of counted) for (let i = 0; i < charge.count; i++) times.push(now)
    return undefined
  }

  reset(): void {
    this.taken.clear()
  }

  private timesOf({ key, spanMs }: Charge, now: number): number[] {
    let times = this.taken.get(key)
    if (times === undefined) {
      if (this.taken.size >= KEYS_KEPT) this.taken.delete(this.taken.keys().next().value!)
      times = []
      this.taken.set(key, times)
    }
    // A clock set back leaves times ahead of now: they no longer count either.
    const gone = times.findIndex((each) => each > now - spanMs && each <= now)
    times.splice(0, gone < 0 ? times.length : gone)
    return times
  }
}

import type { AddressUse } from '../core/venue.ts'

export interface AddressPolicy {
  /** requests an address may make within any span of `windowMs` */
  readonly limit: number
  readonly windowMs: number
  readonly banMs: number
}

/** https://bybit-exchange.github.io/docs/v5/rate-limit: 600 requests in 5 s, then 403 for at least 10 minutes. */
export const BYBIT_ADDRESS_POLICY: AddressPolicy = { limit: 600, windowMs: 5000, banMs: 600_000 }

interface Caller {
  requests: number
  /** times of the last admitted requests, a ring of at most `limit` */
  readonly times: number[]
  next: number
  windows: { start: number; weight: number }[]
  bannedUntil: number
}

const WINDOWS_KEPT = 10
const ADDRESSES_KEPT = 4096

/**
 * Requests of each source address in a rolling window; one too many bans the address. Requests of a banned address
 * do not make the ban longer. All times in simulated ms.
 */
export class AddressLimit {
  private readonly policy: AddressPolicy
  private readonly callers = new Map<string, Caller>()

  constructor(policy: AddressPolicy) {
    this.policy = policy
  }

  /** Counts a request; false when it is refused. */
  admit(address: string, now: number): boolean {
    const caller = this.callerOf(address)
    if (now < caller.bannedUntil) return false
    this.count(caller, now)
    const { limit, windowMs, banMs } = this.policy
    const before = caller.times[caller.next]
    if (before !== undefined && now - before < windowMs) {
      caller.bannedUntil = now + banMs
      caller.times.length = 0
      caller.next = 0
      return false
    }
    caller.times[caller.next] = now
    caller.next = (caller.next + 1) % limit
    return true
  }

  ban(address: string, until: number): void {
    const caller = this.callerOf(address)
    caller.bannedUntil = Math.max(caller.bannedUntil, until)
  }

  read(address: string, now: number): AddressUse | undefined {
    const caller = this.callers.get(address)
    if (caller === undefined) return undefined
    return {
      weight: caller.requests,
      windowWeight: caller.times.filter((time) => now - time < this.policy.windowMs).length,
      bannedUntil: caller.bannedUntil > now ? caller.bannedUntil : undefined,
      windows: caller.windows,
    }
  }

  reset(): void {
    this.callers.clear()
  }

  /** Fixed windows, for the stats alone. */
  private count(caller: Caller, now: number): void {
    const start = Math.floor(now / this.policy.windowMs) * this.policy.windowMs
    let window = caller.windows.at(-1)
    if (window?.start !== start) {
      window = { start, weight: 0 }
      caller.windows.push(window)
      if (caller.windows.length > WINDOWS_KEPT) caller.windows.shift()
    }
    window.weight += 1
    caller.requests += 1
  }

  private callerOf(address: string): Caller {
    let caller = this.callers.get(address)
    if (caller === undefined) {
      if (this.callers.size >= ADDRESSES_KEPT) this.callers.delete(this.callers.keys().next().value!)
      caller = { requests: 0, times: [], next: 0, windows: [], bannedUntil: 0 }
      this.callers.set(address, caller)
    }
    return caller
  }
}

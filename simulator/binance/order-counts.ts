import type { Account } from '../account/account.ts'
import { RequestError } from './request-error.ts'

const WINDOWS = [
  { name: '10S', lengthMs: 10_000, limit: 300, text: 'TEN_SECONDS' },
  { name: '1M', lengthMs: 60_000, limit: 1200, text: 'MINUTE' },
] as const

/** More orders than an account may send. */
export class TooManyOrders extends RequestError {}

interface Count {
  readonly start: number
  readonly used: number
}

/** Orders per account in fixed windows of the simulated clock: 300 in 10 s, 1,200 in a minute. */
export class OrderCounts {
  private readonly counts = new Map<string, Count>()

  /** Counts orders and tells the headers of the answer. Throws RequestError over a limit. */
  count(account: Account, orders: number, now: number): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const { name, lengthMs, limit, text } of WINDOWS) {
      const used = this.read(account.key, name, lengthMs, now) + orders
      if (used > limit) {
        const message = `Too many new orders; current limit is ${limit} orders per ${text}.`
        throw new TooManyOrders(-1015, message)
      }
      headers[`X-MBX-ORDER-COUNT-${name}`] = String(used)
    }
    for (const { name, lengthMs } of WINDOWS) {
      const start = Math.floor(now / lengthMs) * lengthMs
      const used = this.read(account.key, name, lengthMs, now) + orders
      this.counts.set(`${account.key} ${name}`, { start, used })
    }
    return headers
  }

  /** Orders counted in the window that `now` is in, for GET /fapi/v1/rateLimit/order and the tests. */
  usedOf(account: Account, now: number): { limit: number; lengthMs: number; used: number }[] {
    return WINDOWS.map(({ name, lengthMs, limit }) => ({
      limit,
      lengthMs,
      used: this.read(account.key, name, lengthMs, now),
    }))
  }

  reset(): void {
    this.counts.clear()
  }

  private read(key: string, name: string, lengthMs: number, now: number): number {
    const count = this.counts.get(`${key} ${name}`)
    return count?.start === Math.floor(now / lengthMs) * lengthMs ? count.used : 0
  }
}

import { MINUTE_MS } from './candle.ts'

export interface WeightPolicy {
  /** weight an address may use in one minute of the clock */
  readonly limit: number
  /** refusals within a window after which an address is banned */
  readonly refusalsToBan: number
}

export type Verdict = { readonly kind: 'admitted'; readonly usedWeight: number } | Refusal

export type Refusal =
  | { readonly kind: 'limited'; readonly usedWeight: number; readonly retryAfterMs: number }
  | { readonly kind: 'banned'; readonly until: number; readonly retryAfterMs: number }

export interface AddressWeight {
  readonly weight: number
  readonly windowWeight: number
  readonly bannedUntil: number | undefined
  /** the last windows, oldest first */
  readonly windows: readonly { readonly start: number; readonly weight: number }[]
}

interface Account {
  weight: number
  windows: { start: number; weight: number }[]
  refusals: number
  bans: number
  bannedUntil: number
}

const FIRST_BAN_MS = 120_000
const LONGEST_BAN_MS = 3 * 86_400_000
const WINDOWS_KEPT = 10
const ADDRESSES_KEPT = 4096

/**
 * Weight per source address in fixed minutes of the simulated clock, as Binance counts it: a refused request's weight
 * counts too, and who goes on after refusals is banned, twice as long each time. All times in simulated ms.
 */
export class WeightWindows {
  private readonly policy: WeightPolicy
  private readonly accounts = new Map<string, Account>()

  constructor(policy: WeightPolicy) {
    this.policy = policy
  }

  /** Counts a request and says what becomes of it. */
  admit(address: string, weight: number, now: number): Verdict {
    const account = this.accountOf(address)
    if (now < account.bannedUntil) return toBanned(account, now)
    const window = count(account, weight, now)
    if (window.weight <= this.policy.limit) return { kind: 'admitted', usedWeight: window.weight }
    return this.refuse(account, now, window.start + MINUTE_MS)
  }

  /** Counts a request that a fault refuses until `until`. */
  refuseUntil(address: string, weight: number, now: number, until: number): Refusal {
    const account = this.accountOf(address)
    if (now < account.bannedUntil) return toBanned(account, now)
    count(account, weight, now)
    return this.refuse(account, now, until)
  }

  ban(address: string, now: number, until: number): Refusal {
    const account = this.accountOf(address)
    account.bannedUntil = Math.max(account.bannedUntil, until)
    return toBanned(account, now)
  }

  read(address: string, now: number): AddressWeight | undefined {
    const account = this.accounts.get(address)
    if (account === undefined) return undefined
    const last = account.windows.at(-1)
    return {
      weight: account.weight,
      windowWeight: last?.start === windowStart(now) ? last.weight : 0,
      bannedUntil: account.bannedUntil > now ? account.bannedUntil : undefined,
      windows: account.windows,
    }
  }

  reset(): void {
    this.accounts.clear()
  }

  private refuse(account: Account, now: number, until: number): Refusal {
    account.refusals += 1
    if (account.refusals <= this.policy.refusalsToBan) {
      return { kind: 'limited', usedWeight: account.windows.at(-1)!.weight, retryAfterMs: until - now }
    }
    account.bannedUntil = now + Math.min(LONGEST_BAN_MS, FIRST_BAN_MS * 2 ** account.bans)
    account.bans += 1
    account.refusals = 0
    return toBanned(account, now)
  }

  private accountOf(address: string): Account {
    let account = this.accounts.get(address)
    if (account === undefined) {
      if (this.accounts.size >= ADDRESSES_KEPT) this.accounts.delete(this.accounts.keys().next().value!)
      account = { weight: 0, windows: [], refusals: 0, bans: 0, bannedUntil: 0 }
      this.accounts.set(address, account)
    }
    return account
  }
}

function count(account: Account, weight: number, now: number): { start: number; weight: number } {
  const start = windowStart(now)
  let window = account.windows.at(-1)
  if (window?.start !== start) {
    window = { start, weight: 0 }
    account.windows.push(window)
    if (account.windows.length > WINDOWS_KEPT) account.windows.shift()
    account.refusals = 0
  }
  window.weight += weight
  account.weight += weight
  return window
}

function toBanned(account: Account, now: number): Refusal {
  return { kind: 'banned', until: account.bannedUntil, retryAfterMs: account.bannedUntil - now }
}

function windowStart(now: number): number {
  return Math.floor(now / MINUTE_MS) * MINUTE_MS
}

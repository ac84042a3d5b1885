/** What one source address has asked. `lastRequestAt` is wall ms. */
export interface AddressTraffic {
  requests: number
  http429: number
  http418: number
  /** what Bybit answers a banned address */
  http403: number
  /** answers 418 and 403 to requests that came while a ban stood */
  refusedWhileBanned: number
  /** what was refused for asking too often, in whatever words; an account's limits are included */
  limitRefusals: number
  /** connections or requests closed by the refuse fault */
  refusedConnections: number
  lastRequestAt: number
  readonly byPath: Record<string, number>
}

/** What one account has asked, by its API key. */
export interface UserTraffic {
  requests: number
  /** what was refused by limits of the account's own */
  limitRefusals: number
  readonly byPath: Record<string, number>
}

const ADDRESSES_KEPT = 4096
const USERS_KEPT = 4096
const PATHS_KEPT = 64

/** Counts requests per source address and per account, of bounded size. */
export class Traffic {
  readonly addresses = new Map<string, AddressTraffic>()
  readonly users = new Map<string, UserTraffic>()
  requests = 0

  /** Counts one request and gives the address's record. */
  count(address: string, path: string): AddressTraffic {
    const record = this.recordOf(address)
    this.requests += 1
    record.requests += 1
    record.lastRequestAt = Date.now()
    countPath(record.byPath, path)
    return record
  }

  /** Counts one request of an account. */
  countUser(user: string, path: string, isRefused: boolean): void {
    let record = this.users.get(user)
    if (record === undefined) {
      if (this.users.size >= USERS_KEPT) this.users.delete(this.users.keys().next().value!)
      record = { requests: 0, limitRefusals: 0, byPath: {} }
      this.users.set(user, record)
    }
    record.requests += 1
    if (isRefused) record.limitRefusals += 1
    countPath(record.byPath, path)
  }

  recordOf(address: string): AddressTraffic {
    let record = this.addresses.get(address)
    if (record === undefined) {
      if (this.addresses.size >= ADDRESSES_KEPT) this.addresses.delete(this.addresses.keys().next().value!)
      record = {
        requests: 0,
        http429: 0,
        http418: 0,
        http403: 0,
        refusedWhileBanned: 0,
        limitRefusals: 0,
        refusedConnections: 0,
        lastRequestAt: 0,
        byPath: {},
      }
      this.addresses.set(address, record)
    }
    return record
  }

  reset(): void {
    this.addresses.clear()
    this.users.clear()
    this.requests = 0
  }
}

function countPath(byPath: Record<string, number>, path: string): void {
  const known = Object.hasOwn(byPath, path) || Object.keys(byPath).length < PATHS_KEPT
  const counted = known ? path : 'other'
  byPath[counted] = (byPath[counted] ?? 0) + 1
}

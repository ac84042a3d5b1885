/** What one source address has asked. `lastRequestAt` is wall ms. */
export interface AddressTraffic {
  requests: number
  http429: number
  http418: number
  /** what Bybit answers a banned address */
  http403: number
  /** answers 418 and 403 to requests that came while a ban stood */
  refusedWhileBanned: number
  /** connections or requests closed by the refuse fault */
  refusedConnections: number
  lastRequestAt: number
  readonly byPath: Record<string, number>
}

const ADDRESSES_KEPT = 4096
const PATHS_KEPT = 64

/** Counts requests per source address, of bounded size. */
export class Traffic {
  readonly addresses = new Map<string, AddressTraffic>()
  requests = 0

  /** Counts one request and gives the address's record. */
  count(address: string, path: string): AddressTraffic {
    const record = this.recordOf(address)
    this.requests += 1
    record.requests += 1
    record.lastRequestAt = Date.now()
    const known = Object.hasOwn(record.byPath, path) || Object.keys(record.byPath).length < PATHS_KEPT
    const counted = known ? path : 'other'
    record.byPath[counted] = (record.byPath[counted] ?? 0) + 1
    return record
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
    this.requests = 0
  }
}

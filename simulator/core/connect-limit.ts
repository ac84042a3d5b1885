const ADDRESSES_KEPT = 4096

/** Connections that an address may open within any span; a refused one is not counted. Times in simulated ms. */
export class ConnectLimit {
  private readonly limit: number
  private readonly spanMs: number
  private readonly opened = new Map<string, number[]>()

  constructor(limit: number, spanMs: number) {
    this.limit = limit
    this.spanMs = spanMs
  }

  /** Counts a connection; false when it is one too many. */
  admit(address: string, now: number): boolean {
    const times = (this.opened.get(address) ?? []).filter((time) => now - time < this.spanMs)
    const isWithin = times.length < this.limit
    if (isWithin) times.push(now)
    if (!this.opened.has(address) && this.opened.size >= ADDRESSES_KEPT)
      this.opened.delete(this.opened.keys().next().value!)
    this.opened.set(address, times)
    return isWithin
  }

  reset(): void {
    this.opened.clear()
  }
}

const WINDOW_MS = 2_000
/** Requests in two seconds and by address. https://www.okx.com/docs-v5/en/#overview-rate-limits */
const limits: Readonly<Record<string, number>> = {
  '/api/v5/market/candles': 40,
  '/api/v5/market/history-candles': 20,
  '/api/v5/market/tickers': 20,
  '/api/v5/public/instruments': 20,
  '/api/v5/public/mark-price': 10,
  '/api/v5/public/funding-rate': 10,
  '/api/v5/public/time': 10,
}

/** Counts the requests of each address to each endpoint that has a limit by address, in the two seconds before. */
export class EndpointLimits {
  private readonly times = new Map<string, number[]>()

  /** False when it is one too many, which is not counted. */
  admit(address: string, path: string, now: number): boolean {
    const key = `${address} ${path}`
    const recent = (this.times.get(key) ?? []).filter((time) => time > now - WINDOW_MS && time <= now)
    const isAdmitted = recent.length < (limits[path] ?? Infinity)
    if (isAdmitted) recent.push(now)
    this.times.set(key, recent)
    return isAdmitted
  }

  countOf(address: string): number {
    let count = 0
    for (const [key, times] of this.times) if (key.startsWith(`${address} `)) count += times.length
    return count
  }

  reset(): void {
    this.times.clear()
  }
}

/** Gaps between answers, wall ms. */
export interface GapSummary {
  /** symbols with at least one gap */
  readonly symbols: number
  readonly count: number
  readonly min: number | undefined
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
  readonly max: number | undefined
  /** how many gaps the symbol with the fewest, and the one with the most, has */
  readonly minPerSymbol: number
  readonly maxPerSymbol: number
  /** the longest time since an answer, of the symbols answered at all */
  readonly longestOpen: { readonly symbol: string; readonly ms: number } | undefined
  /** symbols of the given list that had no answer after `since` */
  readonly missing: readonly string[]
}

const GAPS_KEPT = 512

interface Ring {
  lastAt: number
  written: number
  readonly ends: Float64Array
  readonly lengths: Float64Array
}

/** The wall time between two answers of one symbol and interval; the last 512 gaps of each are kept. */
export class Gaps {
  private readonly rings = new Map<string, Map<string, Ring>>()

  record(symbol: string, interval: string, at: number): void {
    let ofInterval = this.rings.get(interval)
    if (ofInterval === undefined) this.rings.set(interval, (ofInterval = new Map<string, Ring>()))
    const ring = ofInterval.get(symbol)
    if (ring === undefined) {
      const [ends, lengths] = [new Float64Array(GAPS_KEPT), new Float64Array(GAPS_KEPT)]
      ofInterval.set(symbol, { lastAt: at, written: 0, ends, lengths })
      return
    }
    ring.ends[ring.written % GAPS_KEPT] = at
    ring.lengths[ring.written % GAPS_KEPT] = at - ring.lastAt
    ring.written += 1
    ring.lastAt = at
  }

  /** Over all gaps that ended after `since` (wall ms); `symbols` are the ones that should have been answered. */
  summarize(interval: string, since: number, symbols: readonly string[], now: number): GapSummary {
    const ofInterval = this.rings.get(interval) ?? new Map<string, Ring>()
    const gaps: number[] = []
    const counts: number[] = []
    let longestOpen: { symbol: string; ms: number } | undefined
    for (const [symbol, ring] of ofInterval) {
      const before = gaps.length
      for (let i = 0; i < Math.min(ring.written, GAPS_KEPT); i++) {
        if (ring.ends[i]! > since) gaps.push(ring.lengths[i]!)
      }
      if (gaps.length > before) counts.push(gaps.length - before)
      if (longestOpen === undefined || now - ring.lastAt > longestOpen.ms) {
        longestOpen = { symbol, ms: now - ring.lastAt }
      }
    }
    gaps.sort((a, b) => a - b)
    const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.ceil(gaps.length * share) - 1)]
    return {
      symbols: counts.length,
      count: gaps.length,
      min: gaps[0],
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max: gaps.at(-1),
      minPerSymbol: counts.length === 0 ? 0 : Math.min(...counts),
      maxPerSymbol: counts.length === 0 ? 0 : Math.max(...counts),
      longestOpen,
      missing: symbols.filter((symbol) => !((ofInterval.get(symbol)?.lastAt ?? -1) > since)),
    }
  }

  reset(): void {
    this.rings.clear()
  }
}

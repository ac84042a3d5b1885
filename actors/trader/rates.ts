/** Turns counts that only grow into rates a second, in real time. */
export interface Rates {
  /** the rate of each count since the last call; 0 at the first */
  since(counts: Readonly<Record<string, number>>): Record<string, number>
}

export function createRates(): Rates {
  let before: Readonly<Record<string, number>> = {}
  let at = Date.now()
  return {
    since(counts) {
      const now = Date.now()
      const seconds = Math.max(0.001, (now - at) / 1000)
      const rates = Object.entries(counts).map(([name, count]) => [
        name,
        Math.round((count - (before[name] ?? count)) / seconds),
      ])
      before = counts
      at = now
      return Object.fromEntries(rates) as Record<string, number>
    },
  }
}

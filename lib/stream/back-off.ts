/** Waits between attempts, each up to twice as long as the one before, in real ms. */
export interface BackOff {
  /** how long the next attempt must wait; the first need not */
  next(): number
  /** the last attempt was good */
  reset(): void
}

/** `random` gives 0 to 1: processes that lost one venue together do not come back together. */
export function createBackOff(
  of: { readonly firstMs: number; readonly mostMs: number },
  random: () => number = Math.random,
): BackOff {
  let attempts = 0
  return {
    next() {
      const attempt = attempts++
      if (attempt === 0) return 0
      const longest = Math.min(of.mostMs, of.firstMs * 2 ** Math.min(attempt - 1, 30))
      return longest * (0.5 + random() / 2)
    },
    reset() {
      attempts = 0
    },
  }
}

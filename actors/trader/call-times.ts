import { createHistogram } from 'node:perf_hooks'

/** How long calls took, in µs. */
export interface CallTimes {
  /** ms, as performance.now() tells them */
  record(tookMs: number): void
  /** of the last ten to twenty seconds */
  read(): { p50Us: number; p99Us: number; maxUs: number }
}

const turnEveryMs = 10_000

/** Two histograms that take turns, so that what is read is recent and never empty of a sudden. */
export function createCallTimes(): CallTimes {
  let [current, before] = [createHistogram(), createHistogram()]
  let turnedAt = Date.now()
  const us = (ns: number) => Math.round(ns / 100) / 10
  return {
    record(tookMs) {
      current.record(Math.max(1, Math.round(tookMs * 1e6)))
    },
    read() {
      if (Date.now() - turnedAt > turnEveryMs) {
        turnedAt = Date.now()
        ;[current, before] = [before, current]
        current.reset()
      }
      const recent = createHistogram()
      recent.add(before)
      recent.add(current)
      if (recent.count === 0) return { p50Us: 0, p99Us: 0, maxUs: 0 }
      return { p50Us: us(recent.percentile(50)), p99Us: us(recent.percentile(99)), maxUs: us(recent.max) }
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'

/** What a promise gives, or undefined when it takes longer than `ms`, real ms. Throws when `signal` is aborted. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const done = new AbortController()
  const late = sleep(ms, undefined, { signal: AbortSignal.any([signal, done.signal]) })
  try {
    return await Promise.race([promise, late])
  } finally {
    done.abort()
    late.catch(() => {})
  }
}

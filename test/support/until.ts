import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../../lib/model/errors.ts'

const pollMs = 100

/**
 * Polls until `find` gives something, and gives that; one that throws has not found it yet. Throws, with what was seen
 * last, when nothing is found within `withinMs`.
 */
export async function untilFound<T>(
  what: string,
  find: () => Promise<T | undefined>,
  withinMs: number,
  seen: () => string | undefined = () => undefined,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs
  for (;;) {
    let failure: unknown
    try {
      const found = await find()
      if (found !== undefined) return found
    } catch (error) {
      failure = error
    }
    if (Date.now() > giveUpAt) {
      const last = failure === undefined ? seen() : describeError(failure)
      throw new Error(`expected within ${withinMs} ms: ${what}${last === undefined ? '' : `; found ${last}`}`)
    }
    await sleep(pollMs)
  }
}

/** Polls until `condition` holds and gives the ms that it took. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  withinMs: number,
  seen?: () => string | undefined,
): Promise<number> {
  const startedAt = Date.now()
  await untilFound(what, async () => (await condition()) || undefined, withinMs, seen)
  return Date.now() - startedAt
}

/** Looks again and again for `forMs`, with `everyMs` between. */
export async function watch(forMs: number, look: () => Promise<void>, everyMs = pollMs): Promise<void> {
  const stopAt = Date.now() + forMs
  while (Date.now() < stopAt) {
    await look()
    await sleep(everyMs)
  }
}

/** Prints what a test measured, when FIGURES is set. */
export function tell(figures: string): void {
  if (process.env['FIGURES'] !== undefined) console.log(`      → ${figures}`)
}

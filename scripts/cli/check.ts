/** What one check of the doctor found. */
export interface Check {
  readonly name: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** what to do; only where something is not right */
  readonly advice?: string
  /** what was found, one by one, where it is more than one thing */
  readonly details?: readonly string[]
}

/** A check that found what it should. */
export function ok(name: string, found: string): Check {
  return { name, verdict: 'ok', found }
}

/** A check that found something that works, but not well. */
export function warn(name: string, found: string, advice: string): Check {
  return { name, verdict: 'warn', found, advice }
}

/** A check that found something that does not work. */
export function fail(name: string, found: string, advice: string): Check {
  return { name, verdict: 'fail', found, advice }
}

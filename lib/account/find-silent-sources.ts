import type { AccountSource } from '../model/position-report.ts'
import type { SourceStates } from './account-sources.ts'

/** A source that has said nothing for too long: redundancy is lost. */
export interface SilentSource {
  readonly source: AccountSource
  /** venue time of its last word; undefined where it never said one */
  readonly heardAt: number | undefined
}

/** The sources of `expected` that were not heard in the last `silentMs` before `now`, market time. */
export function findSilentSources(
  states: SourceStates,
  expected: readonly AccountSource[],
  now: number,
  silentMs: number,
): SilentSource[] {
  return expected
    .map((source) => ({ source, heardAt: states[source].heardAt }))
    .filter(({ heardAt }) => heardAt === undefined || now - heardAt > silentMs)
}

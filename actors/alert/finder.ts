import type { Alert } from '../../lib/model/alert.ts'

/** What a finder sees. */
export interface Finding {
  /** conditions that stand now */
  readonly standing: readonly Alert[]
  /** cause -> how it ended, in words, for those that stand no longer */
  readonly endings?: ReadonlyMap<string, string>
  /** what happened once */
  readonly events?: readonly Alert[]
}

/** Looks for one kind of trouble. */
export interface Finder {
  readonly name: string
  /** real ms between two looks */
  readonly everyMs: number
  /** `stood` are the causes that stood at the last look; undefined when nothing can be said now */
  find(stood: ReadonlySet<string>): Promise<Finding | undefined>
}

import { Option } from 'commander'
import { ConfigError } from '../../lib/model/errors.ts'

/** One benchmark: its command line and its work. */
export interface BenchDefinition {
  readonly name: string
  readonly summary: string
  readonly options: readonly Option[]
  /** measures, prints its table, and gives the figures of its JSON lines; ends all it started when aborted */
  run(flags: Readonly<Record<string, number>>, signal: AbortSignal): Promise<Figures | readonly Figures[]>
}

/** The figures of one run by name, in the order in which they are printed. */
export type Figures = Readonly<Record<string, number>>

/** A flag with a number from `least` to `most`. */
export function numberOption(
  name: string,
  help: string,
  of: { fallback: number; least: number; most: number; whole?: boolean },
): Option {
  const { fallback, least, most, whole = true } = of
  return new Option(`--${name} <number>`, help).default(fallback).argParser((raw) => {
    const value = raw.trim() === '' ? NaN : Number(raw)
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
    const kind = whole ? 'an integer' : 'a number'
    throw new ConfigError(`--${name} must be ${kind} from ${least} to ${most}, was "${raw}"`)
  })
}

/** A flag's value. */
export function flagOf(flags: Readonly<Record<string, number>>, name: string): number {
  const value = flags[name]
  if (value === undefined) throw new ConfigError(`--${name} must be given`)
  return value
}

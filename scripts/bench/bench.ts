import { Option } from 'commander'
import { ConfigError } from '../../lib/model/errors.ts'

/** One benchmark: its command line and its work. */
export interface BenchDefinition {
  readonly name: string
  readonly summary: string
  readonly options: readonly Option[]
  /** measures, prints its table, and gives the figures of its JSON lines; ends all it started when aborted */
  run(flags: Flags, signal: AbortSignal): Promise<Line | readonly Line[]>
}

/** What the command line gave, or each option's own. */
export type Flags = Readonly<Record<string, number | string>>

/** A line of JSON: figures, and the words that say of what. */
export type Line = Readonly<Record<string, number | string>>

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

/** A flag with one of some words; the first is its own. */
export function wordOption(name: string, help: string, words: readonly [string, ...string[]]): Option {
  return new Option(`--${name} <word>`, `${help}: ${words.join(', ')}`).default(words[0]).argParser((raw) => {
    if (words.includes(raw)) return raw
    throw new ConfigError(`--${name} must be one of ${words.join(', ')}, was "${raw}"`)
  })
}

/** The value of a flag with a number. */
export function flagOf(flags: Flags, name: string): number {
  const value = flags[name]
  if (typeof value !== 'number') throw new ConfigError(`--${name} must be given as a number`)
  return value
}

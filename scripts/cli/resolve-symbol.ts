import { nearest } from '../../lib/hub/config.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'

const mostNames = 3

/** The symbols of some instruments, largest volume first. */
export function symbolsByVolume(listed: Iterable<ListedInstrument>): string[] {
  const volume = ({ quoteVolume }: ListedInstrument) => Number(quoteVolume ?? -1)
  return [...listed].toSorted((a, b) => volume(b) - volume(a)).map(({ symbol }) => symbol)
}

/** The symbol that a person typed, in the venue's spelling; throws ConfigError with near names for no symbol. */
export function resolveSymbol(text: string, known: readonly string[], venue: string): string {
  if (known.includes(text)) return text
  const same = known.filter((symbol) => symbol.toLowerCase() === text.toLowerCase())
  if (same.length === 1 && same[0] !== undefined) return same[0]
  const near = nearSymbols(text, known)
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`
  throw new ConfigError(`"${text}" is none of the ${known.length} symbols of ${venue}${hint}`)
}

function nearSymbols(text: string, known: readonly string[]): string[] {
  const typed = text.toLowerCase()
  const closest = nearest(text, known)
  const beginning = known.filter((symbol) => symbol.toLowerCase().startsWith(typed))
  const containing = known.filter((symbol) => symbol.toLowerCase().includes(typed))
  const byLength = (names: string[]) => names.toSorted((a, b) => a.length - b.length)
  const ranked = [
    ...byLength(beginning),
    ...(closest === undefined ? [] : [closest]),
    ...byLength(containing),
  ]
  return [...new Set(ranked)].slice(0, mostNames)
}

import { compareDecimals } from '../model/decimal.ts'
import type { ListedInstrument } from '../model/instrument.ts'
import type { SymbolLists } from './symbols-file.ts'

/** Which instruments are followed. */
export interface UniverseFilter {
  readonly quoteAssets: readonly string[]
  readonly underlyings: readonly string[]
  /** in the quote asset, over 24 hours */
  readonly minQuoteVolume: number
  /** 0: all */
  readonly symbolLimit: number
  readonly lists: SymbolLists
  /** symbols that an account has to do with: they are followed whatever the rest says, beyond the limit too */
  readonly held: ReadonlySet<string>
}

/** The instruments that are followed, largest volume first, and why each other one is not. */
export interface Universe {
  readonly followed: ListedInstrument[]
  readonly leftOut: Map<string, string>
}

/**
 * Judges every instrument by the filter. An allow list, where there is one, narrows; it does not overrule. What an account
 * holds or has an order in is followed regardless.
 */
export function selectUniverse(listed: Iterable<ListedInstrument>, filter: UniverseFilter): Universe {
  const leftOut = new Map<string, string>()
  const fitting: ListedInstrument[] = []
  const all = [...listed]
  for (const instrument of all) {
    const reason = reasonAgainst(instrument, filter)
    if (reason === undefined) fitting.push(instrument)
    else leftOut.set(instrument.symbol, reason)
  }
  fitting.sort(byVolume)
  const most = filter.symbolLimit === 0 ? fitting.length : filter.symbolLimit
  for (const { symbol } of fitting.slice(most)) leftOut.set(symbol, `not among the ${most} of largest volume`)
  // What the venue lists no longer has no candles to ask for.
  const held = all.filter(({ symbol, status }) => filter.held.has(symbol) && status !== 'delisted')
  const added = held.filter(({ symbol }) => leftOut.delete(symbol))
  return { followed: [...fitting.slice(0, most), ...added].toSorted(byVolume), leftOut }
}

function byVolume(a: ListedInstrument, b: ListedInstrument): number {
  return compareDecimals(b.quoteVolume ?? '0', a.quoteVolume ?? '0') || a.index - b.index
}

function reasonAgainst(instrument: ListedInstrument, filter: UniverseFilter): string | undefined {
  const { symbol, contract, linear, status, quote, underlying, quoteVolume } = instrument
  const { allow, deny } = filter.lists
  if (deny.includes(symbol)) return 'switched off by hand'
  if (allow.length > 0 && !allow.includes(symbol)) return 'not on the allow list'
  if (contract !== 'perpetual') return 'not a perpetual'
  if (!linear) return 'not linear'
  if (status !== 'trading') return `status is ${status}`
  if (!filter.quoteAssets.includes(quote)) return `quoted in ${quote}`
  if (!filter.underlyings.includes(underlying)) return `underlying is ${underlying}`
  if (filter.minQuoteVolume === 0) return undefined
  if (quoteVolume === undefined) return 'volume is not known'
  return Number(quoteVolume) < filter.minQuoteVolume
    ? `24-hour volume ${quoteVolume} is too small`
    : undefined
}

import { readHeldSymbols } from '../../lib/account/held-symbols.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readSymbolsFile, symbolsFilePath, writeSymbolsFile } from '../../lib/market/symbols-file.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { selectByConfig } from './list-symbols.ts'
import { resolveSymbol, symbolsByVolume } from './resolve-symbol.ts'
import type { Terminal } from './terminal.ts'
import { withHub } from './with-hub.ts'

/**
 * Puts symbols on the deny list of the symbols file, or takes them off it. Throws ConfigError for one that the venue
 * does not have; where Redis cannot be asked, the file is written all the same and the answer says so.
 */
export async function switchSymbols(
  terminal: Terminal,
  config: Config,
  typed: readonly string[],
  to: 'off' | 'on',
): Promise<void> {
  const path = symbolsFilePath(config)
  const lists = readSymbolsFile(path)
  const { known, held, unchecked } = await readKnown(config)
  // A symbol that left the venue can still be taken off the list.
  const names = [...symbolsByVolume(known.values()), ...(to === 'on' ? lists.deny : [])]
  const symbols = typed.map((text) =>
    unchecked === undefined ? resolveSymbol(text, [...new Set(names)], config.exchange) : toPlainSymbol(text),
  )
  const wasDenied = new Set(lists.deny)
  const asked = new Set(symbols)
  const changed = [...asked].filter((symbol) => wasDenied.has(symbol) === (to === 'on'))
  const kept = lists.deny.filter((symbol) => !asked.has(symbol))
  if (changed.length > 0) writeSymbolsFile(path, { ...lists, deny: to === 'on' ? kept : [...kept, ...asked] })

  for (const symbol of asked) {
    if (!changed.includes(symbol)) terminal.line(`${symbol} was switched ${to} already`)
    else if (to === 'on')
      terminal.line(`${symbol} is switched on${stillAgainst(config, symbol, known, held)}`)
    else if (held.has(symbol))
      terminal.line(
        `${symbol} is switched off, and is followed as long as an account holds it or has an order in it`,
      )
    else terminal.line(`${symbol} is switched off`)
  }
  if (changed.length > 0)
    terminal.line(`written to ${path}; the symbol-cursor takes it up within a second or two`)
  if (unchecked !== undefined) terminal.line(`not checked against the venue's symbols: ${unchecked}`)
}

/** The venue's symbols, and those that accounts hold; `unchecked` says why they are not known. */
async function readKnown(config: Config): Promise<{
  known: Map<string, ListedInstrument>
  held: Set<string>
  unchecked: string | undefined
}> {
  try {
    const [known, held] = await withHub(config, (hub) =>
      Promise.all([readInstruments(hub, config.exchange), readHeldSymbols(hub, config.exchange)]),
    )
    return { known, held, unchecked: known.size === 0 ? 'Redis has none yet' : undefined }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { known: new Map(), held: new Set(), unchecked: error.message }
  }
}

function toPlainSymbol(text: string): string {
  if (/^[\p{L}\p{N}_-]+$/u.test(text)) return text.toUpperCase()
  throw new ConfigError(`a symbol must be letters, digits, dash and underscore, was "${text}"`)
}

function stillAgainst(
  config: Config,
  symbol: string,
  known: ReadonlyMap<string, ListedInstrument>,
  held: ReadonlySet<string>,
): string {
  const reason = known.size === 0 ? undefined : selectByConfig(config, known, held).leftOut.get(symbol)
  return reason === undefined ? '' : `, but is not followed: ${reason}`
}

import { readHeldSymbols } from '../../lib/account/held-symbols.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { readSymbolsFile, symbolsFilePath } from '../../lib/market/symbols-file.ts'
import { selectUniverse } from '../../lib/market/universe.ts'
import type { Universe } from '../../lib/market/universe.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { toInterval } from '../../lib/model/timeframe.ts'
import { toTable } from './table.ts'
import type { Cell } from './table.ts'
import type { Terminal } from './terminal.ts'
import { withHub } from './with-hub.ts'

/** Prints the symbols of the lanes, and with `all` the others with the reason why they are in none. */
export async function listSymbols(terminal: Terminal, config: Config, all: boolean): Promise<void> {
  await withHub(config, async (hub) => {
    const venue = config.exchange
    const known = await readInstruments(hub, venue)
    if (known.size === 0) {
      throw new ConfigError(
        `no symbols of ${venue} are in Redis yet; a symbol-cursor brings them: node actors/symbol-cursor`,
      )
    }
    const followed = await readFollowed(hub)
    const universe = selectByConfig(config, known, await readHeldSymbols(hub, venue))
    const shown = byVolume([...known.values()].filter(({ symbol }) => all || followed.has(symbol)))
    const rows = shown.map(({ symbol, quote, quoteVolume }): Cell[] => [
      symbol,
      quoteVolume === undefined ? '–' : `${toThousands(quoteVolume)} ${quote}`,
      toStanding(symbol, followed, universe),
    ])
    const columns = [
      { title: 'SYMBOL' },
      { title: '24 H VOLUME', align: 'right' as const },
      { title: 'FOLLOWED' },
    ]
    for (const line of toTable(terminal, columns, rows)) terminal.line(line)
    terminal.line('')
    const rest = all || followed.size === known.size ? '' : '; --all shows the others and why they are not'
    terminal.line(`${followed.size} of the ${known.size} symbols of ${venue} are followed${rest}.`)
  })
}

/** What the filters of the configuration and the hand-kept lists make of the venue's symbols. */
export function selectByConfig(
  config: Config,
  known: ReadonlyMap<string, ListedInstrument>,
  held: ReadonlySet<string>,
): Universe {
  const { quoteAssets, underlyings, minQuoteVolume, symbolLimit } = config
  const lists = readSymbolsFile(symbolsFilePath(config))
  return selectUniverse(known.values(), {
    quoteAssets,
    underlyings,
    minQuoteVolume,
    symbolLimit,
    lists,
    held,
  })
}

/** symbol -> the intervals in whose lanes it is. */
async function readFollowed(hub: Hub): Promise<Map<string, string[]>> {
  const followed = new Map<string, string[]>()
  for (const text of hub.config.intervals) {
    const lane = { venue: hub.config.exchange, interval: toInterval(text), name: 'all' }
    for (const symbol of await readLane(hub, lane))
      followed.set(symbol, [...(followed.get(symbol) ?? []), text])
  }
  return followed
}

function toStanding(symbol: string, followed: ReadonlyMap<string, string[]>, { leftOut }: Universe): Cell {
  const reason = leftOut.get(symbol)
  const intervals = followed.get(symbol)
  if (intervals !== undefined) {
    const leaving = reason === undefined ? '' : `, and about to leave: ${reason}`
    return { text: intervals.join(', ') + leaving, tone: reason === undefined ? 'good' : 'warn' }
  }
  // The symbol-cursor may have been started with other filters than this command knows of.
  return {
    text: `no: ${reason ?? 'the symbol-cursor has other filters, or has not taken it up yet'}`,
    tone: 'quiet',
  }
}

function byVolume(listed: readonly ListedInstrument[]): ListedInstrument[] {
  return listed.toSorted((a, b) => Number(b.quoteVolume ?? -1) - Number(a.quoteVolume ?? -1))
}

function toThousands(decimal: string): string {
  return Math.round(Number(decimal)).toLocaleString('en')
}

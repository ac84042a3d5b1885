import type { Hub } from '../hub/hub.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument, ListedInstrument } from '../model/instrument.ts'

/** symbol -> instrument, as the hub knows them. */
export async function readInstruments(hub: Hub, venue: string): Promise<Map<string, ListedInstrument>> {
  const texts = await hub.redis.hgetall(hub.keys.instruments(venue))
  return new Map(
    Object.entries(texts).map(([symbol, text]) => [symbol, JSON.parse(text) as ListedInstrument]),
  )
}

/**
 * Gives every instrument its index: the one it had, or the next that was never given. Volumes that were not asked for
 * this time stay as they were known, and what the venue lists no longer stays as delisted, so that its index is not
 * given again.
 */
export function listInstruments(
  instruments: readonly Instrument[],
  volumes: ReadonlyMap<string, Decimal>,
  known: ReadonlyMap<string, ListedInstrument>,
): ListedInstrument[] {
  let nextIndex = Math.max(-1, ...[...known.values()].map(({ index }) => index)) + 1
  const current = instruments.map((instrument) => {
    const before = known.get(instrument.symbol)
    return {
      ...instrument,
      index: before?.index ?? nextIndex++,
      quoteVolume: volumes.get(instrument.symbol) ?? before?.quoteVolume,
    }
  })
  const symbols = new Set(current.map(({ symbol }) => symbol))
  const gone = [...known.values()].filter(({ symbol }) => !symbols.has(symbol))
  return [...current, ...gone.map((instrument) => ({ ...instrument, status: 'delisted' as const }))]
}

/** Writes instruments over what the hub knew of them. */
export async function writeInstruments(
  hub: Hub,
  venue: string,
  listed: readonly ListedInstrument[],
): Promise<void> {
  const texts = listed.map((instrument) => [instrument.symbol, JSON.stringify(instrument)] as const)
  if (texts.length > 0) await hub.redis.hset(hub.keys.instruments(venue), Object.fromEntries(texts))
}

import type { RequestGate } from '../../lib/exchange/exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import type { Instrument } from '../../lib/model/instrument.ts'

/** A gate that lets everything leave at once. */
export const openGate: RequestGate = { enter: () => Promise.resolve({ settle: () => undefined }) }

/** The instruments of a venue at `url` and their marks, by the venue's symbols. */
export async function fetchMarket(
  venue: string,
  url: string,
): Promise<{ instruments: Map<string, Instrument>; marks: Map<string, string> }> {
  const exchange = await openExchange(venue, { url, localAddress: '', proxy: '', gate: openGate })
  try {
    const instruments = await exchange.fetchInstruments()
    const marks = await exchange.fetchMarks()
    return {
      instruments: new Map(instruments.map((each) => [each.symbol, each])),
      marks: new Map(
        [...marks].flatMap(([symbol, { markPrice }]) =>
          markPrice === undefined ? [] : [[symbol, markPrice] as const],
        ),
      ),
    }
  } finally {
    await exchange.close()
  }
}

import { openExchange } from '../../lib/exchange/open-exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { mergeMarks } from '../../lib/market/marks.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { Simulator } from './simulator.ts'

// Real ms.
const everyMs = 1_000
/** of no actor */
const localAddress = '127.0.0.10'

/**
 * Brings tickers and marks of a listed market to Redis as a ticker and a mark actor do; the function given back ends it.
 */
export async function pollMarket(
  hub: Hub,
  venue: string,
  simulator: Simulator,
): Promise<() => Promise<void>> {
  const gate = openRecordingGate()
  const exchange = await openExchange(venue, { url: simulator.url, localAddress, proxy: '', gate })
  const instruments = await readInstruments(hub, venue)
  exchange.useInstruments([...instruments.values()])
  const poll = async () => {
    const polledAt = simulator.now()
    const [tickers, marks] = await Promise.all([exchange.fetchTickers(), exchange.fetchMarks()])
    const told = [...tickers].flatMap(([symbol, ticker]) => {
      const index = instruments.get(symbol)?.index
      return index === undefined ? [] : [{ symbol, index, ticker }]
    })
    await Promise.all([mergeTickers(hub, venue, told, polledAt), mergeMarks(hub, venue, marks, polledAt)])
  }
  await poll()
  let underWay: Promise<void> | undefined
  // A Redis or a venue that is away is said so by what the test waits for.
  const timer = setInterval(() => {
    underWay ??= poll()
      .catch(() => {})
      .finally(() => (underWay = undefined))
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await underWay
    await exchange.close()
  }
}

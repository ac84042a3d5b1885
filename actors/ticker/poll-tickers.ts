import type { Egress } from '../../lib/egress/egress.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import type { Flow } from '../../lib/model/egress-budget.ts'

// Real ms.
const instrumentsEveryMs = 5_000

/** What one turn of a ticker does. */
export interface TickerPolls {
  /** whether the instruments are known */
  isReady(): Promise<boolean>
  /** asks for the whole market once and merges the answer */
  poll(): Promise<void>
}

export function pollTickers(hub: Hub, exchange: Exchange, egress: Egress, flow: Flow): TickerPolls {
  let indexes = new Map<string, number>()
  let readAt = 0
  return {
    async isReady() {
      if (Date.now() - readAt < instrumentsEveryMs) return true
      const instruments = await readInstruments(hub, exchange.venue)
      if (instruments.size !== indexes.size) exchange.useInstruments([...instruments.values()])
      indexes = new Map([...instruments.values()].map(({ symbol, index }) => [symbol, index]))
      if (indexes.size > 0) readAt = Date.now()
      return indexes.size > 0
    },
    async poll() {
      let polledAt = 0
      const tickers = await egress.call(
        'market',
        () => exchange.fetchTickers(),
        () => (polledAt = hub.clock.now() - hub.clock.errorMs()),
        flow,
      )
      const told = [...tickers].flatMap(([symbol, ticker]) => {
        const index = indexes.get(symbol)
        return index === undefined ? [] : [{ symbol, index, ticker }]
      })
      await mergeTickers(hub, exchange.venue, told, polledAt)
    },
  }
}

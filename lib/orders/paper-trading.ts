import type { Hub } from '../hub/hub.ts'
import { needDecimal } from '../model/decimal.ts'
import type { InstrumentOf } from '../model/instrument.ts'
import { followPaperAccount } from './paper-account.ts'
import { runPaperEngine } from './paper-engine.ts'
import { countFunding } from './paper-funding.ts'
import type { AccountOf, StoredPosition } from './paper-orders.ts'
import { openPaperPort } from './paper-port.ts'
import type { Trading, TradingOptions } from './trading.ts'

/**
 * Opens a paper account for a strategy: its state as Redis holds it, its fills, its funding and its order
 * port.
 */
export function openPaperTrading(
  hub: Hub,
  of: AccountOf,
  options: TradingOptions & { instrument: InstrumentOf; notReady?: (symbol: string) => string | undefined },
): Trading {
  const { strategy, market, instrument, notReady, onDenied } = options
  const { makerFee, takerFee, paperLatencyMs: latencyMs, staleAfterMs } = hub.config
  const account = followPaperAccount(hub, of, (fill) => {
    if (fill.strategy === strategy) options.onFill(fill)
  })
  const fees = {
    makerFee: needDecimal(makerFee, 'the maker fee'),
    takerFee: needDecimal(takerFee, 'the taker fee'),
  }
  const engine = runPaperEngine(hub, { market, account, instrument, ...fees })
  const stopFunding = countFunding(hub, { account, engine, instrument })
  const orders = openPaperPort(hub, {
    strategy,
    market,
    account,
    instrument,
    latencyMs,
    staleAfterMs,
    notReady,
    onDenied,
  })
  const known = ({ text, position }: StoredPosition) => (text === '' ? undefined : position)
  return {
    orders,
    positions: {
      account: (symbol) => known(account.position(symbol)),
      own: (symbol) => known(account.part(strategy, symbol)),
    },
    heldSymbols: () => [
      ...new Set([...account.held(), ...[...account.openOrders()].map(({ symbol }) => symbol)]),
    ],
    counts: () => ({
      accountKnown: account.isSynced() ? 1 : 0,
      fillsOrders: engine.isLeader() ? 1 : 0,
      orders: orders.submitted(),
      openOrders: [...account.openOrders()].length,
      positions: account.held().length,
      fills: engine.fills(),
    }),
    async stop() {
      stopFunding()
      await engine.stop()
      account.stop()
    },
  }
}

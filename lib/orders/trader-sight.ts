import type { Market } from '../market/follow-market.ts'
import { toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** What a trader knows of the account that its orders are for. */
export interface AccountSight {
  isSynced(): boolean
  /** why nothing may be opened in a symbol; undefined when nothing stands against it */
  readonly notReady: (symbol: string) => string | undefined
}

/** Why nothing may be opened in a symbol on what this trader knows; undefined when it may. `now` is market time. */
export function noRisk(
  market: Market,
  account: AccountSight,
  symbol: string,
  by: { readonly now: number; readonly staleAfterMs: number },
): string | undefined {
  const { ledger } = market
  const slot = ledger.slotOf(symbol)
  if (slot < 0) return 'the symbol is not followed'
  if (!market.isLive()) return 'stale data: the feed is lost'
  if (!market.isLoaded(slot)) return 'stale data: the history of the symbol has not come'
  if (!account.isSynced()) return 'stale data: the account is not known'
  if (market.isStale(slot)) return 'stale data: the symbol was not asked for of late'
  if (ledger.quotesAgeMs(by.now) > by.staleAfterMs) return 'stale data: no quotes came of late'
  return account.notReady(symbol)
}

/** The symbol's best prices; undefined where there is no quote. */
export function quoteOf({ ledger }: Market, symbol: string): { bid: Decimal; ask: Decimal } | undefined {
  const slot = ledger.slotOf(symbol)
  if (slot < 0 || ledger.quoteTime[slot] === 0) return undefined
  const [bid, ask] = [toDecimal(ledger.bid[slot]), toDecimal(ledger.ask[slot])]
  return bid === undefined || ask === undefined ? undefined : { bid, ask }
}

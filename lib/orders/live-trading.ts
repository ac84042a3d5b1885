import type { FollowedAccount } from '../account/follow-account.ts'
import type { Hub } from '../hub/hub.ts'
import { add } from '../model/decimal.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Intent } from '../model/intent.ts'
import { followLiveAccount } from './live-account.ts'
import type { LiveEvent } from './live-account.ts'
import { openLivePort } from './live-port.ts'
import type { HeldPosition } from './strategy.ts'
import type { Trading, TradingOptions } from './trading.ts'

/** Opens a strategy's way to an account at the venue; `hand` gives its intents to whoever sends them. */
export function openLiveTrading(
  hub: Hub,
  of: AccountOf,
  options: TradingOptions & {
    readonly followed: FollowedAccount
    readonly hand: (intent: Intent) => Promise<void>
  },
): Trading {
  const { strategy, market, followed, hand, onDenied } = options
  const { staleAfterMs, intentLifeMs } = hub.config
  let fills = 0

  function onEvent(event: LiveEvent): void {
    port.onEvent(event)
    for (const fill of event.fills ?? []) {
      if (fill.strategy !== strategy) continue
      fills += 1
      options.onFill(fill)
    }
  }

  const account = followLiveAccount(hub, of, onEvent)
  const sight = {
    isSynced: () => account.isSynced(),
    notReady: (symbol: string) => followed.liveProblem() ?? followed.notReady(symbol),
  }
  const port = openLivePort(hub, {
    strategy,
    market,
    account,
    sight,
    staleAfterMs,
    intentLifeMs,
    hand,
    onDenied,
  })

  function held(symbol: string): HeldPosition | undefined {
    const [first, ...more] = followed.positions(symbol)
    if (first === undefined) return undefined
    const size = add(first.size, ...more.map((each) => each.size))
    const time = Math.max(...[first, ...more].map((each) => each.time ?? 0))
    const { entryPrice } = first
    return more.length > 0 || entryPrice === undefined
      ? { symbol, size, time }
      : { symbol, size, entryPrice, time }
  }

  return {
    orders: port,
    positions: { account: held, own: (symbol) => account.part(strategy, symbol) },
    heldSymbols: () => [...new Set([...account.openOrders()].map(({ symbol }) => symbol))],
    counts: () => ({
      accountKnown: account.isSynced() ? 1 : 0,
      orders: port.submitted(),
      openOrders: [...account.openOrders()].length,
      fills,
    }),
    async stop() {
      port.stop()
      account.stop()
    },
  }
}

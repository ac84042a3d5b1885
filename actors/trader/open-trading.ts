import type { FollowedAccount } from '../../lib/account/follow-account.ts'
import { closeAll } from '../../lib/hub/queues.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { InstrumentOf } from '../../lib/model/instrument.ts'
import { isPaperAccount } from '../../lib/model/paper-account.ts'
import { handIntent, openIntentQueue } from '../../lib/orders/intent-queue.ts'
import { openLiveTrading } from '../../lib/orders/live-trading.ts'
import { openPaperTrading } from '../../lib/orders/paper-trading.ts'
import type { Trading, TradingOptions } from '../../lib/orders/trading.ts'

/** Opens a strategy's orders, on paper or at the venue, as the account's name says. */
export function openTrading(
  hub: Hub,
  of: AccountOf,
  options: TradingOptions & { instrument: InstrumentOf; followed: FollowedAccount | undefined },
): Trading {
  const { followed, ...rest } = options
  if (isPaperAccount(of.account) || followed === undefined)
    return openPaperTrading(hub, of, { ...rest, notReady: (symbol) => followed?.notReady(symbol) })
  const queue = openIntentQueue(hub, of)
  const trading = openLiveTrading(hub, of, { ...rest, followed, hand: (intent) => handIntent(queue, intent) })
  return {
    ...trading,
    async stop() {
      await trading.stop()
      await closeAll(hub, queue)
    },
  }
}

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
import { openDirect } from './open-direct.ts'
import type { DirectOrders } from './open-direct.ts'

/** Opens a strategy's orders, on paper or at the venue, as the account's name says. */
export async function openTrading(
  hub: Hub,
  of: AccountOf,
  options: TradingOptions & { instrument: InstrumentOf; followed: FollowedAccount | undefined },
): Promise<Trading> {
  const { followed, ...rest } = options
  if (isPaperAccount(of.account) || followed === undefined)
    return openPaperTrading(hub, of, { ...rest, notReady: (symbol) => followed?.notReady(symbol) })
  const way = hub.config.direct ? await openDirect(hub, of) : openQueued(hub, of)
  const trading = openLiveTrading(hub, of, { ...rest, followed, hand: (intent) => way.hand(intent) })
  return {
    ...trading,
    async stop() {
      await trading.stop()
      await way.stop()
    },
  }
}

function openQueued(hub: Hub, of: AccountOf): DirectOrders {
  const queue = openIntentQueue(hub, of)
  return { hand: (intent) => handIntent(queue, intent), stop: () => closeAll(hub, queue) }
}

import { openEgress } from '../../lib/egress/egress.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { followVenueClock } from '../../lib/hub/venue-clock.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { Intent } from '../../lib/model/intent.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'

/** Intents that leave from this process. What becomes of their orders the order actor follows, as of any. */
export interface DirectOrders {
  hand(intent: Intent): Promise<void>
  stop(): Promise<void>
}

// Real ms. Requests are signed by the venue's clock, and refused when it is off; asking for it keeps a connection open.
const clockEveryMs = 10_000

/** Opens an account's way to the venue inside this process, without the queue. */
export async function openDirect(hub: Hub, of: AccountOf): Promise<DirectOrders> {
  const { config, clock } = hub
  const { venue, account } = of
  const egress = openEgress(hub, venue)
  const options = {
    url: config.exchangeUrl,
    localAddress: config.localAddress,
    proxy: config.proxy,
    gate: egress.gate,
    account,
    keys: readAccountKeys(config, venue, account),
    clock,
  }
  const exchange = await openOrderExchange(venue, options)
  const stopClock = followVenueClock(
    hub,
    (onLeave) => egress.call('orders', () => exchange.fetchTime(), onLeave),
    () => {},
    clockEveryMs,
  )
  const desk = await openOrderDesk(hub, of, { exchange, egress })
  return {
    async hand(intent) {
      await desk.submit(intent)
    },
    async stop() {
      stopClock()
      await desk.stop()
      await exchange.close()
    },
  }
}

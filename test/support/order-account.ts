import type { VenueClock } from '../../lib/exchange/account-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import type { OrderExchange, OrderToSend, StopToSend } from '../../lib/exchange/order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { RecordingGate } from './recording-gate.ts'

/** The orders of an account as a test opens them. */
export interface TestOrders {
  readonly exchange: OrderExchange
  readonly gate: RecordingGate
}

/** Opens the orders of the account `key`:`secret` of a venue at `url`. */
export async function openTestOrders(
  url: string,
  key: string,
  secret: string,
  clock: VenueClock = createClock(1),
): Promise<TestOrders> {
  const gate = openRecordingGate()
  const exchange = await openOrderExchange('binanceusdm', {
    url,
    localAddress: '',
    proxy: '',
    gate,
    account: 'main',
    keys: closeKeys(key, secret),
    clock,
  })
  return { exchange, gate }
}

/** A market order that buys one contract, but for what is given. */
export function toSend(of: Partial<OrderToSend> & { symbol: string; clientOrderId: string }): OrderToSend {
  return {
    side: 'buy',
    positionSide: 'both',
    type: of.price === undefined ? 'market' : 'limit',
    timeInForce: of.price === undefined ? 'IOC' : 'GTC',
    postOnly: false,
    reduceOnly: false,
    size: '1',
    price: undefined,
    ...of,
  }
}

/** A stop that sells what was bought, but for what is given. */
export function stopToSend(
  of: Partial<StopToSend> & { symbol: string; clientOrderId: string; triggerPrice: string },
): StopToSend {
  return { side: 'sell', positionSide: 'both', size: '1', ...of }
}

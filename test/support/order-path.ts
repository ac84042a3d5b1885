import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import type { Clock } from '../../lib/hub/clock.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import type { SizedIntent } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import type { OrderPath } from '../../lib/orders/send-intent.ts'
import { openRecordingGate } from './recording-gate.ts'

export const account = { venue: 'binanceusdm', account: 'main' }
const terms = { contractSize: '1', quote: 'USDT' }

/** The path to the account one:first of the venue at `url`, on a clock that knows it. */
export async function openOrderPath(hub: Hub, url: string, clock: Clock): Promise<OrderPath> {
  const exchange = await openOrderExchange('binanceusdm', {
    url,
    localAddress: '',
    proxy: '',
    gate: openRecordingGate(),
    account: account.account,
    keys: closeKeys('one', 'first'),
    clock,
  })
  return {
    hub: { ...hub, clock },
    of: account,
    exchange,
    durability: await openDurability(hub),
    call: (run) => run(),
    moneyTerms: () => terms,
  }
}

/** A clock at `rate`, right to a few ms. */
export function knownClock(rate: number, now: number): Clock {
  return createClock(rate, { offsetMs: now - Date.now() * rate, errorMs: 50 })
}

/** A market order that buys one contract in BTCUSDT. */
export function toIntent(signalId: string, deadline: number): SizedIntent {
  const id = clientOrderIdOf(account.account, 'test', signalId)
  return {
    id,
    account: account.account,
    strategy: 'test',
    signalId,
    class: 'open',
    symbol: 'BTCUSDT',
    side: 'buy',
    positionSide: 'both',
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    reduceOnly: false,
    price: undefined,
    slices: [{ clientOrderId: id, size: '1' }],
    deadline,
  }
}

import type { RequestGate } from '../../lib/exchange/exchange.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import type { Clock } from '../../lib/hub/clock.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import type { SizedIntent } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import type { HeldAt } from '../../lib/orders/judge-absence.ts'
import type { OrderPath } from '../../lib/orders/send-intent.ts'

/** The account of a crash run, as Redis knows it; the venue knows it by the key `one`. */
export const crashAccount = { venue: 'binanceusdm', account: 'main' }

/** How long an intent of a crash run may wait to be sent, venue ms. */
export const deadlineMs = 5_000

/** What the library's path to the venue works with, and what is asked of the account itself. */
export interface CrashPath extends OrderPath {
  readonly fetchPosition: (symbol: string) => Promise<HeldAt>
  close(): Promise<void>
}

const terms = { contractSize: '1', quote: 'USDT' }
// The run asks how often things are sent, not how fast they may be.
const openGate: RequestGate = { enter: () => Promise.resolve({ settle: () => undefined }) }

/** The path to the account one:first of the venue at `url`, on a clock that knows it. */
export async function openCrashPath(hub: Hub, url: string, clock: Clock): Promise<CrashPath> {
  const options = {
    url,
    localAddress: '',
    proxy: '',
    gate: openGate,
    account: crashAccount.account,
    keys: closeKeys('one', 'first'),
    clock,
  }
  const exchange = await openOrderExchange(crashAccount.venue, options)
  const reader = await openAccountExchange(crashAccount.venue, options)
  const durability = await openDurability(hub)
  return {
    hub: { ...hub, clock },
    of: crashAccount,
    exchange,
    durability,
    call: (run) => run(),
    moneyTerms: () => terms,
    async fetchPosition(symbol) {
      const { positions } = await reader.fetchPosition(symbol)
      return { size: positions[0]?.size ?? '0', time: positions[0]?.time ?? 0 }
    },
    async close() {
      durability.close()
      await Promise.all([exchange.close(), reader.close()])
    },
  }
}

/** A clock at `rate` for a venue whose clock stands at `now`, right to a few ms. */
export function knownClock(rate: number, now: number): Clock {
  return createClock(rate, { offsetMs: now - Date.now() * rate, errorMs: 50 })
}

/** The signal with this number. */
export function signalOf(at: number): string {
  return `signal-${at}`
}

/** The client order id of a signal's intent: its only slice. */
export function orderIdOf(at: number): string {
  return clientOrderIdOf(crashAccount.account, 'test', signalOf(at))
}

/** A market order for one contract; symbols take turns, and so do the sides, so that positions stay what they are. */
export function toCrashIntent(at: number, symbols: readonly string[], deadline: number): SizedIntent {
  const id = orderIdOf(at)
  return {
    id,
    account: crashAccount.account,
    strategy: 'test',
    signalId: signalOf(at),
    class: 'open',
    symbol: symbols[at % symbols.length] ?? '',
    side: Math.floor(at / symbols.length) % 2 === 0 ? 'buy' : 'sell',
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

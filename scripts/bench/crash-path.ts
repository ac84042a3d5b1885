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
import { openGate } from './fetch-market.ts'
import { openShareGate } from './share-gate.ts'

/** The account of a crash run, as Redis knows it; the venue knows it by the key `one`. */
const account = 'main'

/** What is traded in a crash run: a small order of it, in contracts, is `size`. */
export interface CrashSymbol {
  readonly symbol: string
  readonly size: string
  readonly contractSize: string
  readonly quote: string
}

/** Where a crash run trades. */
export interface CrashPlace {
  readonly venue: string
  readonly url: string
  /** venue ms between two orders of one process; where told, four processes keep to the account's limits together */
  readonly orderPauseMs: number | undefined
}

/** How long an intent of a crash run may wait to be sent, venue ms. */
export const deadlineMs = 5_000

/** What the library's path to the venue works with, and what is asked of the account itself. */
export interface CrashPath extends OrderPath {
  readonly fetchPosition: (symbol: string) => Promise<HeldAt>
  close(): Promise<void>
}

const processes = 4

/** The path to the account one:first of a venue, on a clock that knows it; `symbols` are the ones it trades. */
export async function openCrashPath(
  hub: Hub,
  { venue, url, orderPauseMs }: CrashPlace,
  clock: Clock,
  symbols: readonly CrashSymbol[],
): Promise<CrashPath> {
  const options = {
    url,
    localAddress: '',
    proxy: '',
    // The run asks how often things are sent, not how fast they may be.
    gate: orderPauseMs === undefined ? openGate : openShareGate(1 / processes, clock),
    account,
    keys: closeKeys('one', 'first', 'crash'),
    clock,
  }
  const exchange = await openOrderExchange(venue, options)
  const reader = await openAccountExchange(venue, options)
  const durability = await openDurability(hub)
  return {
    hub: { ...hub, clock },
    of: { venue, account },
    exchange,
    durability,
    call: (run) => run(),
    moneyTerms(symbol) {
      const terms = symbols.find((each) => each.symbol === symbol)
      if (terms === undefined) throw new Error(`${symbol} is not traded here`)
      return terms
    },
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
  return clientOrderIdOf(account, 'test', signalOf(at))
}

/** A small market order; symbols take turns, and so do the sides, so that positions stay what they are. */
export function toCrashIntent(at: number, symbols: readonly CrashSymbol[], deadline: number): SizedIntent {
  const id = orderIdOf(at)
  const { symbol = '', size = '' } = symbols[at % symbols.length] ?? {}
  return {
    id,
    account,
    strategy: 'test',
    signalId: signalOf(at),
    class: 'open',
    symbol,
    side: Math.floor(at / symbols.length) % 2 === 0 ? 'buy' : 'sell',
    positionSide: 'both',
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    reduceOnly: false,
    price: undefined,
    slices: [{ clientOrderId: id, size }],
    deadline,
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { toIntent } from '../../lib/model/intent.ts'
import type { OrderIntent } from '../../lib/model/intent.ts'
import { followLiveAccount } from '../../lib/orders/live-account.ts'
import type { SimulatedVenue } from './simulated-venue.ts'

/** ms from just before an intent was handed on, for each. */
export interface Walks {
  /** until its order's request was in at the venue */
  readonly arrivedMs: number[]
  /** until the venue had filled it, by the venue's word */
  readonly filledMs: number[]
}

/** What the intents are of. */
export const benchSymbol = 'BTCUSDT'
/** Real ms between two intents at least: a third of the venue's 300 orders in 10 s, and no two under way at once. */
export const pauseMs = 70

const size = '0.002'
const filledWithinMs = 5_000
// The simulator keeps the last 4,096 arrivals, and stops arrive, too.
const arrivalsEvery = 200

/** Hands intents on one after the other, which open a position and close it again; `between` runs amid two of them. */
export async function measureWalks(
  { hub, of, venue }: { readonly hub: Hub; readonly of: AccountOf; readonly venue: SimulatedVenue },
  by: {
    readonly name: string
    readonly intents: number
    readonly signal: AbortSignal
    readonly between: () => Promise<void>
  },
  hand: (intent: OrderIntent) => Promise<unknown>,
): Promise<Walks> {
  const { name, intents, signal, between } = by
  const filled = new Map<string, number>()
  let denial: string | undefined
  const account = followLiveAccount(hub, of, ({ order, fills = [], denied }) => {
    if (order?.reason !== undefined && order.reason !== '') denial ??= order.reason
    for (const { orderId, time } of fills) filled.set(orderId, time)
    if (denied !== undefined) denial ??= denied.reason
  })
  const walks: Walks = { arrivedMs: [], filledMs: [] }
  const handedAt = new Map<string, number>()
  try {
    while (!account.isSynced()) await sleep(10, undefined, { signal })
    for (let at = 0; at < intents; at++) {
      const intent = intentAt(of, name, at)
      const begin = performance.timeOrigin + performance.now()
      handedAt.set(intent.id, begin)
      await hand(intent)
      const lateAt = Date.now() + filledWithinMs
      while (!filled.has(intent.id)) {
        if (denial !== undefined) throw new Error(`an intent was denied: ${denial}`)
        if (Date.now() > lateAt) throw new Error(`an order was not filled within ${filledWithinMs} ms`)
        await sleep(1, undefined, { signal })
      }
      // The venue's ms has begun when it tells it.
      walks.filledMs.push((filled.get(intent.id) ?? 0) - Math.floor(begin))
      const pause = (pauseMs * (1 + Math.random())) / 2
      await sleep(pause, undefined, { signal })
      await between()
      await sleep(pause, undefined, { signal })
      if (handedAt.size < arrivalsEvery && at < intents - 1) continue
      walks.arrivedMs.push(...(await readArrivals(venue, handedAt)))
      handedAt.clear()
    }
    return walks
  } finally {
    account.stop()
  }
}

function intentAt(of: AccountOf, name: string, at: number): OrderIntent {
  const isFirst = at % 2 === 0
  const intent = toIntent(
    {
      signalId: `${name}-${at}`,
      class: isFirst ? 'open' : 'reduce',
      symbol: benchSymbol,
      side: isFirst ? 'buy' : 'sell',
      type: 'market',
      size,
    },
    { ...of, strategy: 'bench', deadline: Date.now() + filledWithinMs },
  )
  if ('denied' in intent) throw new Error(intent.denied)
  return intent
}

/** ms until the one order of each intent was in at the venue. */
async function readArrivals(venue: SimulatedVenue, handedAt: ReadonlyMap<string, number>): Promise<number[]> {
  const arrivals = await venue.readArrivals('newClientOrderId=')
  const idOf = (text: string) => new URLSearchParams(text).get('newClientOrderId') ?? ''
  const arrivedAt = new Map(arrivals.map(({ at, text }) => [idOf(text), at]))
  return [...handedAt].map(([id, handed]) => {
    const arrived = arrivedAt.get(id)
    if (arrived === undefined) throw new Error(`no request for order ${id} was seen at the venue`)
    return arrived - handed
  })
}

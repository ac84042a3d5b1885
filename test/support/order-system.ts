import { startHeartbeat } from '../../lib/hub/heartbeats.ts'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { toIntent } from '../../lib/model/intent.ts'
import type { AskedOrder, OrderIntent } from '../../lib/model/intent.ts'
import { readAccountSight } from '../../lib/orders/account-sight.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { handIntent, openIntentQueue } from '../../lib/orders/intent-queue.ts'
import type { IntentQueue } from '../../lib/orders/intent-queue.ts'
import type { Denial, LiveEvent } from '../../lib/orders/live-account.ts'
import { followLiveAccount } from '../../lib/orders/live-account.ts'
import type { LiveAccount } from '../../lib/orders/live-account.ts'
import { readOrder } from '../../lib/orders/paper-orders.ts'
import type { Order } from '../../lib/model/order.ts'
import { keySettings } from './account-system.ts'
import type { Child } from './child.ts'
import { pollMarket } from './poll-market.ts'
import { lane } from './system.ts'
import type { System } from './system.ts'
import { until, untilFound } from './until.ts'

/** A system whose account takes orders, and somebody who wants some. */
export interface OrderSystem {
  readonly queue: IntentQueue
  readonly account: LiveAccount
  readonly denied: Map<string, Denial>
  /** hands an order in; gives its intent */
  want(asked: Partial<AskedOrder> & { signalId: string }, lifeMs?: number): Promise<OrderIntent>
  cancel(order: Order): Promise<void>
  /** the order, once it is as it should be */
  order(id: string, state: Order['state'], withinMs?: number): Promise<Order>
  /** why an intent was denied, once it was */
  denial(id: string, withinMs?: number): Promise<string>
  stop(): Promise<void>
}

// The income is asked for in a part of the address's minute, and may have to wait for the next.
const readyWithinMs = 75_000

const listedWithinMs = 20_000

/** The settings of an actor that sends orders. */
export const orderSettings = { ...keySettings, SLUICE_LIVE: 'true' }

/**
 * Starts what an account's orders need and is not there, but for the actor that sends them, and lets trading begin long
 * ago. Its intents are for `symbol`; where the account is followed already, no position actor is started.
 */
export async function openOrderSystem(
  system: System,
  {
    symbol = 'BTCUSDT',
    isFollowed = false,
  }: { readonly symbol?: string; readonly isFollowed?: boolean } = {},
): Promise<OrderSystem> {
  const { hub, of } = system
  const denied = new Map<string, Denial>()
  const isListed = async () => (await readInstruments(hub, of.venue)).size >= system.symbols
  await until('the venue is listed', isListed, listedWithinMs)
  const [stopMarket] = await Promise.all([
    system.isListed ? pollMarket(hub, of.venue, system.simulator) : startMarket(system),
    ...(isFollowed ? [] : [system.start('position', { ...keySettings, SLUICE_ACCOUNT_SHARE: '0.2' })]),
  ])
  await begin(system)
  const stopPolling = system.klines.length === 0 ? pollAsKlines(system) : () => {}
  const queue = openIntentQueue(hub, of)
  const account = followLiveAccount(hub, of, ({ denied: each }: LiveEvent) => {
    if (each !== undefined) denied.set(each.id, each)
  })
  const strategy = 'test'
  return {
    queue,
    account,
    denied,
    async want({ signalId, ...asked }, lifeMs = 5_000) {
      const whole: AskedOrder = { signalId, symbol, class: 'open', side: 'buy', type: 'market', ...asked }
      const sized =
        whole.size === undefined && whole.notional === undefined ? { ...whole, notional: 200 } : whole
      const deadline = system.simulator.now() + lifeMs
      const intent = toIntent(sized, { account: of.account, strategy, deadline })
      if ('denied' in intent) throw new Error(intent.denied)
      await handIntent(queue, intent)
      return intent
    },
    async cancel({ id, symbol: orderSymbol }) {
      const signalId = `cancel ${id}`
      await handIntent(queue, {
        id: clientOrderIdOf(of.account, strategy, signalId),
        account: of.account,
        strategy,
        signalId,
        symbol: orderSymbol,
        deadline: system.simulator.now() + 5_000,
        class: 'cancel',
        target: id,
      })
    },
    order: (id, state, withinMs = 10_000) => {
      let last = ''
      return untilFound(
        `order ${id} is ${state}`,
        async () => {
          const order = await readOrder(hub, of, id)
          const why = denied.get(id)?.reason
          if (why !== undefined) throw new Error(`it was denied: ${why}`)
          last = order?.state ?? 'not known'
          // That it is filled may be known before its trades are.
          const isWhole = state !== 'filled' || order?.filledNotional !== '0'
          return order?.state === state && isWhole ? order : undefined
        },
        withinMs,
        () => `it is ${last}`,
      )
    },
    denial: (id, withinMs = 10_000) =>
      untilFound(`intent ${id} is denied`, async () => denied.get(id)?.reason, withinMs),
    async stop() {
      stopPolling()
      await stopMarket()
      account.stop()
      await queue.close()
    },
  }
}

/** Starts the actor that sends orders, and waits until orders could be opened. */
export async function startOrders(
  system: System,
  settings: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const { hub, of } = system
  const child = await system.start('order', { ...orderSettings, ...settings })
  const instruments = await followInstruments(hub, of.venue)
  try {
    let lacks = ''
    const isReady = async () => {
      system.requireAlive()
      const sight = await readAccountSight(hub, of, instruments)
      const { problem, equity, maintenance, incomeAt, orderBeatAgeMs } = sight
      lacks = JSON.stringify({
        problem,
        equity,
        maintenance,
        incomeAt,
        orderBeatAgeMs,
        marks: sight.marks.size,
      })
      return (
        sight.problem === undefined &&
        sight.equity !== undefined &&
        sight.maintenance !== undefined &&
        sight.incomeAt !== undefined &&
        sight.marks.size >= system.symbols &&
        sight.orderBeatAgeMs !== undefined
      )
    }
    await until('orders could be opened', isReady, readyWithinMs, () => lacks)
  } finally {
    instruments.stop()
  }
  return child
}

/** A risk actor's sign of life, where none is wanted; the function given back ends it. */
export function beatAsRisk({ hub, of }: System): () => Promise<void> {
  return startHeartbeat(hub.redis, hub.keys, 'risk:test:1', () => ({ venue: of.venue, account: of.account }))
}

/** Starts the actors of tickers and marks that are not there; they end with the system. */
async function startMarket(system: System): Promise<() => Promise<void>> {
  await Promise.all([
    ...(system.tickers.length === 0 ? [system.start('ticker')] : []),
    ...(system.marks.length === 0 ? [system.start('mark')] : []),
  ])
  return () => Promise.resolve()
}

// Orders are denied where candles are old. Where nobody fetches any, they are said to be polled every second.
function pollAsKlines({ hub, simulator, of: { venue } }: System): () => void {
  const { redis, keys } = hub
  const poll = async () => {
    const symbols = [...(await readInstruments(hub, venue)).keys()]
    const now = simulator.now()
    if (symbols.length === 0) return
    await redis.hset(keys.polls(venue, lane.interval), Object.fromEntries(symbols.map((each) => [each, now])))
  }
  // A Redis that is away is said so by what the test waits for.
  const timer = setInterval(() => void poll().catch(() => {}), 1_000)
  return () => clearInterval(timer)
}

// Trading that began long ago: nobody looks intents up.
async function begin({ hub, of }: System): Promise<void> {
  await writeTradingState(hub, of, 'active', 'the test begins')
  await hub.redis.set(hub.keys.tradingEpoch(of.venue, of.account), 1)
}

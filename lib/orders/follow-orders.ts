import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import type { Hub } from '../hub/hub.ts'
import { blockingOptions } from '../hub/redis.ts'
import { describeError } from '../model/errors.ts'
import { isTerminal } from '../model/order.ts'
import type { Order } from '../model/order.ts'
import { readOrders } from './paper-orders.ts'
import type { AccountOf } from './paper-orders.ts'

/** The open orders of an account as this process knows them. */
export interface FollowedOrders {
  readonly of: AccountOf
  /** everything that changed is known; false while Redis is away */
  isSynced(): boolean
  /** by submission */
  openOrders(): Iterable<Order>
  openOrder(id: string): Order | undefined
  /** takes in what is newer than what is known of an order */
  applyOrder(order: Order): void
  /** something in Redis is not as it was thought to be: read everything again */
  reload(): void
  stop(): void
}

/** What whoever follows an account keeps besides its orders. */
export interface FollowParts<E> {
  /** reads it whole; what it gives makes it known, unless something was read later */
  readonly load: () => Promise<() => void>
  /** one message of the account's channel, told after the orders in it were taken in */
  readonly onEvent: (event: E) => void
}

// Real ms.
const retryMs = 100
const pingEveryMs = 1_000
const mostOrders = 100_000
const rememberedEnds = 10_000
// What is heard while everything is read; more, and it is read again.
const mostHeard = 10_000

/**
 * Follows the orders of an account: everything that its channel tells, newest wins by revision, and everything read
 * again whenever the connection was lost.
 */
export function followOrders<E extends { readonly order?: Order }>(
  hub: Hub,
  of: AccountOf,
  parts: FollowParts<E>,
): FollowedOrders {
  const orders = new Map<string, Order>()
  // The channel tells late what this process has recorded itself: what has ended must not come back by it.
  const ended = new LRUCache<string, true>({ max: rememberedEnds })
  let state: 'away' | 'loading' | 'synced' = 'away'
  let attempt = 0
  let stopped = false
  let heardWhileLoading: E[] = []
  const subscriber = new Redis({
    ...blockingOptions(hub.endpoint, `orders ${of.account}`),
    autoResubscribe: false,
    lazyConnect: true,
  })

  function applyOrder(order: Order): void {
    if (ended.has(order.id) || (orders.get(order.id)?.revision ?? -1) >= order.revision) return
    if (!isTerminal(order.state)) return void orders.set(order.id, order)
    orders.delete(order.id)
    ended.set(order.id, true)
  }

  async function load(mine: number): Promise<void> {
    try {
      const [open, keep] = await Promise.all([readOrders(hub, of, 'open', mostOrders), parts.load()])
      if (mine !== attempt || stopped) return
      keep()
      orders.clear()
      ended.clear()
      for (const order of open) applyOrder(order)
      const heard = heardWhileLoading
      heardWhileLoading = []
      state = 'synced'
      for (const event of heard) take(event)
      hub.log.debug({ ...of, open: orders.size }, 'the account is read')
    } catch (error) {
      hub.log.debug({ error: describeError(error) }, 'the account was not read')
      setTimeout(() => void (mine === attempt && !stopped && load(mine)), retryMs)
    }
  }

  function take(event: E): void {
    if (event.order !== undefined) applyOrder(event.order)
    parts.onEvent(event)
  }

  function begin(): void {
    state = 'loading'
    heardWhileLoading = []
    void load(++attempt)
  }

  subscriber.on('message', (_channel, text) => {
    const event = JSON.parse(text) as E
    if (state !== 'loading') return take(event)
    heardWhileLoading.push(event)
    if (heardWhileLoading.length > mostHeard) begin()
  })
  subscriber.on('ready', () => {
    subscriber.subscribe(hub.keys.accountFeed(of.venue, of.account)).then(begin, () => {})
  })
  subscriber.on('close', () => {
    state = 'away'
    attempt += 1
  })
  subscriber.on('error', () => {})
  subscriber.connect().catch(() => {})
  // Bounds the wait of a half-open connection: an answer must come within the socket's timeout.
  const ping = setInterval(() => {
    if (subscriber.status === 'ready') subscriber.ping().catch(() => {})
  }, pingEveryMs)

  return {
    of,
    isSynced: () => state === 'synced',
    openOrders: () => orders.values(),
    openOrder: (id) => orders.get(id),
    applyOrder,
    reload: begin,
    stop() {
      stopped = true
      clearInterval(ping)
      subscriber.disconnect()
    },
  }
}

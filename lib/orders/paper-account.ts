import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import type { Hub } from '../hub/hub.ts'
import { blockingOptions } from '../hub/redis.ts'
import { describeError } from '../model/errors.ts'
import { isTerminal } from '../model/order.ts'
import type { Fill, Order } from '../model/order.ts'
import { flatPosition } from '../model/position.ts'
import type { Position } from '../model/position.ts'
import { partField, readOrders, readPositions, toStored } from './paper-orders.ts'
import type { AccountEvent, AccountOf, StoredPosition } from './paper-orders.ts'

/** A paper account as this process knows it. */
export interface PaperAccount {
  readonly of: AccountOf
  /** everything that changed is known; false while Redis is away */
  isSynced(): boolean
  /** by submission */
  openOrders(): Iterable<Order>
  openOrder(id: string): Order | undefined
  position(symbol: string): StoredPosition
  part(strategy: string, symbol: string): StoredPosition
  /** symbols with a position */
  held(): string[]
  /** `STRATEGY/SYMBOL` of the parts of a symbol's position */
  partsOf(symbol: string): string[]
  /** takes in what this process has recorded itself */
  apply(event: AccountEvent): void
  /** something in Redis is not as it was thought to be: read everything again */
  reload(): void
  stop(): void
}

// Real ms.
const retryMs = 100
const pingEveryMs = 1_000
const mostOrders = 100_000
const rememberedEnds = 10_000

/**
 * Follows an account: everything that its channel tells, newest wins by revision, and everything read again
 * whenever the connection was lost. `onFill` is called once for each fill that the channel tells.
 */
export function followPaperAccount(hub: Hub, of: AccountOf, onFill: (fill: Fill) => void): PaperAccount {
  const orders = new Map<string, Order>()
  // The channel tells late what this process has recorded itself: what has ended must not come back by it.
  const ended = new LRUCache<string, true>({ max: rememberedEnds })
  let positions = new Map<string, StoredPosition>()
  let parts = new Map<string, StoredPosition>()
  let state: 'away' | 'loading' | 'synced' = 'away'
  let attempt = 0
  let stopped = false
  let heardWhileLoading: AccountEvent[] = []
  const subscriber = new Redis({
    ...blockingOptions(hub.endpoint, `account ${of.account}`),
    autoResubscribe: false,
    lazyConnect: true,
  })

  function apply({ order, position, parts: changed }: AccountEvent): void {
    if (order !== undefined) applyOrder(order)
    if (position !== undefined) keepNewer(positions, (JSON.parse(position) as Position).symbol, position)
    for (const [field, text] of Object.entries(changed ?? {})) keepNewer(parts, field, text)
  }

  function applyOrder(order: Order): void {
    if (ended.has(order.id) || (orders.get(order.id)?.revision ?? -1) >= order.revision) return
    if (!isTerminal(order.state)) return void orders.set(order.id, order)
    orders.delete(order.id)
    ended.set(order.id, true)
  }

  async function load(mine: number): Promise<void> {
    try {
      const [open, stored] = await Promise.all([
        readOrders(hub, of, 'open', mostOrders),
        readPositions(hub, of),
      ])
      if (mine !== attempt || stopped) return
      positions = stored.positions
      parts = stored.parts
      orders.clear()
      ended.clear()
      for (const order of open) applyOrder(order)
      const heard = heardWhileLoading
      heardWhileLoading = []
      state = 'synced'
      for (const event of heard) take(event)
      hub.log.debug({ ...of, open: orders.size, positions: positions.size }, 'the paper account is read')
    } catch (error) {
      hub.log.debug({ error: describeError(error) }, 'the paper account was not read')
      setTimeout(() => void (mine === attempt && !stopped && load(mine)), retryMs)
    }
  }

  function take(event: AccountEvent): void {
    apply(event)
    if (event.fill !== undefined) onFill(event.fill)
  }

  function begin(): void {
    state = 'loading'
    heardWhileLoading = []
    void load(++attempt)
  }

  subscriber.on('message', (_channel, text) => {
    const event = JSON.parse(text) as AccountEvent
    if (state === 'loading') heardWhileLoading.push(event)
    else take(event)
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
    position: (symbol) => positions.get(symbol) ?? none(symbol),
    part: (strategy, symbol) => parts.get(partField(strategy, symbol)) ?? none(symbol),
    held: () => [...positions].flatMap(([symbol, { position }]) => (position.size === '0' ? [] : [symbol])),
    partsOf: (symbol) =>
      [...parts].flatMap(([field, { position }]) => (position.symbol === symbol ? [field] : [])),
    apply,
    reload: begin,
    stop() {
      stopped = true
      clearInterval(ping)
      subscriber.disconnect()
    },
  }
}

function keepNewer(stored: Map<string, StoredPosition>, name: string, text: string): void {
  const next = toStored(text)
  const known = stored.get(name)
  if (known === undefined || known.position.revision < next.position.revision) stored.set(name, next)
}

function none(symbol: string): StoredPosition {
  return { text: '', position: flatPosition(symbol) }
}

import { LRUCache } from 'lru-cache'
import type { AccountExchange } from '../../lib/exchange/account-exchange.ts'
import { add } from '../../lib/model/decimal.ts'
import { lacksTrades } from '../../lib/model/live-order.ts'
import type { LiveOrder } from '../../lib/model/live-order.ts'
import type { HeldAt } from '../../lib/orders/judge-absence.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { settleClaims } from '../../lib/orders/settle-claims.ts'
import { keepLooking } from './keep-looking.ts'

/** Claims being brought to their end, whoever made them. */
export interface Settling {
  /** claims that go on, as the last look found them */
  open(): number
  stop(): Promise<void>
}

// Market ms, and the real ms at least: what the stream has lost is asked for.
const askEveryMs = { market: 30_000, least: 2_000 } as const
// Real ms.
const lookEveryMs = 400
const askWithoutStreamMs = 2_000
const tradesMs = 1_000
const mostOrders = 10_000

/** Looks at every claim that goes on again and again, while `leads`; the stream, when it is there, saves most questions. */
export function keepSettled(
  desk: OrderDesk,
  account: AccountExchange,
  by: { readonly leads: () => boolean; readonly isStreaming: () => boolean },
): Settling {
  const { path } = desk
  const { hub, of } = path
  const askedAt = new LRUCache<string, number>({ max: mostOrders })
  const listeningMs = Math.max(askEveryMs.least, hub.clock.toRealMs(askEveryMs.market))
  let asked: ReadonlySet<string> = new Set()
  let open = 0

  // What the stream tells within a moment need not be asked for.
  function mustAsk(order: LiveOrder): boolean {
    const { id } = order
    const now = Date.now()
    const everyMs = lacksTrades(order) ? tradesMs : by.isStreaming() ? listeningMs : askWithoutStreamMs
    const last = askedAt.get(id)
    if (last === undefined && by.isStreaming()) askedAt.set(id, now)
    const isDue = now - (last ?? (by.isStreaming() ? now : 0)) >= everyMs
    if (!asked.has(id) && !isDue) return false
    askedAt.set(id, now)
    return true
  }

  async function fetchPosition(symbol: string): Promise<HeldAt> {
    const { positions } = await path.call(() => account.fetchPosition(symbol))
    return {
      size: add('0', ...positions.map(({ size }) => size)),
      time: Math.max(0, ...positions.map(({ time }) => time ?? 0)),
    }
  }

  async function positionTime(symbol: string): Promise<number | undefined> {
    const key = hub.keys.positions(of.venue, of.account)
    const texts = await hub.redis.hmget(key, ...['both', 'long', 'short'].map((side) => `${symbol}/${side}`))
    const times = texts.flatMap((text) => (text === null ? [] : (JSON.parse(text) as HeldAt).time))
    return times.length === 0 ? undefined : Math.max(...times)
  }

  async function look(): Promise<void> {
    if (!by.leads()) return
    asked = desk.takeAsked()
    open = await settleClaims({
      ...path,
      fetchPosition,
      positionTime,
      isSending: (id) => desk.isSending(id),
      mustAsk,
    })
  }
  const looking = keepLooking(hub, { what: 'claims were not settled', everyMs: lookEveryMs }, look)

  return {
    open: () => open,
    stop: () => looking.stop(),
  }
}

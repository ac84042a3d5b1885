import { LRUCache } from 'lru-cache'
import type { Hub } from '../hub/hub.ts'
import type { Market } from '../market/follow-market.ts'
import { clientOrderIdOf } from '../model/client-order-id.ts'
import { describeError } from '../model/errors.ts'
import { toIntent } from '../model/intent.ts'
import type { Intent, OrderIntent } from '../model/intent.ts'
import { lacksTrades } from '../model/live-order.ts'
import type { LiveOrder } from '../model/live-order.ts'
import { isTerminal } from '../model/order.ts'
import type { Order } from '../model/order.ts'
import type { Denial, LiveAccount, LiveEvent } from './live-account.ts'
import type { CancelOutcome, OrderPort, OrderRequest, SubmitOutcome } from './order-port.ts'
import { noRisk } from './trader-sight.ts'
import type { AccountSight } from './trader-sight.ts'

/** What a port to the venue works with. */
export interface LivePortOptions {
  readonly strategy: string
  readonly market: Market
  readonly account: LiveAccount
  readonly sight: AccountSight
  /** market ms after which quotes are too old to take a risk on */
  readonly staleAfterMs: number
  /** market ms after which an intent that was not sent is sent no more */
  readonly intentLifeMs: number
  /** gives an intent to whoever sends orders; it may have it also when this fails */
  readonly hand: (intent: Intent) => Promise<void>
  readonly onDenied: (of: Pick<OrderRequest, 'symbol' | 'signalId'>, reason: string) => void
}

/** One strategy's way to the venue. */
export interface LivePort extends OrderPort {
  submitted(): number
  /** takes in what the account's channel tells */
  onEvent(event: LiveEvent): void
  stop(): void
}

const rememberedSignals = 10_000
// More at once is a strategy gone wild.
const mostUnderWay = 1_000
// Real ms beyond an intent's life in which word of it may still be on its way.
const wordMs = 5_000
// Real ms in which the trades of an order that has ended are heard, or asked for by whoever sends orders.
const tradesMs = 60_000
const lookEveryMs = 500

interface UnderWay {
  readonly order: Order
  readonly until: number
}

/** A strategy's way to the venue: what it wants is handed on as intents, and the account tells what becomes of them. */
export function openLivePort(hub: Hub, options: LivePortOptions): LivePort {
  const { strategy, market, account, hand, intentLifeMs } = options
  const used = new LRUCache<string, true>({ max: rememberedSignals })
  const underWay = new Map<string, UnderWay>()
  // Order -> market time at which its end was asked for; a cancel that came to nothing may be asked for again.
  const cancelled = new LRUCache<string, number>({ max: rememberedSignals })
  let submitted = 0

  const now = () => Math.trunc(hub.clock.now())
  const own = { account: account.of.account, strategy }

  async function submit(request: OrderRequest): Promise<SubmitOutcome> {
    const id = clientOrderIdOf(own.account, strategy, request.signalId)
    if (used.has(id)) return { outcome: 'accepted', id, isNew: false }
    const at = now()
    const intent = toIntent(request, { ...own, deadline: at + intentLifeMs })
    const reason = 'denied' in intent ? intent.denied : deny(intent, at)
    if (reason !== undefined || 'denied' in intent) {
      options.onDenied(request, reason ?? '')
      return { outcome: 'denied', reason: reason ?? '' }
    }
    used.set(id, true)
    underWay.set(id, { order: toOrder(intent, at), until: intent.deadline + wordMs * hub.clock.rate })
    try {
      await hand(intent)
      submitted += 1
      const { symbol, side, signalId } = intent
      hub.log.info({ id, signalId, symbol, side, size: intent.size, price: intent.price }, 'live order')
      return { outcome: 'accepted', id, isNew: true }
    } catch (error) {
      // Handed in again it is the same intent, which whoever has it sends once.
      used.delete(id)
      return { outcome: 'unknown', id, reason: describeError(error) }
    }
  }

  function deny({ class: intentClass, symbol }: OrderIntent, at: number): string | undefined {
    if (underWay.size >= mostUnderWay) return `${mostUnderWay} intents are under way`
    if (intentClass !== 'open') return undefined
    return noRisk(market, options.sight, symbol, { now: at, staleAfterMs: options.staleAfterMs })
  }

  async function cancel(id: string): Promise<CancelOutcome> {
    const order = account.openOrder(id)
    if (order === undefined || order.strategy !== strategy)
      return { outcome: 'denied', reason: 'no open order of this strategy has this id' }
    if (isCancelled(id)) return { outcome: 'accepted' }
    const at = now()
    const signalId = `cancel ${id} ${at}`
    const intentId = clientOrderIdOf(own.account, strategy, signalId)
    cancelled.set(id, at)
    const asked = { ...own, id: intentId, signalId, symbol: order.symbol, deadline: at + intentLifeMs }
    try {
      await hand({ ...asked, class: 'cancel', target: id })
      return { outcome: 'accepted' }
    } catch (error) {
      cancelled.delete(id)
      return { outcome: 'unknown', reason: describeError(error) }
    }
  }

  function isCancelled(id: string): boolean {
    const at = cancelled.get(id)
    return at !== undefined && now() - at < intentLifeMs
  }

  /** One that has ended counts as open until all its trades are told: it would be neither open nor held in between. */
  function onOrder(order: LiveOrder): void {
    const goesOn = order.strategy === strategy && isTerminal(order.state) && lacksTrades(order)
    if (goesOn) underWay.set(order.id, { order, until: now() + tradesMs * hub.clock.rate })
    else underWay.delete(order.id)
  }

  function onDenial({ id, strategy: by, ...denial }: Denial): void {
    if (by !== strategy) return
    underWay.delete(id)
    options.onDenied(denial, denial.reason)
  }

  // Real ms. What nobody told of in time is forgotten here; if it comes after all, it is an order of the account.
  const timer = setInterval(() => {
    for (const [id, { until }] of underWay) if (now() > until) underWay.delete(id)
  }, lookEveryMs)

  return {
    submit,
    cancel,
    open(symbol) {
      const mine = (order: Order) =>
        order.strategy === strategy && (symbol === undefined || order.symbol === symbol)
      const open = [...account.openOrders()].filter(mine)
      const waiting = [...underWay.values()]
        .map(({ order }) => order)
        .filter((order) => mine(order) && account.openOrder(order.id) === undefined)
      return [...open, ...waiting].map((order) =>
        isCancelled(order.id) ? { ...order, cancelAt: cancelled.get(order.id) } : order,
      )
    },
    submitted: () => submitted,
    onEvent({ order, denied }) {
      if (order !== undefined) onOrder(order)
      if (denied !== undefined) onDenial(denied)
    },
    stop: () => clearInterval(timer),
  }
}

/** An intent as the order that it will be. */
function toOrder(intent: OrderIntent, at: number): Order {
  return {
    ...intent,
    size: intent.size ?? '0',
    state: 'pending',
    filled: '0',
    filledNotional: '0',
    fees: '0',
    reason: '',
    submittedAt: at,
    activeAt: at,
    cancelAt: undefined,
    time: at,
    revision: 0,
  }
}

import { LRUCache } from 'lru-cache'
import type { Hub } from '../hub/hub.ts'
import type { Market } from '../market/follow-market.ts'
import { clientOrderIdOf } from '../model/client-order-id.ts'
import { describeError } from '../model/errors.ts'
import type { InstrumentOf } from '../model/instrument.ts'
import { isTerminal } from '../model/order.ts'
import type { Order } from '../model/order.ts'
import { checkRequest } from './check-request.ts'
import type { CancelOutcome, OrderPort, OrderRequest, SubmitOutcome } from './order-port.ts'
import type { PaperAccount } from './paper-account.ts'
import { changeOrder, placeOrder, readOrder } from './paper-orders.ts'
import { noRisk, quoteOf } from './trader-sight.ts'

/** What a port works with. */
export interface PaperPortOptions {
  readonly strategy: string
  readonly market: Market
  readonly account: PaperAccount
  readonly instrument: InstrumentOf
  /** market ms between a request and the book */
  readonly latencyMs: number
  /** market ms after which quotes are too old to take a risk on */
  readonly staleAfterMs: number
  /** why nothing may be opened in a symbol because of the account at the venue; absent where there is none */
  readonly notReady?: ((symbol: string) => string | undefined) | undefined
  readonly onDenied: (request: OrderRequest, reason: string) => void
}

// Signals that were used lately are answered without asking Redis; older ones are known there.
const rememberedSignals = 10_000
const mostTries = 3

/** One strategy's way to paper orders. */
export function openPaperPort(hub: Hub, options: PaperPortOptions): OrderPort & { submitted(): number } {
  const { strategy, market, account, instrument, latencyMs, staleAfterMs } = options
  const notReady = options.notReady ?? (() => undefined)
  const used = new LRUCache<string, true>({ max: rememberedSignals })
  const submitting = new Map<string, Order>()
  let submitted = 0

  async function submit(request: OrderRequest): Promise<SubmitOutcome> {
    const id = clientOrderIdOf(account.of.account, strategy, request.signalId)
    if (used.has(id)) return { outcome: 'accepted', id, isNew: false }
    const { symbol, signalId } = request
    const now = Math.trunc(hub.clock.now())
    const held = account.position(symbol).position.size
    const terms = checkRequest(request, {
      instrument: instrument(symbol),
      quote: quoteOf(market, symbol),
      noRisk: noRisk(market, { isSynced: () => account.isSynced(), notReady }, symbol, { now, staleAfterMs }),
      held,
    })
    if ('denied' in terms) {
      options.onDenied(request, terms.denied)
      return { outcome: 'denied', reason: terms.denied }
    }
    const order: Order = {
      id,
      account: account.of.account,
      strategy,
      signalId,
      class: request.class,
      symbol,
      ...terms,
      state: 'pending',
      filled: '0',
      filledNotional: '0',
      fees: '0',
      reason: '',
      submittedAt: now,
      activeAt: now + latencyMs,
      cancelAt: undefined,
      time: now,
      revision: 1,
    }
    used.set(id, true)
    submitting.set(id, order)
    try {
      const isNew = await placeOrder(hub, account.of, order)
      if (isNew) {
        account.apply({ order })
        submitted += 1
        const { side, size, price, type } = order
        hub.log.info({ id, signalId, symbol, side, size, price, type }, 'paper order')
      }
      return { outcome: 'accepted', id, isNew }
    } catch (error) {
      // The signal may be handed in again: if it has its order already, it gets no other.
      used.delete(id)
      return { outcome: 'unknown', id, reason: describeError(error) }
    } finally {
      submitting.delete(id)
    }
  }

  async function cancel(id: string): Promise<CancelOutcome> {
    try {
      for (let tries = 0; tries < mostTries; tries++) {
        const order =
          tries === 0
            ? (account.openOrder(id) ?? (await readOrder(hub, account.of, id)))
            : await readOrder(hub, account.of, id)
        if (order === undefined || order.strategy !== strategy)
          return { outcome: 'denied', reason: 'no such order of this strategy' }
        if (isTerminal(order.state)) return { outcome: 'denied', reason: `the order is ${order.state}` }
        if (order.cancelAt !== undefined) return { outcome: 'accepted' }
        const time = Math.trunc(hub.clock.now())
        const next: Order = { ...order, cancelAt: time + latencyMs, time, revision: order.revision + 1 }
        if (!(await changeOrder(hub, account.of, next, order.revision))) continue
        account.apply({ order: next })
        return { outcome: 'accepted' }
      }
      return { outcome: 'denied', reason: 'the order keeps changing' }
    } catch (error) {
      return { outcome: 'unknown', reason: describeError(error) }
    }
  }

  return {
    submit,
    cancel,
    open(symbol) {
      const mine = (order: Order) =>
        order.strategy === strategy && (symbol === undefined || order.symbol === symbol)
      const open = [...account.openOrders()].filter(mine)
      for (const order of submitting.values())
        if (mine(order) && account.openOrder(order.id) === undefined) open.push(order)
      return open
    },
    submitted: () => submitted,
  }
}

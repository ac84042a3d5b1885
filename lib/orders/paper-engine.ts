import { standForLeader } from '../hub/lease.ts'
import type { Hub } from '../hub/hub.ts'
import type { Market } from '../market/follow-market.ts'
import { add, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { describeError } from '../model/errors.ts'
import type { InstrumentOf } from '../model/instrument.ts'
import { isTerminal } from '../model/order.ts'
import type { Fill, Order } from '../model/order.ts'
import { applyFill } from '../model/position.ts'
import { DisplayedSizes } from './displayed-sizes.ts'
import { judgePaperOrder } from './match-paper-order.ts'
import type { PaperStep } from './match-paper-order.ts'
import type { PaperAccount } from './paper-account.ts'
import { changeOrder, partField, recordFill } from './paper-orders.ts'
import { volumeThrough, watchFrom } from './trade-evidence.ts'
import type { WatchedFrom } from './trade-evidence.ts'

/**
 * Fills the paper orders of an account from what the market shows; of all traders on it, one at a time does.
 */
export interface PaperEngine {
  readonly token: string
  readonly isLeader: () => boolean
  /** fills that this process recorded */
  fills(): number
  stop(): Promise<void>
}

/** What an engine works with. */
export interface PaperEngineOptions {
  readonly market: Market
  readonly account: PaperAccount
  readonly instrument: InstrumentOf
  /** fractions of the notional */
  readonly makerFee: Decimal
  readonly takerFee: Decimal
}

type FillStep = Extract<PaperStep, { step: 'fill' }>

// Real ms between two looks at the open orders: short beside the time between two polls of a symbol.
const lookEveryMs = 20

/** Starts an engine; it does nothing while another trader's holds the lease, or Redis is away. */
export function runPaperEngine(hub: Hub, options: PaperEngineOptions): PaperEngine {
  const { market, account, instrument } = options
  const { ledger } = market
  const rings = ledger.candles(ledger.intervals()[0] ?? '1m')
  const sizes = new DisplayedSizes(ledger)
  const watched = new Map<string, WatchedFrom>()
  // A position takes one change at a time, so what this process has under way is held by symbol.
  const underWay = new Map<string, Promise<void>>()
  let fills = 0

  const lease = hub.keys.accountLease(account.of.venue, account.of.account, 'paper')
  const leadership = standForLeader(hub, lease, (leads) => {
    hub.log.info(
      { ...account.of },
      leads ? 'this trader fills the paper orders' : "the paper orders are another trader's to fill",
    )
  })

  function look(): void {
    if (!leadership.isLeader() || !account.isSynced() || !market.isLive()) return
    for (const order of account.openOrders()) {
      if (underWay.has(order.symbol)) continue
      const step = judge(order)
      if (step === undefined) continue
      const work = carryOut(order, step).catch((error: unknown) => {
        // It may have been recorded or not; what Redis says, once it answers again, is what was.
        hub.log.debug(
          { id: order.id, error: describeError(error) },
          'a change of a paper order was not confirmed',
        )
        account.reload()
      })
      underWay.set(
        order.symbol,
        work.finally(() => underWay.delete(order.symbol)),
      )
    }
  }

  function judge(order: Order): PaperStep | undefined {
    const slot = ledger.slotOf(order.symbol)
    const { tickSize, lotSize, contractSize } = instrument(order.symbol) ?? {}
    if (slot < 0 || tickSize === undefined || lotSize === undefined || contractSize === undefined)
      return undefined
    const now = hub.clock.now()
    if (order.state === 'open' && !watched.has(order.id)) {
      const from = watchFrom(rings, slot, order.activeAt)
      if (from !== undefined) watched.set(order.id, from)
    }
    const { price, side, activeAt } = order
    return judgePaperOrder(order, {
      now,
      quote: sizes.quote(slot, now - ledger.quotesAgeMs(now)),
      tradedThrough:
        price === undefined || order.state === 'pending'
          ? 0
          : volumeThrough(rings, slot, { side, price, tickSize, activeAt }, watched.get(order.id)),
      candlesAsOf: rings.polledAt[slot] as number,
      held: account.position(order.symbol).position.size,
      tickSize,
      lotSize,
      contractSize,
    })
  }

  async function carryOut(order: Order, step: PaperStep): Promise<void> {
    const time = Math.trunc(hub.clock.now())
    const changed = { time, revision: order.revision + 1 }
    if (step.step === 'fill') return fill({ ...order, ...changed }, step, order.revision)
    const next: Order =
      step.step === 'rest'
        ? { ...order, ...changed, state: 'open' }
        : { ...order, ...changed, state: step.state, reason: step.reason }
    if (!(await changeOrder(hub, account.of, next, order.revision))) return account.reload()
    account.apply({ order: next })
    forgetIfEnded(next)
    const { id, symbol, side, state, reason } = next
    if (state !== 'open') hub.log.info({ id, symbol, side, reason }, `paper order ${state}`)
  }

  async function fill(order: Order, step: FillStep, revision: number): Promise<void> {
    const contractSize = instrument(order.symbol)?.contractSize
    if (contractSize === undefined) return
    const { size, price, liquidity } = step
    const { symbol, strategy, side, time } = order
    sizes.take(ledger.slotOf(symbol), side, Number(size))
    const notional = mul(size, contractSize, price)
    const fee = mul(notional, liquidity === 'maker' ? options.makerFee : options.takerFee)
    const before = account.position(symbol)
    const partBefore = account.part(strategy, symbol)
    const traded = { side, size, price, fee, time }
    const after = applyFill(before.position, traded, contractSize)
    const part = applyFill(partBefore.position, traded, contractSize)
    const realisedProfit = sub(after.realisedProfit, before.position.realisedProfit)
    const id = `${order.id}-${order.revision}`
    const told: Fill = {
      id,
      orderId: order.id,
      strategy,
      ...traded,
      symbol,
      notional,
      liquidity,
      realisedProfit,
    }
    const next: Order = {
      ...order,
      state: step.state,
      reason: step.reason,
      filled: add(order.filled, size),
      filledNotional: add(order.filledNotional, notional),
      fees: add(order.fees, fee),
    }
    const outcome = await recordFill(hub, account.of, leadership.token, {
      order: next,
      revision,
      fill: told,
      position: { before, after },
      part: { before: partBefore, after: part },
    })
    if (outcome === 'not ours') return leadership.lost()
    if (outcome === 'changed since') return account.reload()
    account.apply({
      order: next,
      position: JSON.stringify(after),
      parts: { [partField(strategy, symbol)]: JSON.stringify(part) },
    })
    forgetIfEnded(next)
    fills += 1
    hub.log.info(
      { symbol, side, size, price, liquidity, fee, realisedProfit, state: next.state },
      'paper fill',
    )
  }

  function forgetIfEnded(order: Order): void {
    if (isTerminal(order.state)) watched.delete(order.id)
  }

  const timer = setInterval(look, lookEveryMs)
  return {
    token: leadership.token,
    isLeader: () => leadership.isLeader(),
    fills: () => fills,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay.values())
      await leadership.stop()
    },
  }
}

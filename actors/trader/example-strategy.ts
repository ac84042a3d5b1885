import * as z from 'zod'
import { ConfigError } from '../../lib/model/errors.ts'
import type { Strategy, StrategyContext } from '../../lib/orders/strategy.ts'

const schema = z.strictObject({
  /** the fall within the minute, as a fraction of its open, that is bought */
  fall: z.number().gt(0).lt(1).default(0.01),
  /** the rise above the entry, as a fraction, that is sold */
  rise: z.number().gt(0).default(0.005),
  /** quote asset per purchase */
  notional: z.number().gt(0).default(100),
  /** market ms after which an order that has not filled is taken back */
  restMs: z.number().int().gt(0).default(60_000),
  /** orders per symbol and minute: one that would have taken is rejected, and the fall may go on */
  tries: z.number().int().min(1).max(100).default(5),
})

/**
 * Buys a symbol that has fallen more than 1 % below the open of the current minute and is not held, with a
 * maker order at the best bid, and sells it with a maker order at the best ask once the bid is 0.5 % above
 * the entry. An example of the interface, and no advice.
 */
export function strategy(told: Readonly<Record<string, unknown>>): Strategy {
  const options = schema.safeParse(told)
  if (!options.success) {
    const issue = options.error.issues[0]
    throw new ConfigError(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
  }
  const { fall, rise, notional, restMs, tries } = options.data
  const name = 'example'
  // Per slot: the minute of the last order, and how many there were in it.
  const triedIn = new Map<number, { openTime: number; count: number }>()

  function onChange(context: StrategyContext, slot: number): void {
    const { ledger, orders, positions } = context
    const rings = ledger.candles('1m')
    const at = rings.at(slot)
    const bid = ledger.bid[slot] as number
    if (at < 0 || bid === 0) return
    const symbol = ledger.symbols[slot]?.symbol ?? ''
    const openTime = rings.openTime[at] as number
    const held = positions.own(symbol)
    const entry = held?.size === '0' ? undefined : held?.entryPrice
    const open = rings.open[at] as number
    const hasFallen = (open - ledger.liveClose(rings, slot, at)) / open > fall
    if (!hasFallen && entry === undefined) return takeBack(context, symbol)
    if (orders.open(symbol).length > 0) return takeBack(context, symbol)
    const common = { symbol, type: 'limit', postOnly: true } as const
    if (entry === undefined) {
      const signalId = nextSignal(slot, symbol, openTime)
      if (signalId === undefined) return
      void orders.submit({ ...common, signalId, class: 'open', side: 'buy', notional, price: bid })
    } else if (held !== undefined && bid > Number(entry) * (1 + rise)) {
      const signalId = nextSignal(slot, symbol, openTime)
      if (signalId === undefined) return
      const price = ledger.ask[slot] as number
      void orders.submit({
        ...common,
        signalId: `${signalId}-sell`,
        class: 'reduce',
        side: 'sell',
        size: held.size,
        price,
      })
    }
  }

  // The same everywhere: several traders, or one that was started again, try together and not beside each
  // other.
  function nextSignal(slot: number, symbol: string, openTime: number): string | undefined {
    const before = triedIn.get(slot)
    const count = before?.openTime === openTime ? before.count + 1 : 1
    if (count > tries) return undefined
    triedIn.set(slot, { openTime, count })
    return count === 1 ? `${name}-${symbol}-${openTime}` : `${name}-${symbol}-${openTime}-${count}`
  }

  function takeBack({ orders, now }: StrategyContext, symbol: string): void {
    for (const order of orders.open(symbol)) {
      if (order.cancelAt === undefined && now() - order.submittedAt > restMs) void orders.cancel(order.id)
    }
  }

  return { name, intervals: ['1m'], onChange }
}

import type { Hub } from '../hub/hub.ts'
import type { FollowedInstruments } from '../market/follow-instruments.ts'
import { sliceId } from '../model/claim.ts'
import type { Claim, SizedIntent } from '../model/claim.ts'
import { abs, add } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { OrderIntent } from '../model/intent.ts'
import { decodeTicker } from '../model/ticker.ts'
import { toInterval } from '../model/timeframe.ts'
import { checkOrder } from '../risk/check-order.ts'
import type { RiskLimits } from '../risk/limits.ts'
import type { AccountFacts, Freshness, OrderFacts } from '../risk/order-facts.ts'
import { sizeOrder } from '../risk/size-order.ts'
import { slotsFor } from '../risk/stop-ladder.ts'
import type { Reservation } from '../../lua/claim-intent.ts'
import { isDisputed } from './account-sight.ts'
import type { AccountSight } from './account-sight.ts'

/** What an intent comes to: an order that may be claimed with these reservations, or why not. */
export type Judgement =
  | {
      readonly intent: SizedIntent
      readonly reservations: readonly Reservation[]
      readonly before: Claim['before']
    }
  | { readonly denied: string }

/** What intents are judged by besides the account. */
export interface JudgeParts {
  readonly hub: Hub
  readonly venue: string
  readonly instruments: FollowedInstruments
  readonly limits: RiskLimits
}

// The venue's limits on conditional orders, where it tells none with an instrument.
const mostStops = { ofSymbol: 10, ofAccount: 200 }

/** Cuts an intent to the venue's steps and holds it against everything that is known. */
export function judgeIntent(
  parts: JudgeParts,
  intent: OrderIntent,
  sight: AccountSight,
  market: MarketSight,
): Judgement {
  const { symbol, side } = intent
  const instrument = parts.instruments.of(symbol)
  if (instrument === undefined) return { denied: `no instrument ${symbol} is known` }
  if (intent.class === 'open') {
    if (sight.problem !== undefined) return { denied: sight.problem }
    if (isDisputed(sight, symbol)) return { denied: `the sources of the account differ on ${symbol}` }
  }
  const opposite = side === 'buy' ? market.ask : market.bid
  const held = heldOf(sight, intent)
  const sized = sizeOrder(intent, instrument, {
    reference: opposite ?? sight.marks.get(symbol)?.markPrice,
    ...(intent.reduceOnly && held.size !== '0' ? { most: abs(held.size) } : {}),
  })
  if ('denied' in sized) return sized
  const facts = toFacts(parts, intent, instrument, sight, { ...market, opposite, held })
  const verdict = checkOrder(
    { ...intent, price: sized.price, size: sized.size, slices: sized.slices.length },
    facts,
  )
  if (verdict.verdict === 'denied') return { denied: verdict.reason }
  const slices = sized.slices.map((size, at) => ({ clientOrderId: sliceId(intent.id, at), size }))
  // What was asked for stays in it beside what it comes to.
  const positions = positionsOf(sight, symbol)
  const before = {
    size: add('0', ...positions.map((position) => position.size)),
    time: Math.max(0, ...positions.map((position) => position.time ?? 0)),
  }
  return { intent: { ...intent, price: sized.price, slices }, reservations: verdict.reservations, before }
}

/** What is known of a symbol's market. */
export interface MarketSight {
  readonly bid: Decimal | undefined
  readonly ask: Decimal | undefined
  readonly polledAt: number | undefined
}

/** Reads it. */
export async function readMarketSight(
  { hub, venue }: Pick<JudgeParts, 'hub' | 'venue'>,
  symbol: string,
): Promise<MarketSight> {
  const { redis, keys, config } = hub
  const [ticker, polledAt] = await Promise.all([
    redis.hget(keys.tickers(venue), symbol),
    redis.hget(keys.polls(venue, toInterval(config.intervals[0] ?? '1m')), symbol),
  ])
  const quote = ticker === null ? undefined : decodeTicker(ticker)
  return { bid: quote?.bid, ask: quote?.ask, polledAt: polledAt === null ? undefined : Number(polledAt) }
}

function toFacts(
  { hub, limits }: JudgeParts,
  { symbol }: OrderIntent,
  instrument: Instrument,
  sight: AccountSight,
  market: MarketSight & { opposite: Decimal | undefined; held: AccountFacts['held'] },
): OrderFacts {
  const now = hub.clock.now()
  const mark = sight.marks.get(symbol)
  const ageOf = (time: number | undefined) =>
    time === undefined ? undefined : Math.max(0, Math.round(now - time))
  // Beats are told in real ms; those of this process come from its own clock.
  const freshness: Freshness = {
    markAgeMs: ageOf(mark?.time),
    marketAgeMs: ageOf(market.polledAt),
    accountAgeMs: ageOf(sight.confirmedAt),
    incomeAgeMs: ageOf(sight.incomeAt),
    riskBeatAgeMs: sight.riskBeatAgeMs,
    orderBeatAgeMs: sight.orderBeatAgeMs,
  }
  const perPosition = slotsFor(limits.rungs.length)
  const holders = [...sight.positions.values()].filter(({ size }) => size !== '0')
  return {
    now,
    limits,
    rules: {
      state: sight.state,
      symbolBan: sight.bans.get(symbol),
      accountBan: sight.bans.get('ALL'),
    },
    instrument,
    freshness,
    prices: { markPrice: mark?.markPrice, opposite: market.opposite, percentPrice: instrument.percentPrice },
    account: {
      equity: sight.equity,
      maintenance: sight.maintenance,
      gross: sight.exposure.gross,
      symbolNotional: sight.exposure.symbols.has(symbol) ? sight.exposure.symbols.get(symbol) : '0',
      foreignOrders: sight.exposure.orders,
      reserved: sight.reserved,
      held: market.held,
      maintenanceRate: undefined,
      slots: {
        ofPosition: instrument.maxStops ?? mostStops.ofSymbol,
        setAside: market.held.size === '0' ? 0 : perPosition,
        free: mostStops.ofAccount - holders.length * perPosition,
      },
    },
    // Orders are booked in the venue's rates before they are claimed, which holds for all processes together.
    rates: [],
  }
}

/** The position that an order would change. */
function heldOf(sight: AccountSight, { symbol, positionSide }: OrderIntent): AccountFacts['held'] {
  const held = sight.positions.get(`${symbol}/${positionSide}`)
  return {
    size: held?.size ?? '0',
    entryPrice: held?.entryPrice,
    liquidationPrice: held?.margin.liquidationPrice,
  }
}

function positionsOf(sight: AccountSight, symbol: string) {
  return (['both', 'long', 'short'] as const).flatMap(
    (side) => sight.positions.get(`${symbol}/${side}`) ?? [],
  )
}

import { abs, add, compareDecimals, div, mul, negate, signOf, sub } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import type { Side } from './order.ts'

/** What is held of one symbol, and what it has brought so far. Money is in the quote asset. */
export interface Position {
  readonly symbol: string
  /** contracts, signed: negative is short */
  readonly size: Decimal
  /** what the held contracts were bought for (negative: sold for); exact, so nothing is lost to rounding */
  readonly cost: Decimal
  /** `cost` per base unit, rounded to 12 places; absent when flat */
  readonly entryPrice?: Decimal
  /** without fees and funding */
  readonly realisedProfit: Decimal
  readonly fees: Decimal
  /** received; negative is paid */
  readonly funding: Decimal
  /** the last funding time that was counted; 0 none */
  readonly fundedAt: number
  /** venue time of the last change */
  readonly time: number
  /** rises by one with every change */
  readonly revision: number
}

/** What a fill does to a position. */
export interface PositionFill {
  readonly side: Side
  /** contracts */
  readonly size: Decimal
  readonly price: Decimal
  readonly fee: Decimal
  readonly time: number
}

const places = 12

/** A position of nothing. */
export function flatPosition(symbol: string): Position {
  return {
    symbol,
    size: '0',
    cost: '0',
    realisedProfit: '0',
    fees: '0',
    funding: '0',
    fundedAt: 0,
    time: 0,
    revision: 0,
  }
}

/**
 * The position after a fill, by average cost; `contractSize` is base units in a contract. Whatever is rounded
 * in the realised profit stays in the cost, so that profit, cost and the money that changed hands always add
 * up exactly.
 */
export function applyFill(position: Position, fill: PositionFill, contractSize: Decimal): Position {
  const traded = fill.side === 'buy' ? fill.size : negate(fill.size)
  const size = add(position.size, traded)
  const paid = mul(traded, contractSize, fill.price)
  const closes = signOf(position.size) * signOf(traded) < 0
  const all = closes && compareDecimals(abs(traded), abs(position.size)) >= 0
  const closedSize = !closes ? '0' : all ? position.size : negate(traded)
  const closedCost = all
    ? position.cost
    : div(mul(position.cost, closedSize), closes ? position.size : '1', places)
  const realised = closes ? sub(mul(closedSize, contractSize, fill.price), closedCost) : '0'
  const cost = add(position.cost, paid, realised)
  return {
    ...withEntry({ ...position, size, cost }, contractSize),
    realisedProfit: add(position.realisedProfit, realised),
    fees: add(position.fees, fill.fee),
    time: Math.max(position.time, fill.time),
    revision: position.revision + 1,
  }
}

/** The position after funding at `fundingTime`: longs pay a positive rate. Counted once per funding time. */
export function applyFunding(
  position: Position,
  of: { rate: Decimal; markPrice: Decimal; fundingTime: number },
  contractSize: Decimal,
): Position {
  if (of.fundingTime <= position.fundedAt) return position
  const received = negate(mul(position.size, contractSize, of.markPrice, of.rate))
  const funding = add(position.funding, received)
  return { ...position, funding, fundedAt: of.fundingTime, revision: position.revision + 1 }
}

/** What would be realised if the position were closed at `price`. */
export function unrealisedProfit(position: Position, price: Decimal, contractSize: Decimal): Decimal {
  return sub(mul(position.size, contractSize, price), position.cost)
}

function withEntry({ entryPrice: _, ...position }: Position, contractSize: Decimal): Position {
  if (position.size === '0') return position
  return { ...position, entryPrice: div(position.cost, mul(position.size, contractSize), places) }
}

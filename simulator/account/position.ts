import { absolute, least, over, shareOf, times, type Fixed } from './fixed.ts'
import type { PositionSide } from './order.ts'

/** A position as it stands; a change makes a new one. */
export interface Position {
  readonly symbol: string
  readonly side: PositionSide
  /** base asset, signed: negative is short */
  readonly size: Fixed
  /** what was paid for the size, in the quote asset, with the sign of the size */
  readonly cost: Fixed
  /** profit realised since the account was opened, fees left out */
  readonly realized: Fixed
  /** simulated ms of the event that changed it last; 0 when nothing ever did */
  readonly updateTime: number
}

export function flatPosition(symbol: string, side: PositionSide): Position {
  return { symbol, side, size: 0n, cost: 0n, realized: 0n, updateTime: 0 }
}

export function positionKey(symbol: string, side: PositionSide): string {
  return `${symbol}/${side}`
}

/**
 * The position after a fill of `size` (signed, base asset) for `value` (quote asset, positive), and what it realised.
 * A close takes its share of the cost with it, so that from flat to flat the realised profits add up to what was
 * received less what was paid, to the last digit.
 */
export function applyFill(
  position: Position,
  size: Fixed,
  value: Fixed,
  time: number,
): { position: Position; realized: Fixed } {
  const opens = position.size === 0n || position.size > 0n === size > 0n
  const signed = size > 0n ? value : -value
  if (opens) {
    const grown = { size: position.size + size, cost: position.cost + signed, updateTime: time }
    return { position: { ...position, ...grown }, realized: 0n }
  }
  const closed = least(absolute(size), absolute(position.size))
  const isWhole = closed === absolute(position.size)
  const closedCost = isWhole ? position.cost : shareOf(position.cost, closed, absolute(position.size))
  const closedValue = closed === absolute(size) ? signed : shareOf(signed, closed, absolute(size))
  const realized = -closedValue - closedCost
  return {
    position: {
      ...position,
      size: position.size + size,
      cost: isWhole ? signed - closedValue : position.cost - closedCost,
      realized: position.realized + realized,
      updateTime: time,
    },
    realized,
  }
}

/** Average price paid, in the quote asset; 0 when flat. */
export function entryPrice(position: Position): Fixed {
  return position.size === 0n ? 0n : over(position.cost, position.size)
}

/** Profit at a price, in the quote asset. */
export function unrealizedAt(position: Position, price: Fixed): Fixed {
  return times(position.size, price) - position.cost
}

import { readPosition, type AccountState } from './account.ts'
import { absolute, type Fixed } from './fixed.ts'
import { closesSide, remainingOf, type Order, type PositionSide, type Side } from './order.ts'

/** True when the order may only make a position smaller; in hedge mode every order against its side may only. */
export function reduces(order: Pick<Order, 'reduceOnly' | 'side' | 'positionSide'>): boolean {
  return order.reduceOnly || closesSide(order.side, order.positionSide)
}

/** Base asset that reducing orders of this side rest with. */
export function restingReduction(
  state: AccountState,
  symbol: string,
  positionSide: PositionSide,
  side: Side,
): Fixed {
  return resting(state, symbol, positionSide)
    .filter((order) => order.side === side)
    .reduce((sum, order) => sum + remainingOf(order), 0n)
}

/** The resting reducing orders that the position has no room for, the youngest first to go. */
export function toTrim(state: AccountState, symbol: string, positionSide: PositionSide): Order[] {
  const { size } = readPosition(state, symbol, positionSide)
  const closing: Side | undefined = size === 0n ? undefined : size > 0n ? 'SELL' : 'BUY'
  let room = absolute(size)
  const trimmed: Order[] = []
  for (const order of resting(state, symbol, positionSide)) {
    const fits = order.side === closing && remainingOf(order) <= room
    if (fits) room -= remainingOf(order)
    else trimmed.push(order)
  }
  return trimmed
}

/** Oldest first. */
function resting(state: AccountState, symbol: string, positionSide: PositionSide): Order[] {
  const found: Order[] = []
  for (const order of state.openOrders.values()) {
    if (order.symbol === symbol && order.positionSide === positionSide && reduces(order)) found.push(order)
  }
  return found
}

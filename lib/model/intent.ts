import { clientOrderIdOf } from './client-order-id.ts'
import { toDecimal } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import type { IntentClass, OrderType, Side, TimeInForce } from './order.ts'
import type { PositionSide } from './position-report.ts'

interface Asked {
  /** derived from account, strategy and signal: whoever has it, it is one intent */
  readonly id: string
  readonly account: string
  readonly strategy: string
  readonly signalId: string
  readonly symbol: string
  /** venue time after which nothing of it may be sent */
  readonly deadline: number
}

/** An order that somebody wants on an account, before it is cut to the venue's steps. */
export interface OrderIntent extends Asked {
  readonly class: Exclude<IntentClass, 'cancel'>
  readonly side: Side
  readonly positionSide: PositionSide
  /** contracts; undefined where `notional` is given */
  readonly size: Decimal | undefined
  /** in the quote asset; undefined where `size` is given */
  readonly notional: Decimal | undefined
  readonly type: OrderType
  /** undefined for a market order */
  readonly price: Decimal | undefined
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly reduceOnly: boolean
}

/** The end of another order. */
export interface CancelIntent extends Asked {
  readonly class: 'cancel'
  /** client order id of the order to cancel */
  readonly target: string
}

export type Intent = OrderIntent | CancelIntent

/** What a strategy says of an order, numbers as decimals or as numbers of its own. */
export interface AskedOrder {
  readonly signalId: string
  readonly class: Exclude<IntentClass, 'cancel'>
  readonly symbol: string
  readonly side: Side
  /** `both` unless given */
  readonly positionSide?: PositionSide
  readonly size?: Decimal | number
  readonly notional?: Decimal | number
  readonly type: OrderType
  readonly price?: Decimal | number
  readonly postOnly?: boolean
  readonly reduceOnly?: boolean
  readonly timeInForce?: TimeInForce
}

const classes: readonly string[] = ['open', 'reduce', 'protect']
const sides: readonly string[] = ['buy', 'sell']
const types: readonly string[] = ['limit', 'market']
const timesInForce: readonly string[] = ['GTC', 'IOC', 'FOK']
const positionSides: readonly string[] = ['both', 'long', 'short']

/** The intent that an order asked for comes to, or why it is none. */
export function toIntent(
  asked: AskedOrder,
  of: { readonly account: string; readonly strategy: string; readonly deadline: number },
): OrderIntent | { readonly denied: string } {
  const denied = checkAsked(asked)
  if (denied !== undefined) return { denied }
  const { signalId, symbol, side, type, positionSide = 'both' } = asked
  return {
    id: clientOrderIdOf(of.account, of.strategy, signalId),
    account: of.account,
    strategy: of.strategy,
    signalId,
    class: asked.class,
    symbol,
    side,
    positionSide,
    size: toDecimal(asked.size),
    notional: toDecimal(asked.notional),
    type,
    price: toDecimal(asked.price),
    timeInForce: type === 'market' ? 'IOC' : (asked.timeInForce ?? 'GTC'),
    postOnly: asked.postOnly === true,
    reduceOnly: asked.class !== 'open' || asked.reduceOnly === true,
    deadline: of.deadline,
  }
}

/** What does not fit together in an order that is asked for, whatever its types promise; undefined when all does. */
export function checkAsked(asked: AskedOrder): string | undefined {
  const { signalId, size, notional, type, price, postOnly, timeInForce = 'GTC' } = asked
  if (typeof signalId !== 'string' || signalId === '') return 'a signal id is needed'
  if (!classes.includes(asked.class)) return `the class must be open, reduce or protect, was ${asked.class}`
  if (!sides.includes(asked.side)) return `the side must be buy or sell, was ${asked.side}`
  if (!types.includes(type)) return `the type must be limit or market, was ${type}`
  if (!timesInForce.includes(timeInForce)) return `the time in force must be GTC, IOC or FOK`
  if (!positionSides.includes(asked.positionSide ?? 'both'))
    return 'the position side must be both, long or short'
  if ((size === undefined) === (notional === undefined)) return 'either a size or a notional is needed'
  if ((type === 'limit') !== (price !== undefined))
    return 'a limit order needs a price, a market order has none'
  if (postOnly === true && (type === 'market' || timeInForce !== 'GTC'))
    return 'only a resting order can be post-only'
  const wrong = Object.entries({ size, notional, price }).find(
    ([, value]) => value !== undefined && toDecimal(value) === undefined,
  )
  return wrong === undefined ? undefined : `the ${wrong[0]} is no number: ${String(wrong[1])}`
}

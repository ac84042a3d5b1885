import type { AccountState } from '../account/account.ts'
import { isReached, isWaiting, type Conditional, type ConditionalTicket } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { readWorking } from '../account/marks.ts'
import type { ConditionalType, Side } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { checkPrice, checkQuantity } from '../binance/check-order.ts'
import type { Listing } from '../core/listing.ts'
import { fromContracts } from './contracts.ts'
import { OkxError } from './okx-error.ts'
import { cannotCancel, isTrue, readClientId, readCommon, readDecimal } from './orders.ts'
import type { Body, Call } from './route.ts'
import { algoIdOf } from './order-rows.ts'

type Form = 'trigger' | 'stopLoss' | 'takeProfit'

const fields: Readonly<Record<Form, { trigger: string; by: string; price: string }>> = {
  trigger: { trigger: 'triggerPx', by: 'triggerPxType', price: 'orderPx' },
  stopLoss: { trigger: 'slTriggerPx', by: 'slTriggerPxType', price: 'slOrdPx' },
  takeProfit: { trigger: 'tpTriggerPx', by: 'tpTriggerPxType', price: 'tpOrdPx' },
}

/**
 * POST /api/v5/trade/order-algo: `trigger`, and `conditional` with a stop loss or a take profit.
 * https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order
 */
export function placeAlgo(exchange: Exchange, { account, body, now }: Call): Conditional {
  const { listing, common } = readCommon(exchange, account, body)
  const clientId = readClientId(body, 'algoClOrdId')
  const waiting = [...account.conditionals.values()].filter((each) => isWaiting(each))
  if (clientId !== '' && waiting.some((each) => each.clientId === clientId))
    throw new OkxError('51065', 'algoClOrdId already exists.')
  const form = readForm(body)
  const names = fields[form]
  const closePosition = body['closeFraction'] === '1'
  const isReducing = isTrue(body['reduceOnly'])
  if (closePosition && common.positionSide === 'BOTH' && !isReducing)
    throw new OkxError('51328', 'closeFraction is only available for reduceOnly orders.')
  const price = body[names.price] === '-1' ? 0n : readDecimal(body, names.price)
  const triggerPrice = readDecimal(body, names.trigger)
  const workingType = body[names.by] === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE'
  const current = readWorking(listing, workingType, now)
  const isStop =
    form === 'trigger' ? triggerPrice > (current ?? 0n) === (common.side === 'BUY') : form === 'stopLoss'
  const ticket: ConditionalTicket = {
    ...common,
    clientId,
    type: toType(isStop, price),
    timeInForce: 'GTC',
    price,
    quantity: closePosition ? 0n : fromContracts(String(body['sz'] ?? ''), listing),
    triggerPrice,
    workingType,
    reduceOnly: isReducing && !closePosition,
    closePosition,
    ...(form === 'trigger' ? { isPlainTrigger: true } : {}),
    priceProtect: false,
  }
  checkPrices(listing, ticket)
  if (current !== undefined && form !== 'trigger' && isReached(ticket, current, current))
    throw passed(form, ticket.side)
  return exchange.placeConditional(account, ticket)
}

/** A row of POST /api/v5/trade/cancel-algos. */
export function cancelAlgo(exchange: Exchange, { account, body, now, hits }: Call): Conditional {
  const found = findAlgo(account, body)
  if (found === undefined || !isWaiting(found) || hides(hits, now, found)) throw cannotCancel()
  return exchange.cancelConditional(account, found)
}

/** The conditional order that `algoId` or `algoClOrdId` names; of several with one client id the latest. */
export function findAlgo(
  { conditionals }: AccountState,
  { algoId, algoClOrdId }: Body,
): Conditional | undefined {
  const id = algoId ?? ''
  return [...conditionals.values()].findLast((each) =>
    id === '' ? each.clientId === algoClOrdId : algoIdOf(each) === id,
  )
}

function readForm({ ordType, slTriggerPx, tpTriggerPx }: Body): Form {
  if (ordType === 'trigger') return 'trigger'
  if (ordType !== 'conditional') throw new OkxError('51000', 'Parameter ordType error')
  // As the venue does with both: of a conditional order the stop loss alone is taken.
  return (slTriggerPx ?? '') === '' && (tpTriggerPx ?? '') !== '' ? 'takeProfit' : 'stopLoss'
}

function toType(isStop: boolean, price: bigint): ConditionalType {
  if (isStop) return price === 0n ? 'STOP_MARKET' : 'STOP'
  return price === 0n ? 'TAKE_PROFIT_MARKET' : 'TAKE_PROFIT'
}

function checkPrices(listing: Listing, ticket: ConditionalTicket): void {
  checkPrice(listing, ticket.triggerPrice)
  if (ticket.price !== 0n) checkPrice(listing, ticket.price)
  if (!ticket.closePosition) checkQuantity(listing, ticket.quantity, ticket.price === 0n)
}

/** What would trigger at once. */
function passed(form: 'stopLoss' | 'takeProfit', side: Side): OkxError {
  const isBuy = side === 'BUY'
  if (form === 'stopLoss')
    return isBuy
      ? new OkxError('51278', 'SL trigger price cannot be lower than the last price')
      : new OkxError('51280', 'SL trigger price cannot be higher than the last price')
  return isBuy
    ? new OkxError('51277', 'TP trigger price cannot be higher than the last price')
    : new OkxError('51279', 'TP trigger price cannot be lower than the last price')
}

import { readPosition, type Account, type AccountState } from '../account/account.ts'
import { isReached, isWaiting, type Conditional, type ConditionalTicket } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { fromUnits } from '../account/fixed.ts'
import { readMark } from '../account/marks.ts'
import { closesSide, type ConditionalType } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import type { Listing } from '../core/listing.ts'
import { readPrice } from '../core/prices.ts'
import { checkPrice, checkQuantity, checkStatus } from './check-order.ts'
import { filtersOf } from './filters.ts'
import { readNumbers } from './find-order.ts'
import { digitsOf, toConditionalRow } from './order-rows.ts'
import { signed } from './order-routes.ts'
import { readInteger, readOptionalSymbol, readSymbol } from './parameters.ts'
import { duplicateId, readClientId, readDecimal, readTimeInForce, readWanted } from './read-ticket.ts'
import { RequestError, invalidParameter, unneededParameter } from './request-error.ts'
import { weighing, weighingSymbol, type AccountRoute, type Call, type Routes } from './route.ts'

const TYPES: readonly ConditionalType[] = ['STOP_MARKET', 'TAKE_PROFIT_MARKET', 'STOP', 'TAKE_PROFIT']
const MOST_IN_ACCOUNT = 200

/** Conditional orders, which the venue keeps apart since 2025-12-09. https://developers.binance.com/docs/derivatives/change-log */
export function toConditionalRoutes(exchange: Exchange): Routes {
  const { market } = exchange

  function row(state: AccountState, conditional: Conditional) {
    const child = conditional.childId === undefined ? undefined : state.orders.get(conditional.childId)
    return toConditionalRow(conditional, child, digitsOf(market.listings.get(conditional.symbol)))
  }

  const routes: Record<string, AccountRoute> = {
    'POST /fapi/v1/algoOrder': {
      ...signed(weighing(0), (call) => {
        const listing = readSymbol(call.parameters, market)
        const ticket = readConditional(call, listing)
        checkConditional(call.account, listing, ticket, call.now)
        return row(call.account, exchange.placeConditional(call.account, ticket))
      }),
      orders: () => 1,
      needsTrading: true,
    },
    'DELETE /fapi/v1/algoOrder': {
      ...signed(weighing(1), (call) => {
        const found = findConditional(call.account, call.parameters)
        if (found === undefined || !isWaiting(found) || hides(call.hits, call.now, found)) {
          throw new RequestError(-2011, 'Unknown order sent.')
        }
        const { id, clientId } = exchange.cancelConditional(call.account, found)
        return { algoId: id, clientAlgoId: clientId, code: '200', msg: 'success' }
      }),
      needsTrading: true,
    },
    'DELETE /fapi/v1/algoOpenOrders': {
      ...signed(weighing(1), (call) => {
        const { symbol } = readSymbol(call.parameters, market)
        for (const each of waiting(call.account, symbol)) exchange.cancelConditional(call.account, each)
        return { code: 200, msg: 'The operation of cancel all open order is done.' }
      }),
      needsTrading: true,
    },
    'GET /fapi/v1/algoOrder': signed(weighing(1), (call) => {
      const found = findConditional(call.state, call.parameters)
      if (found === undefined || hides(call.hits, call.now, found))
        throw new RequestError(-2013, 'Order does not exist.')
      return row(call.state, found)
    }),
    'GET /fapi/v1/openAlgoOrders': signed(weighingSymbol(1, 40), (call) => {
      const symbol = readOptionalSymbol(call.parameters, market)?.symbol
      return waiting(call.state, symbol).map((each) => row(call.state, each))
    }),
    'GET /fapi/v1/allAlgoOrders': signed(weighing(5), (call) => {
      const { symbol } = readSymbol(call.parameters, market)
      const { from, to, limit } = readNumbers(call.parameters, 500, 1000)
      const found = [...call.state.conditionals.values()].filter(
        (each) =>
          each.symbol === symbol &&
          (from === undefined || each.time >= from) &&
          (to === undefined || each.time <= to),
      )
      return (from === undefined ? found.slice(-limit) : found.slice(0, limit)).map((each) =>
        row(call.state, each),
      )
    }),
  }
  return Object.entries(routes)
}

function readConditional({ parameters, account, now }: Call, listing: Listing): ConditionalTicket {
  if (parameters.get('algoType') !== 'CONDITIONAL') throw invalidParameter('algoType')
  const { side, positionSide, type: typeText, reduceOnly } = readWanted(parameters, account.isHedged)
  const type = TYPES.find((each) => each === typeText)
  if (type === undefined) throw new RequestError(-1116, 'Invalid orderType.')
  const workingType = parameters.get('workingType') ?? 'CONTRACT_PRICE'
  if (workingType !== 'MARK_PRICE' && workingType !== 'CONTRACT_PRICE') throw invalidParameter('workingType')
  const closePosition = parameters.get('closePosition') === 'true'
  const isLimit = type === 'STOP' || type === 'TAKE_PROFIT'
  if (closePosition && (parameters.get('quantity') ?? '') !== '') {
    throw new RequestError(-4137, 'Quantity must be zero with closePosition equals true')
  }
  if (closePosition && reduceOnly) throw unneededParameter('reduceonly')
  if (closePosition && isLimit) {
    throw new RequestError(-4136, `Target strategy invalid for orderType ${type},closePosition true`)
  }
  return {
    clientId: readClientId(parameters, 'clientAlgoId', now + account.conditionals.size),
    symbol: listing.symbol,
    side,
    positionSide,
    type,
    timeInForce: isLimit && parameters.has('timeInForce') ? readTimeInForce(parameters) : 'GTC',
    quantity: closePosition ? 0n : readDecimal(parameters, 'quantity'),
    price: isLimit ? readDecimal(parameters, 'price') : 0n,
    triggerPrice: readDecimal(parameters, 'triggerPrice'),
    workingType,
    reduceOnly,
    closePosition,
    priceProtect: parameters.get('priceProtect')?.toUpperCase() === 'TRUE',
  }
}

/** No margin is checked before the trigger. Throws RequestError. */
function checkConditional(account: Account, listing: Listing, ticket: ConditionalTicket, now: number): void {
  const { symbol, side, positionSide, closePosition } = ticket
  checkStatus(listing, ticket.reduceOnly || closePosition || closesSide(side, positionSide))
  checkPrice(listing, ticket.triggerPrice)
  if (!closePosition) checkQuantity(listing, ticket.quantity, ticket.price === 0n)
  if (ticket.price !== 0n) checkPrice(listing, ticket.price)
  const all = waiting(account, undefined)
  if (all.some((each) => each.clientId === ticket.clientId)) throw duplicateId()
  const ofSymbol = all.filter((each) => each.symbol === symbol)
  if (all.length >= MOST_IN_ACCOUNT || ofSymbol.length >= filtersOf(listing).maxConditionals) {
    throw new RequestError(-4045, 'Reach max stop order limit.')
  }
  const working = ticket.workingType === 'MARK_PRICE' ? readMark(listing, now) : readLast(listing, now)
  if (working !== undefined && isReached(ticket, working, working)) {
    throw new RequestError(-2021, 'Order would immediately trigger.')
  }
  if (!closePosition) return
  if (ofSymbol.some((each) => isSameClose(each, ticket))) {
    throw new RequestError(
      -4130,
      'An open stop or take profit order with GTE and closePosition in the direction is existing.',
    )
  }
  if (readPosition(account, symbol, positionSide).size === 0n) {
    throw new RequestError(-4509, 'Time in Force (TIF) GTE can only be used with open positions.')
  }
}

/** A symbol and direction has one closing stop and one closing take profit. */
function isSameClose(each: Conditional, ticket: ConditionalTicket): boolean {
  return (
    each.closePosition &&
    each.side === ticket.side &&
    each.positionSide === ticket.positionSide &&
    each.type === ticket.type
  )
}

function readLast(listing: Listing, now: number): bigint | undefined {
  const last = readPrice(listing, now)
  return last && fromUnits(last.price, listing.priceDigits)
}

function waiting(state: AccountState, symbol: string | undefined): Conditional[] {
  return [...state.conditionals.values()].filter(
    (each) => isWaiting(each) && (symbol === undefined || each.symbol === symbol),
  )
}

function findConditional(state: AccountState, parameters: URLSearchParams): Conditional | undefined {
  const id = readInteger(parameters, 'algoId')
  if (id !== undefined) return state.conditionals.get(id)
  const clientId = parameters.get('clientAlgoId') ?? ''
  if (clientId === '') {
    throw new RequestError(-1102, "Param 'clientalgoid' or 'algoid' must be sent, but both were empty/null!")
  }
  return [...state.conditionals.values()].findLast((each) => each.clientId === clientId)
}

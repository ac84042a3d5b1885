import type { Account } from '../account/account.ts'
import { readLeverage } from '../account/account.ts'
import { bracketsOf } from '../account/brackets.ts'
import { isWaiting } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { BybitError, invalidParameter } from './bybit-error.ts'
import { readSymbol } from './market-routes.ts'
import { missingSymbol } from './order-lists.ts'
import type { Call } from './route.ts'

const BOTH_SIDES = 3

/** POST /v5/position/switch-mode. The simulator has one mode for all symbols: who switches one switches all. */
export function switchMode(exchange: Exchange, { account, body }: Call): object {
  const mode = Number(body['mode'] ?? NaN)
  if (mode !== 0 && mode !== BOTH_SIDES) throw invalidParameter('mode')
  if ((body['symbol'] ?? '') === '' && (body['coin'] ?? '') === '') throw missingSymbol()
  if ((body['symbol'] ?? '') !== '') readSymbol(exchange.market, String(body['symbol']))
  const isHedged = mode === BOTH_SIDES
  if (isHedged === account.isHedged) throw new BybitError(110025, 'Position mode is not modified')
  if ([...account.positions.values()].some(({ size }) => size !== 0n))
    throw new BybitError(110024, 'You have an existing position, so the position mode cannot be switched')
  if (hasOrders(account))
    throw new BybitError(110028, 'Open orders exist, so you cannot change position mode')
  account.isHedged = isHedged
  return {}
}

/** POST /v5/position/set-leverage: one for both sides. */
export function setLeverage(exchange: Exchange, { account, body }: Call): object {
  const listing = readSymbol(exchange.market, String(body['symbol']))
  const [buy, sell] = [Number(body['buyLeverage'] ?? NaN), Number(body['sellLeverage'] ?? NaN)]
  if (!Number.isInteger(buy) || buy < 1) throw invalidParameter('buyLeverage')
  if (buy !== sell) throw new BybitError(10001, 'buyLeverage must be equal to sellLeverage')
  if (buy > bracketsOf(listing)[0]!.maxLeverage)
    throw new BybitError(110013, 'Cannot set leverage due to risk limit level')
  if (buy === readLeverage(account, listing.symbol)) throw new BybitError(110043, 'Set leverage not modified')
  exchange.setLeverage(account, listing.symbol, buy)
  return {}
}

function hasOrders({ openOrders, conditionals }: Account): boolean {
  return openOrders.size > 0 || [...conditionals.values()].some(isWaiting)
}

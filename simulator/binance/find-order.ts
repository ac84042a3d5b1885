import type { AccountState } from '../account/account.ts'
import type { Order } from '../account/order.ts'
import { readInteger } from './parameters.ts'
import { RequestError, invalidParameter } from './request-error.ts'

/** The order that orderId or origClientOrderId names; of several with one client id the latest. */
export function findOrder(
  { orders }: Pick<AccountState, 'orders'>,
  symbol: string,
  parameters: URLSearchParams,
): Order | undefined {
  const orderId = readBigInteger(parameters, 'orderId')
  const clientId = parameters.get('origClientOrderId') ?? ''
  if (orderId === undefined && clientId === '') {
    throw new RequestError(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    )
  }
  if (orderId !== undefined) {
    const order = orders.get(orderId)
    return order?.symbol === symbol ? order : undefined
  }
  return [...orders.values()].findLast((each) => each.symbol === symbol && each.clientId === clientId)
}

/** What lists by id and time are asked with; times in ms, inclusive. */
export interface Numbers {
  readonly orderId: bigint | undefined
  readonly from: number | undefined
  readonly to: number | undefined
  readonly limit: number
}

export function readNumbers(parameters: URLSearchParams, usual: number, most: number): Numbers {
  const from = readInteger(parameters, 'startTime')
  const to = readInteger(parameters, 'endTime')
  const limit = readInteger(parameters, 'limit') ?? usual
  if (limit < 1) throw invalidParameter('limit')
  if (from !== undefined && to !== undefined && from > to) {
    throw new RequestError(-1023, 'Start time is greater than end time.')
  }
  return { orderId: readBigInteger(parameters, 'orderId'), from, to, limit: Math.min(limit, most) }
}

function readBigInteger(parameters: URLSearchParams, name: string): bigint | undefined {
  const text = parameters.get(name) ?? ''
  if (text === '') return undefined
  if (!/^\d{1,19}$/.test(text)) {
    throw new RequestError(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    )
  }
  return BigInt(text)
}

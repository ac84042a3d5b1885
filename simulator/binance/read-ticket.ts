import { parseFixed, type Fixed } from '../account/fixed.ts'
import type { PositionSide, Side, TimeInForce } from '../account/order.ts'
import { hash } from '../core/random.ts'
import { RequestError, missingParameter, unneededParameter } from './request-error.ts'

/** What every order says, conditional or not. */
export interface Wanted {
  readonly side: Side
  readonly positionSide: PositionSide
  readonly type: string
  readonly reduceOnly: boolean
}

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/

/** Side, position side and type; the position side must suit the account's mode. Throws RequestError. */
export function readWanted(parameters: URLSearchParams, isHedged: boolean): Wanted {
  const side = readText(parameters, 'side')
  if (side !== 'BUY' && side !== 'SELL') throw new RequestError(-1117, 'Invalid side.')
  const positionSide = parameters.get('positionSide') ?? 'BOTH'
  const suits = isHedged ? positionSide === 'LONG' || positionSide === 'SHORT' : positionSide === 'BOTH'
  if (!suits) throw new RequestError(-4061, "Order's position side does not match user's setting.")
  const sentReduceOnly = parameters.get('reduceOnly') ?? ''
  if (isHedged && sentReduceOnly !== '') throw unneededParameter('reduceonly')
  return {
    side,
    positionSide: positionSide as PositionSide,
    type: readText(parameters, 'type'),
    reduceOnly: sentReduceOnly === 'true',
  }
}

export function readTimeInForce(parameters: URLSearchParams): TimeInForce {
  const text = readText(parameters, 'timeInForce')
  if (text === 'GTC' || text === 'IOC' || text === 'FOK' || text === 'GTX') return text
  throw new RequestError(-1115, 'Invalid timeInForce.')
}

/** A decimal parameter that must be there. */
export function readDecimal(parameters: URLSearchParams, name: string): Fixed {
  const text = readText(parameters, name)
  const value = parseFixed(text)
  if (value !== undefined) return value
  if (/^\d+\.\d+$/.test(text)) throw tooPrecise()
  throw new RequestError(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
  )
}

export function tooPrecise(): RequestError {
  return new RequestError(-1111, 'Precision is over the maximum defined for this asset.')
}

/** The client's id, or one that the venue makes up from `place`. */
export function readClientId(parameters: URLSearchParams, name: string, place: number): string {
  const text = parameters.get(name) ?? ''
  if (text === '') {
    const parts = [1, 2, 3].map((purpose) => hash(place, purpose, 41).toString(36).padStart(7, '0'))
    return `v${parts.join('')}`
  }
  if (!CLIENT_ID.test(text)) {
    throw new RequestError(-4015, 'Client order id length should be less than 36 chars')
  }
  return text
}

export function duplicateId(): RequestError {
  return new RequestError(-4116, 'ClientOrderId is duplicated.')
}

function readText(parameters: URLSearchParams, name: string): string {
  const text = parameters.get(name) ?? ''
  if (text === '') throw missingParameter(name)
  return text
}

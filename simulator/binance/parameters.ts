import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { RequestError, invalidParameter, invalidSymbol, missingParameter } from './request-error.ts'

/** A whole number, undefined when it was not sent. */
export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[0-9]{1,20}$/.test(text)) {
    throw new RequestError(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    )
  }
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw invalidParameter(name)
  return number
}

export function readSymbol(query: URLSearchParams, market: Market): Listing {
  const listing = readOptionalSymbol(query, market)
  if (listing === undefined) throw missingParameter('symbol')
  return listing
}

export function readOptionalSymbol(query: URLSearchParams, market: Market): Listing | undefined {
  const symbol = query.get('symbol')
  if (symbol === null || symbol === '') return undefined
  const listing = market.listings.get(symbol)
  if (listing === undefined) throw invalidSymbol()
  return listing
}

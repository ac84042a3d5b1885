import type { Listing } from '../core/listing.ts'
import { BybitError, invalidParameter } from './bybit-error.ts'
import type { Symbols } from './symbols.ts'

/** A whole number, undefined when it was not sent. */
export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(number)) throw invalidParameter(name)
  return number
}

/** `limit` from 1 to `most`. */
export function readLimit(query: URLSearchParams, usual: number, most: number): number {
  const limit = readInteger(query, 'limit') ?? usual
  if (limit < 1 || limit > most) throw invalidParameter('limit')
  return limit
}

/** This market has no other category; klines take linear for granted. */
export function checkCategory(query: URLSearchParams, isOptional = false): void {
  const category = query.get('category') ?? ''
  if (category === 'linear' || (category === '' && isOptional)) return
  throw new BybitError(10001, 'Illegal category')
}

export function readSymbol(query: URLSearchParams, symbols: Symbols): Listing {
  const listing = readOptionalSymbol(query, symbols)
  if (listing === undefined) throw invalidParameter('symbol')
  return listing
}

export function readOptionalSymbol(query: URLSearchParams, symbols: Symbols): Listing | undefined {
  const symbol = query.get('symbol') ?? ''
  if (symbol === '') return undefined
  const listing = symbols.all().get(symbol)
  if (listing === undefined) throw invalidParameter('symbol')
  return listing
}

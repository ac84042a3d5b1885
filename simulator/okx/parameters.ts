import type { InstrumentType } from './instruments.ts'
import { emptyParameter, wrongParameter } from './okx-error.ts'

/** A parameter that must be there. Throws OkxError. */
export function readText(query: URLSearchParams, name: string): string {
  const text = query.get(name) ?? ''
  if (text === '') throw emptyParameter(name)
  return text
}

/** A whole number, undefined when it was not sent. */
export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  if (!/^\d{1,16}$/.test(text)) throw wrongParameter(name)
  return Number(text)
}

/** From 1 to `most`; more is taken as `most`. */
export function readLimit(query: URLSearchParams, name: string, usual: number, most: number): number {
  const limit = readInteger(query, name) ?? usual
  if (limit < 1) throw wrongParameter(name)
  return Math.min(limit, most)
}

/** Undefined for a type of which the simulator lists nothing. */
export function readType(query: URLSearchParams): InstrumentType | undefined {
  const type = readText(query, 'instType')
  if (!['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION'].includes(type)) throw wrongParameter('instType')
  return type === 'SWAP' || type === 'FUTURES' ? type : undefined
}

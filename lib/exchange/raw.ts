import { toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** A raw object of a venue's answer. */
export type Raw = Readonly<Record<string, unknown>>

/** An answer that claims success and cannot be read. */
export class UnreadableAnswer extends Error {
  override name = 'UnreadableAnswer'
}

/** An object; `what` names it in the error. */
export function toRow(value: unknown, what: string): Raw {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadableAnswer(`${what} must be an object, was ${JSON.stringify(value)?.slice(0, 100)}`)
  return value as Raw
}

/** A list of objects; `what` names it in the error. */
export function toRows(value: unknown, what: string): Raw[] {
  if (!Array.isArray(value))
    throw new UnreadableAnswer(`${what} must be a list, was ${JSON.stringify(value)?.slice(0, 100)}`)
  return value.map((each) => toRow(each, `a row of ${what}`))
}

/** The exact number in a field that must be there. */
export function decimalIn(row: Raw, field: string): Decimal {
  const decimal = decimalIf(row, field)
  if (decimal === undefined)
    throw new UnreadableAnswer(`${field} must be a decimal number, was ${JSON.stringify(row[field])}`)
  return decimal
}

/** The exact number in a field; undefined where there is none. */
export function decimalIf(row: Raw, field: string): Decimal | undefined {
  const value = row[field]
  return typeof value === 'string' || typeof value === 'number' ? toDecimal(value) : undefined
}

/** Like decimalIf, for a field in which 0 says that there is none. */
export function nonZeroIf(row: Raw, field: string): Decimal | undefined {
  const decimal = decimalIf(row, field)
  return decimal === '0' ? undefined : decimal
}

/** The text in a field that must be there and not be empty. */
export function textIn(row: Raw, field: string): string {
  const value = row[field]
  if (typeof value !== 'string' || value === '')
    throw new UnreadableAnswer(`${field} must be a text, was ${JSON.stringify(value)}`)
  return value
}

/** The text in a field; undefined where it is absent or empty. */
export function textIf(row: Raw, field: string): string | undefined {
  const value = row[field]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What a venue's word in a field means; the field must hold one of them. */
export function wordIn<T>(words: Readonly<Record<string, T>>, row: Raw, field: string): T {
  const word = words[String(row[field])]
  if (word === undefined)
    throw new UnreadableAnswer(
      `${field} must be one of ${Object.keys(words).join(', ')}, was ${String(row[field])}`,
    )
  return word
}

/** The time in a field, ms since epoch; undefined where it is absent or 0, which says that there is none. */
export function timeIf(row: Raw, field: string): number | undefined {
  const time = Number(row[field])
  return Number.isSafeInteger(time) && time > 0 ? time : undefined
}

/** The time in a field that must be there, ms since epoch. */
export function timeIn(row: Raw, field: string): number {
  const time = timeIf(row, field)
  if (time === undefined)
    throw new UnreadableAnswer(`${field} must be ms since epoch, was ${JSON.stringify(row[field])}`)
  return time
}

/** The yes or no in a field that must be there. */
export function flagIn(row: Raw, field: string): boolean {
  const value = row[field]
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new UnreadableAnswer(`${field} must be true or false, was ${JSON.stringify(value)}`)
}

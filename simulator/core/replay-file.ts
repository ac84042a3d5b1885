import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { MINUTE_MS } from './candle.ts'
import { InputError } from './input-error.ts'

/** One symbol of a recording: `fields` holds open, high, low, close (ticks) and volume (lots) minute by minute. */
export interface RecordedSymbol {
  readonly symbol: string
  readonly priceDigits: number
  readonly quantityDigits: number
  /** minute of the first row, ms since epoch / 60,000 */
  readonly firstMinute: number
  /** five numbers a minute; a minute the recording lacks has volume -1 */
  readonly fields: Float64Array
}

export const HEADER = 'symbol,openTime,open,high,low,close,volume'
const MAX_BYTES = 1 << 30
const COMMA = 44
const DOT = 46
const NEWLINE = 10
const RETURN = 13

/** The recorded symbols of a CSV file (plain or gzipped) of 1-minute candles, by name. Throws InputError. */
export function readReplayFile(path: string): RecordedSymbol[] {
  const text = readBytes(path)
  const firstLineEnd = lineEnd(text, 0)
  const header = text.toString('utf8', 0, firstLineEnd).trim()
  if (header !== HEADER) {
    throw new InputError(
      header === '' && text.length === firstLineEnd
        ? `replay file ${path} is empty, expected a first line "${HEADER}"`
        : `replay file ${path} line 1: expected "${HEADER}", found "${header.slice(0, 80)}"`,
    )
  }
  const drafts = new Map<string, Draft>()
  let draft: Draft | undefined
  let line = 1
  for (let at = firstLineEnd + 1; at < text.length;) {
    line += 1
    const end = lineEnd(text, at)
    const stop = end > at && text[end - 1] === RETURN ? end - 1 : end
    if (stop > at) {
      const comma = text.indexOf(COMMA, at)
      if (comma <= at || comma > stop) throw wrongRow(path, line, text.toString('utf8', at, stop))
      if (draft === undefined || !sameText(draft.name, text, at, comma)) {
        const symbol = text.toString('utf8', at, comma)
        draft = drafts.get(symbol) ?? new Draft(symbol)
        drafts.set(symbol, draft)
      }
      const problem = draft.add(text, comma + 1, stop)
      if (problem !== undefined) throw new InputError(`replay file ${path} line ${line}: ${problem}`)
    }
    at = end + 1
  }
  if (drafts.size === 0) throw new InputError(`replay file ${path} has a header but no candle`)
  const recorded = [...drafts.values()].map((each) => each.finish())
  if (recorded.every((each) => each.fields.length > 5 && isCoarse(each.fields))) {
    throw new InputError(
      `replay file ${path}: expected 1-minute candles, found none that follow within a minute`,
    )
  }
  return recorded.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
}

/** One symbol while its rows are read: every number as it stood, its digits beside it. */
class Draft {
  readonly name: Buffer
  private readonly symbol: string
  private times = new Float64Array(1024)
  private numbers = new Float64Array(5 * 1024)
  private digits = new Uint8Array(5 * 1024)
  private rows = 0

  constructor(symbol: string) {
    this.symbol = symbol
    this.name = Buffer.from(symbol)
  }

  /** Takes the part of a row after its symbol; says what was expected and found when it is wrong. */
  add(text: Buffer, from: number, stop: number): string | undefined {
    if (this.rows === this.times.length) this.grow()
    let at = from
    for (let column = 0; column < 6; column++) {
      let number = 0
      let digits = -1
      const start = at
      for (; at < stop && text[at] !== COMMA; at++) {
        const byte = text[at]!
        if (byte >= 48 && byte <= 57) {
          number = number * 10 + byte - 48
          if (digits >= 0) digits += 1
        } else if (byte === DOT && digits < 0 && at > start) digits = 0
        else return `expected a plain decimal number, found "${field(text, start, stop)}"`
      }
      if (at === start || digits === 0 || !Number.isSafeInteger(number)) {
        return `expected a plain decimal number, found "${field(text, start, stop)}"`
      }
      if (column < 5 !== at < stop)
        return `expected 7 columns (${HEADER}), found ${column < 5 ? 'fewer' : 'more'}`
      if (column === 0) this.times[this.rows] = number
      else {
        this.numbers[this.rows * 5 + column - 1] = number
        this.digits[this.rows * 5 + column - 1] = Math.max(0, digits)
      }
      at += 1
    }
    return this.checkRow()
  }

  finish(): RecordedSymbol {
    let priceDigits = 0
    let quantityDigits = 0
    for (let i = 0; i < this.rows * 5; i++) {
      if (i % 5 === 4) quantityDigits = Math.max(quantityDigits, this.digits[i]!)
      else priceDigits = Math.max(priceDigits, this.digits[i]!)
    }
    const firstMinute = this.times[0]! / MINUTE_MS
    const minutes = this.times[this.rows - 1]! / MINUTE_MS - firstMinute + 1
    const fields = new Float64Array(minutes * 5).fill(-1)
    for (let row = 0; row < this.rows; row++) {
      const target = (this.times[row]! / MINUTE_MS - firstMinute) * 5
      for (let column = 0; column < 5; column++) {
        const missing = (column === 4 ? quantityDigits : priceDigits) - this.digits[row * 5 + column]!
        fields[target + column] = this.numbers[row * 5 + column]! * 10 ** missing
      }
    }
    return { symbol: this.symbol, priceDigits, quantityDigits, firstMinute, fields }
  }

  private checkRow(): string | undefined {
    const time = this.times[this.rows]!
    if (time % MINUTE_MS !== 0) return `expected openTime in whole minutes of ms since epoch, found ${time}`
    const last = this.rows === 0 ? undefined : this.times[this.rows - 1]!
    if (last !== undefined && time <= last) {
      return `expected openTime of ${this.symbol} after ${last}, found ${time}`
    }
    if (last !== undefined && time - last > 366 * 24 * 60 * MINUTE_MS) {
      return `expected openTime of ${this.symbol} within a year of ${last}, found ${time}`
    }
    const [open, high, low, close] = [this.numberAt(0), this.numberAt(1), this.numberAt(2), this.numberAt(3)]
    if (!(low > 0 && low <= open && low <= close && high >= open && high >= close)) {
      return `expected 0 < low <= open, close <= high, found ${open},${high},${low},${close}`
    }
    this.rows += 1
    return undefined
  }

  private numberAt(column: number): number {
    return this.numbers[this.rows * 5 + column]! / 10 ** this.digits[this.rows * 5 + column]!
  }

  private grow(): void {
    const [times, numbers, digits] = [this.times, this.numbers, this.digits]
    this.times = new Float64Array(times.length * 2)
    this.numbers = new Float64Array(numbers.length * 2)
    this.digits = new Uint8Array(digits.length * 2)
    this.times.set(times)
    this.numbers.set(numbers)
    this.digits.set(digits)
  }
}

function readBytes(path: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new InputError(`replay file ${path} cannot be read: ${toText(error)}`)
  }
  if (!path.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
  } catch (error) {
    throw new InputError(`replay file ${path} is not a whole gzip file: ${toText(error)}`)
  }
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isCoarse(fields: Float64Array): boolean {
  for (let i = 9; i < fields.length; i += 5) if (fields[i] !== -1 && fields[i - 5] !== -1) return false
  return true
}

function lineEnd(text: Buffer, from: number): number {
  const end = text.indexOf(NEWLINE, from)
  return end < 0 ? text.length : end
}

function sameText(name: Buffer, text: Buffer, from: number, to: number): boolean {
  return name.length === to - from && text.compare(name, 0, name.length, from, to) === 0
}

function field(text: Buffer, start: number, stop: number): string {
  return text.toString('utf8', start, stop).split(',', 1)[0]!.slice(0, 40)
}

function wrongRow(path: string, line: number, found: string): InputError {
  return new InputError(
    `replay file ${path} line ${line}: expected 7 columns (${HEADER}), found "${found.slice(0, 80)}"`,
  )
}

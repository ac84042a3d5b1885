import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

export const HEADER = 'symbol,openTime,open,high,low,close,volume'
/** 2025-06-02 00:00 UTC */
export const RECORDED_FROM = 1_748_822_400_000

/** One recorded row: symbol, open time (ms), open, high, low, close, volume, as text. */
export type Row = readonly string[]

/** Path of a recorded data file beside the checkout, undefined where there is none. */
export function findRecorded(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'shared', 'data', 'klines', name)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) return undefined
  }
}

export function readRows(path: string): Row[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

/** A made-up recording of some symbols and minutes, with the decimals and trailing zeros dropped as in real ones. */
export function makeRows(symbols: readonly string[], minutes: number): Row[] {
  return symbols.flatMap((symbol, number) => {
    let open = 1000 + 300 * number
    return Array.from({ length: minutes }, (_, minute) => {
      const close = open + ((minute * 7919 + number * 31) % 23) - 11
      const high = Math.max(open, close) + (minute % 5)
      const low = Math.min(open, close) - (minute % 7)
      const volume = minute % 11 === 0 && high === low ? 0 : 1 + ((minute * 104_729) % 99_991)
      const texts = [open, high, low, close].map((price) => String(price / 100))
      open = close
      return [symbol, String(RECORDED_FROM + minute * 60_000), ...texts, String(volume / 1000)]
    })
  })
}

/** A folder that is removed by `remove`, with a file of these lines in it. */
export function writeRecording(
  lines: readonly string[],
  name = 'klines.csv',
): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-simulator-'))
  const path = join(folder, name)
  const text = lines.map((line) => `${line}\n`).join('')
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return { path, remove: () => rmSync(folder, { recursive: true }) }
}

export function toLines(rows: readonly Row[]): string[] {
  return [HEADER, ...rows.map((row) => row.join(','))]
}

/** `1.500` and `1.5` are one number: the decimals without their trailing zeros. */
export function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

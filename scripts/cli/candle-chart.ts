import type { Decimal } from '../../lib/model/decimal.ts'
import type { Kline } from '../../lib/model/kline.ts'
import type { Terminal } from './terminal.ts'

/** `n` nothing, `w` wick, `b` body: the upper and the lower half of one character. */
const glyphs: Readonly<Record<string, string>> = {
  nn: ' ',
  ww: '│',
  bb: '┃',
  wb: '╽',
  bw: '╿',
  nb: '╻',
  bn: '╹',
  nw: '╷',
  wn: '╵',
}

const leastCandles = 8

/** How many candles fit beside the prices in the terminal's width. */
export function candlesThatFit(terminal: Pick<Terminal, 'width'>, klines: readonly Kline[]): number {
  return Math.max(leastCandles, terminal.width() - labelWidth(klines) - 2)
}

/**
 * The lines of a chart, one column per candle, oldest first, `height` lines high without its time axis. Without
 * colours a line of + and - tells which candles rose and which fell.
 */
export function candleChart(terminal: Terminal, all: readonly Kline[], height: number): string[] {
  const klines = all.slice(-candlesThatFit(terminal, all))
  if (klines.length === 0) return []
  const highest = Math.max(...klines.map(({ high }) => Number(high)))
  const lowest = Math.min(...klines.map(({ low }) => Number(low)))
  const halves = 2 * height
  const toHalf = (price: Decimal | number) =>
    highest === lowest ? height : Math.round(((highest - Number(price)) / (highest - lowest)) * (halves - 1))
  const columns = klines.map(({ open, high, low, close }) => {
    const [wickTop, wickEnd, a, b] = [toHalf(high), toHalf(low), toHalf(open), toHalf(close)]
    const part = (half: number) =>
      half >= Math.min(a, b) && half <= Math.max(a, b) ? 'b' : half >= wickTop && half <= wickEnd ? 'w' : 'n'
    return (row: number) => glyphs[part(2 * row) + part(2 * row + 1)] ?? ' '
  })

  const width = labelWidth(klines)
  const places = mostPlaces(klines)
  const labelled = new Set([0, Math.floor((height - 1) / 2), height - 1])
  const lines = Array.from({ length: height }, (_, row) => {
    const price = highest - ((highest - lowest) * row) / Math.max(1, height - 1)
    const label = labelled.has(row) ? `${price.toFixed(places).padStart(width)} ┤` : `${' '.repeat(width)} │`
    return (
      terminal.paint('quiet', label) +
      columns.map((column, i) => toneOf(terminal, klines[i], column(row))).join('')
    )
  })
  const margin = ' '.repeat(width + 2)
  if (!terminal.colours) lines.push(margin + klines.map((kline) => (hasFallen(kline) ? '-' : '+')).join(''))
  return [...lines, terminal.paint('quiet', margin + timeAxis(klines))]
}

function toneOf(terminal: Terminal, kline: Kline | undefined, glyph: string): string {
  if (kline === undefined || glyph === ' ') return glyph
  return terminal.paint(hasFallen(kline) ? 'bad' : 'good', glyph)
}

function hasFallen({ open, close }: Kline): boolean {
  return Number(close) < Number(open)
}

function timeAxis(klines: readonly Kline[]): string {
  const [first, last] = [klines[0], klines.at(-1)].map((kline) =>
    kline === undefined ? '' : toMinute(kline.openTime),
  )
  const left = first ?? ''
  const right = klines.length >= left.length * 2 + 2 ? (last ?? '') : ''
  return right === '' ? left : left + right.padStart(klines.length - left.length)
}

/** `11-22 18:58`, in UTC. */
export function toMinute(time: number): string {
  return new Date(time).toISOString().slice(5, 16).replace('T', ' ')
}

function labelWidth(klines: readonly Kline[]): number {
  const places = mostPlaces(klines)
  return Math.max(1, ...klines.map(({ high }) => Number(high).toFixed(places).length))
}

function mostPlaces(klines: readonly Kline[]): number {
  const prices = klines.flatMap(({ open, high, low, close }) => [open, high, low, close])
  return Math.max(0, ...prices.map((price) => price.split('.')[1]?.length ?? 0))
}

import type { Lane } from '../../lib/market/lanes.ts'
import type { Kline } from '../../lib/model/kline.ts'

/** The lane that handouts come from. */
export const benchLane: Lane = { venue: 'binanceusdm', interval: '1m', name: 'all' }

// As many as are kept by default, so that the sorted sets have the length they have in service.
export const candlesPerSymbol = 500

const minuteMs = 60_000
const firstOpenTime = 29_000_000 * minuteMs
const lastOpenTime = firstOpenTime + (candlesPerSymbol - 1) * minuteMs

/** The symbol of an index, of a length that symbols have. */
export function benchSymbol(index: number): string {
  return `S${String(index).padStart(4, '0')}USDT`
}

/** The newest candle of a symbol; a higher version is newer and has other prices. */
export function liveKline(version: number): Kline {
  return klineAt(lastOpenTime, version)
}

/** The newest `count` candles of a symbol, oldest first, all in this version. */
export function latestKlines(count: number, version: number): Kline[] {
  return Array.from({ length: count }, (_, i) => klineAt(lastOpenTime - (count - 1 - i) * minuteMs, version))
}

function klineAt(openTime: number, version: number): Kline {
  const close = 60_000 + ((openTime / minuteMs + version) % 997) / 10
  return {
    openTime,
    open: '60051.3',
    high: (close + 120).toFixed(1),
    low: '59921.8',
    close: close.toFixed(1),
    volume: (1_000 + version / 1_000).toFixed(3),
    class: openTime === lastOpenTime ? 0 : 2,
    time: openTime + minuteMs - 1,
    source: 'rest',
  }
}

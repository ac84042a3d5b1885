import type { Hub } from '../../lib/hub/hub.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import type { Kline } from '../../lib/model/kline.ts'
import { toPerpetual } from './instrument.ts'

export const venue = 'binanceusdm'
export const series = { venue, interval: '1m' } as const
export const symbols: readonly string[] = ['AUSDT', 'BUSDT', 'CUSDT', 'DUSDT', 'EUSDT']

const minute = 60_000
/** Open time of minute 0. */
export const start = 1_764_000_000_000 - (1_764_000_000_000 % minute)

/** Lists symbols and makes them the lane, in this order. */
export async function list(hub: Hub, all = symbols): Promise<void> {
  await writeInstruments(hub, venue, listInstruments(all.map(toPerpetual), new Map(), new Map()))
  await hub.redis.del(hub.keys.lane(venue, '1m', 'all'))
  await hub.redis.rpush(hub.keys.lane(venue, '1m', 'all'), ...all)
}

/** A candle of the minute `at`. */
export function kline(at: number, volume: number, klineClass: 0 | 1 | 2 = 0): Kline {
  const prices = { open: '1', high: '2', low: '0.5', close: String(1 + volume / 100) }
  return {
    openTime: start + at * minute,
    ...prices,
    volume: String(volume),
    class: klineClass,
    time: start,
    source: 'rest',
  }
}

/** Merges candles of one symbol, as if it had been polled. */
export async function merge(hub: Hub, index: number, klines: readonly Kline[], all = symbols): Promise<void> {
  const symbol = all[index] as string
  await mergeKlines(hub, series, [{ symbol, index, polledAt: start + klines.length, klines }])
}

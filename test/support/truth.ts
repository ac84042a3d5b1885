import { expect } from 'chai'
import { readKlines } from '../../lib/market/klines.ts'
import { readLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { toDecimal } from '../../lib/model/decimal.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { lane } from './system.ts'
import type { System } from './system.ts'
import type { Candle } from './simulator.ts'
import { marketNameOf } from './venue-names.ts'

/** What a symbol's candles end as: open time -> open, high, low, close and volume. */
export type Truth = (symbol: string) => Promise<ReadonlyMap<number, readonly string[]>>

/** The simulator's own account of its final candles. */
export function simulatorTruth(system: System, since: number, interval: Interval = '1m'): Truth {
  return async (symbol) =>
    toTruth(await system.simulator.candles(marketNameOf(symbol), Math.trunc(since), interval))
}

/** Candles by open time. */
export function toTruth(candles: readonly Candle[]): ReadonlyMap<number, readonly string[]> {
  return new Map(candles.map(([openTime, ...rest]) => [openTime, rest]))
}

/**
 * Compares every final candle of a lane's symbols in Redis with the truth, decimal for decimal, and gives how many
 * there were. Neither side may lack one between a symbol's first candle in Redis and its last final one.
 */
export async function requireExact(system: System, truth: Truth, of: Lane = lane): Promise<number> {
  const differences: string[] = []
  let compared = 0
  for (const symbol of await readLane(system.hub, of)) {
    const stored = await readKlines(system.hub, of, symbol, 5_000)
    const finals = stored.filter((kline) => kline.class === 2)
    const [first, last] = [stored[0]?.openTime ?? Infinity, finals.at(-1)?.openTime ?? -Infinity]
    const expected = new Map(
      [...(await truth(symbol))].filter(([openTime]) => openTime >= first && openTime <= last),
    )
    for (const { openTime, open, high, low, close, volume } of finals) {
      compared += 1
      const found = [open, high, low, close, volume].join(' ')
      const wanted = expected.get(openTime)?.map(toDecimal).join(' ')
      if (found !== wanted) differences.push(`${symbol} ${openTime}: expected ${wanted}, found ${found}`)
      expected.delete(openTime)
    }
    for (const openTime of expected.keys()) differences.push(`${symbol} ${openTime}: absent, or not final`)
  }
  expect(differences.slice(0, 5), `${differences.length} differences`).to.deep.equal([])
  return compared
}

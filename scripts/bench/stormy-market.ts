import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Numbers from 0 to 1, the same for the same seed. */
export function dice(seed: number): () => number {
  let at = seed >>> 0
  return () => {
    at = (at + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(at ^ (at >>> 15), at | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const minutes = 240
// Of the price, in a minute: so that stops some parts of a thousand away are reached now and then.
const stride = 0.08

/** Writes a recording in which prices of some symbols stride up and down; gives the simulator's flags. */
export function writeStormyMarket(folder: string, symbols: readonly string[], seed: number): string[] {
  const roll = dice(seed)
  const start = 1_764_000_000_000
  const rows = symbols.flatMap((symbol, at) => {
    const base = [12, 100, 950][at % 3] ?? 1
    let last = base
    return Array.from({ length: minutes }, (_, minute) => {
      const drift = (base - last) / base
      const close = last * (1 + stride * (roll() - 0.5) * 2 + drift * 0.2)
      const [high, low] = [Math.max(last, close), Math.min(last, close)]
      const prices = [last, high, low, close].map((price) => price.toFixed(3))
      last = close
      return [symbol, start + minute * 60_000, ...prices, 1000.5].join(',')
    })
  })
  const path = join(folder, 'storm.csv')
  writeFileSync(path, `symbol,openTime,open,high,low,close,volume\n${rows.join('\n')}\n`)
  return ['--replay', path, '--symbols', String(symbols.length), '--start-minute', '20']
}

import type { HotCondition } from '../model/hot-condition.ts'
import { candlesIn } from './hot-facts.ts'
import type { HotFacts, HotKline } from './hot-facts.ts'

/** Judges a symbol by the function in the file that a condition names. */
export type ModuleJudge = (path: string, facts: HotFacts) => boolean

/** Why a symbol is hot, in words; undefined when it is not. What is not known makes no symbol hot. */
export function hotReason(condition: HotCondition, facts: HotFacts, judge: ModuleJudge): string | undefined {
  if ('all' in condition) {
    const reasons = condition.all.map((each) => hotReason(each, facts, judge))
    return reasons.every((reason) => reason !== undefined) ? reasons.join(' and ') : undefined
  }
  if ('any' in condition) {
    const reasons = condition.any.map((each) => hotReason(each, facts, judge))
    return reasons.find((reason) => reason !== undefined)
  }
  if ('quoteVolume24h' in condition) {
    const volume = facts.quoteVolume24h
    return volume !== undefined && volume >= condition.quoteVolume24h.atLeast
      ? `24-hour volume ${volume}`
      : undefined
  }
  if ('quoteVolume' in condition) {
    const { minutes, atLeast } = condition.quoteVolume
    const volume = recentVolume(facts, minutes)
    return volume !== undefined && volume >= atLeast
      ? `volume ${Math.round(volume)} in ${minutes} min`
      : undefined
  }
  if ('move' in condition) {
    const { minutes, atLeast } = condition.move
    const move = recentMove(facts, minutes)
    return move !== undefined && Math.abs(move) >= atLeast
      ? `move ${move.toFixed(4)} in ${minutes} min`
      : undefined
  }
  if ('openPosition' in condition) return facts.openPosition ? 'open position' : undefined
  if ('symbols' in condition) return condition.symbols.includes(facts.symbol) ? 'listed by hand' : undefined
  return judge(condition.module, facts) ? condition.module : undefined
}

/**
 * Traded within the newest candles that make up `minutes`, the open one among them, in the quote asset; undefined when
 * they are not known up to now.
 */
export function recentVolume(facts: HotFacts, minutes: number): number | undefined {
  const last = newestOf(facts)
  if (last === undefined) return undefined
  const from = last.openTime - (candlesIn(minutes, facts.intervalMs) - 1) * facts.intervalMs
  return facts.klines
    .filter(({ openTime }) => openTime >= from)
    .reduce((sum, { volume, close }) => sum + volume * close, 0)
}

/**
 * How far the price is from where the candle that ran `minutes` ago opened, as a fraction, negative for a fall;
 * undefined when that candle is not known, or none of now.
 */
export function recentMove(facts: HotFacts, minutes: number): number | undefined {
  const last = newestOf(facts)
  if (last === undefined) return undefined
  const from = last.openTime - candlesIn(minutes, facts.intervalMs) * facts.intervalMs
  const first = facts.klines.find(({ openTime }) => openTime === from)
  return first === undefined || first.open === 0 ? undefined : last.close / first.open - 1
}

/** How many minutes back a condition looks. */
export function minutesBack(condition: HotCondition): number {
  if ('all' in condition) return Math.max(...condition.all.map(minutesBack))
  if ('any' in condition) return Math.max(...condition.any.map(minutesBack))
  if ('quoteVolume' in condition) return condition.quoteVolume.minutes
  if ('move' in condition) return condition.move.minutes
  // A function of one's own sees an hour.
  return 'module' in condition ? 60 : 0
}

// For a lap after each close the candle that has just closed is the newest that is known.
function newestOf({ klines, now, intervalMs }: HotFacts): HotKline | undefined {
  const last = klines.at(-1)
  return last !== undefined && last.openTime > now - 2 * intervalMs ? last : undefined
}

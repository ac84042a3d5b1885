import type { CandleSource, MinuteCandle } from './candle.ts'
import { walkAt, walkBlock } from './random-walk.ts'
import { gaussian, uniform } from './random.ts'

/** What a synthetic symbol is like. */
export interface Character {
  readonly seed: number
  /** seeds the way of the price: symbols of one asset share it */
  readonly walkSeed: number
  /** around which the price walks, in ticks */
  readonly basePrice: number
  /** standard deviation of the price a minute, as a fraction */
  readonly sigma: number
  /** lots traded in a minute with trades, on average */
  readonly meanVolume: number
  /** share of the minutes without a trade, from 0 to 0.9 */
  readonly quietShare: number
  /** no candle before */
  readonly firstMinute: number
}

const BLOCK = 1024
/** blocks kept per symbol: 40 kB each, so that 500 symbols with a day of 1-minute candles need 80 MB */
const BLOCKS_KEPT = 4

/** Minutes made up from a seed, any of them without those before: the same in every process. */
export function openSyntheticSource(character: Character): CandleSource {
  const { seed, walkSeed, sigma, firstMinute } = character
  const blocks = new Map<number, Float64Array>()
  let latest: { readonly number: number; readonly block: Float64Array } | undefined

  function blockOf(minute: number): Float64Array {
    const number = Math.floor(minute / BLOCK)
    if (latest?.number === number) return latest.block
    let block = blocks.get(number)
    if (block === undefined) {
      block = makeBlock(number * BLOCK)
      if (blocks.size >= BLOCKS_KEPT) blocks.delete(blocks.keys().next().value!)
    } else blocks.delete(number)
    blocks.set(number, block)
    latest = { number, block }
    return block
  }

  function makeBlock(first: number): Float64Array {
    const walk = walkBlock(walkSeed, sigma, first, BLOCK)
    const block = new Float64Array(BLOCK * 5)
    let last = closeBefore(first)
    for (let i = 0; i < BLOCK; i++) {
      const minute = first + i
      const traded = isTraded(minute)
      const close = traded ? toTicks(walk[i + 1]!) : last
      const reach = traded ? last * sigma * 0.6 : 0
      block[i * 5] = last
      block[i * 5 + 1] = Math.max(last, close) + Math.round(reach * Math.abs(gaussian(seed, minute, 3)))
      block[i * 5 + 2] = Math.max(
        1,
        Math.min(last, close) - Math.round(reach * Math.abs(gaussian(seed, minute, 4))),
      )
      block[i * 5 + 3] = close
      block[i * 5 + 4] = traded ? volumeOf(minute, Math.abs(close - last) / (last * sigma)) : 0
      last = close
    }
    return block
  }

  function isTraded(minute: number): boolean {
    return character.quietShare === 0 || uniform(seed, minute, 5) >= character.quietShare
  }

  /** Price of the last trade before a minute, in ticks. */
  function closeBefore(minute: number): number {
    let last = minute - 1
    while (!isTraded(last)) last -= 1
    return toTicks(walkAt(walkSeed, sigma, last + 1))
  }

  function toTicks(walked: number): number {
    return Math.max(2, Math.round(character.basePrice * Math.exp(walked)))
  }

  /** Lots: heavy-tailed, and more of them when the price moved (`move` in standard deviations). */
  function volumeOf(minute: number, move: number): number {
    const luck = Math.exp(0.8 * gaussian(seed, minute, 6) - 0.32)
    return Math.max(1, Math.round(character.meanVolume * luck * (0.5 + 0.6 * move)))
  }

  return {
    firstMinute,

    read(minute: number, into: MinuteCandle): boolean {
      if (minute < firstMinute) return false
      const block = blockOf(minute)
      const at = (minute % BLOCK) * 5
      into.open = block[at]!
      into.high = block[at + 1]!
      into.low = block[at + 2]!
      into.close = block[at + 3]!
      into.volume = block[at + 4]!
      into.key = minute
      return true
    },

    lastAtOrBefore(minute: number): number | undefined {
      return minute < firstMinute ? undefined : minute
    },
  }
}

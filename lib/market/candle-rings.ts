import type { Interval } from '../model/timeframe.ts'
import { intervalsMs } from '../model/timeframe.ts'
import { lengthen } from './lengthen.ts'

/**
 * A stretch of open times that a symbol's candles lack, or hold only as they stood before their end: from the first of
 * them up to the next that is there.
 */
export interface Gap {
  readonly slot: number
  readonly from: number
  readonly until: number
}

/**
 * The last `length` candles of many symbols at one interval, in typed arrays: one stretch of each array per symbol, so
 * that a symbol's values lie side by side, oldest first, and a view of them needs no copy. Symbols are numbered slots.
 * The arrays are replaced by longer ones when there is to be room for more symbols.
 */
export class CandleRings {
  readonly interval: Interval
  readonly intervalMs: number
  readonly length: number
  openTime: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  /** in the base asset */
  volume: Float64Array
  /** 0 open, 1 provisional, 2 final */
  class: Uint8Array
  /** venue time of the last poll, per slot; 0 never */
  polledAt: Float64Array
  /** place in the feed of the last change, per slot */
  changedAt: Float64Array
  // Per slot: where its first candle stands, and behind its last.
  #first: Int32Array
  #end: Int32Array
  readonly #stretch: number

  constructor(interval: Interval, slots: number, length: number) {
    this.interval = interval
    this.intervalMs = intervalsMs[interval]
    this.length = length
    // With some room behind, a full stretch is moved to its front only once in a while.
    this.#stretch = length + Math.max(16, length >> 2)
    const size = slots * this.#stretch
    this.openTime = new Float64Array(size)
    this.open = new Float64Array(size)
    this.high = new Float64Array(size)
    this.low = new Float64Array(size)
    this.close = new Float64Array(size)
    this.volume = new Float64Array(size)
    this.class = new Uint8Array(size)
    this.polledAt = new Float64Array(slots)
    this.changedAt = new Float64Array(slots)
    this.#first = new Int32Array(slots)
    this.#end = new Int32Array(slots)
    for (let slot = 0; slot < slots; slot++) this.clear(slot)
  }

  /** Makes room for more symbols, `slots` in all; the candles stay, in longer arrays. */
  grow(slots: number): void {
    const before = this.polledAt.length
    const size = slots * this.#stretch
    this.openTime = lengthen(this.openTime, size)
    this.open = lengthen(this.open, size)
    this.high = lengthen(this.high, size)
    this.low = lengthen(this.low, size)
    this.close = lengthen(this.close, size)
    this.volume = lengthen(this.volume, size)
    this.class = lengthen(this.class, size)
    this.polledAt = lengthen(this.polledAt, slots)
    this.changedAt = lengthen(this.changedAt, slots)
    this.#first = lengthen(this.#first, slots)
    this.#end = lengthen(this.#end, slots)
    for (let slot = before; slot < slots; slot++) this.clear(slot)
  }

  /** How many candles a symbol has. */
  count(slot: number): number {
    return (this.#end[slot] as number) - (this.#first[slot] as number)
  }

  /** Where in the arrays the candle `back` from the newest stands (0 the newest); -1 when there is none. */
  at(slot: number, back = 0): number {
    const position = (this.#end[slot] as number) - 1 - back
    return position >= (this.#first[slot] as number) ? position : -1
  }

  /** A symbol's values of one array, oldest first: a view that the next change may move, so use it at once. */
  view(values: Float64Array, slot: number): Float64Array {
    return values.subarray(this.#first[slot], this.#end[slot])
  }

  /**
   * Takes one candle in. Of two versions of one open time the one with the higher class, then the larger volume stays,
   * unless `force` says that the given one is the truth. Gives whether anything changed.
   */
  put(
    slot: number,
    openTime: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    klineClass: number,
    force = false,
  ): boolean {
    const first = this.#first[slot] as number
    const end = this.#end[slot] as number
    let position = end - 1
    if (end === first || openTime > (this.openTime[position] as number)) {
      position = this.#append(slot)
    } else {
      while (position >= first && (this.openTime[position] as number) > openTime) position--
      if (position >= first && this.openTime[position] === openTime) {
        const oldClass = this.class[position] as number
        const newer =
          klineClass > oldClass || (klineClass === oldClass && volume >= (this.volume[position] as number))
        if (!newer && !force) return false
      } else {
        // Older than all, and there is no room for it.
        if (position < first && end - first >= this.length) return false
        position = this.#insert(slot, position + 1)
      }
    }
    this.openTime[position] = openTime
    this.open[position] = open
    this.high[position] = high
    this.low[position] = low
    this.close[position] = close
    this.volume[position] = volume
    this.class[position] = klineClass
    return true
  }

  /** Forgets a symbol's candles. */
  clear(slot: number): void {
    this.#first[slot] = slot * this.#stretch
    this.#end[slot] = slot * this.#stretch
    this.polledAt[slot] = 0
  }

  /** Whether a symbol's candles follow one another without a gap, and are final where they can be. */
  isWhole(slot: number): boolean {
    const first = this.#first[slot] as number
    const last = (this.#end[slot] as number) - 1
    if (last <= first) return true
    const span = (this.openTime[last] as number) - (this.openTime[first] as number)
    const ended = this.class.subarray(first, last - 1)
    return span === (last - first) * this.intervalMs && !ended.includes(0) && !ended.includes(1)
  }

  /**
   * The stretches that a symbol's candles lack, oldest first. One that is not final although another has passed since is
   * as good as missing: a poll leaves at most the newest two so, and when polls fail for long no later one reaches back.
   */
  gaps(slot: number): Gap[] {
    const gaps: Gap[] = []
    const first = this.#first[slot] as number
    const end = this.#end[slot] as number
    const endedBefore = (this.openTime[end - 1] as number) - this.intervalMs
    let expected = this.openTime[first] as number
    for (let position = first; position < end; position++) {
      const found = this.openTime[position] as number
      if (found < endedBefore && this.class[position] !== 2) continue
      if (found !== expected) gaps.push({ slot, from: expected, until: found })
      expected = found + this.intervalMs
    }
    return gaps
  }

  #append(slot: number): number {
    const front = slot * this.#stretch
    let first = this.#first[slot] as number
    let end = this.#end[slot] as number
    if (end === front + this.#stretch) {
      const keepFrom = end - this.length + 1
      this.#move(front, keepFrom, end)
      first = front
      end = front + this.length - 1
    } else if (end - first === this.length) first += 1
    this.#first[slot] = first
    this.#end[slot] = end + 1
    return end
  }

  // Makes room at a position that is not the end; the oldest candle goes when there are too many.
  #insert(slot: number, position: number): number {
    const first = this.#first[slot] as number
    const end = this.#end[slot] as number
    if (end - first === this.length) {
      this.#move(first, first + 1, position)
      return position - 1
    }
    if (first > slot * this.#stretch) {
      this.#move(first - 1, first, position)
      this.#first[slot] = first - 1
      return position - 1
    }
    this.#move(position + 1, position, end)
    this.#end[slot] = end + 1
    return position
  }

  #move(to: number, from: number, until: number): void {
    for (const values of [this.openTime, this.open, this.high, this.low, this.close, this.volume])
      values.copyWithin(to, from, until)
    this.class.copyWithin(to, from, until)
  }
}

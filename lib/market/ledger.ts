import { ConfigError } from '../model/errors.ts'
import { intervalsMs } from '../model/timeframe.ts'
import type { Interval } from '../model/timeframe.ts'
import { CandleRings } from './candle-rings.ts'
import type { FeedVisitor } from './feed-message.ts'
import { lengthen } from './lengthen.ts'

/** A symbol that a ledger follows. */
export interface LedgerSymbol {
  readonly symbol: string
  /** the instrument's index in the feed */
  readonly index: number
}

/** How a candle that is still open looks to someone who also sees the quotes. */
export interface LiveCandle {
  readonly openTime: number
  /** traded values */
  readonly open: number
  readonly volume: number
  /** the traded high, or the best bid since the open where that is higher: a price one could have sold at */
  readonly high: number
  /** the traded low, or the best ask since the open where that is lower */
  readonly low: number
  /** the last trade, moved into the spread where newer quotes have left it behind */
  readonly close: number
}

interface CandleQuotes {
  /** open time of the candle that the last quote fell into */
  bucket: Float64Array
  maxBid: Float64Array
  minAsk: Float64Array
}

/** More symbols than any venue lists, and so the end of what one that lists nonsense can cost. */
export const mostSymbols = 5_000

/**
 * The whole market in this process's memory: per interval the last candles of every symbol, and the best quotes.
 * Everything is a number: nothing here is money. Symbols are numbered slots, `slotOf` names them. Arrays are replaced
 * by longer ones when more symbols come, so nobody keeps one.
 */
export class Ledger implements FeedVisitor {
  /** place in the feed of what is being taken in */
  sequence = 0
  readonly #symbols: LedgerSymbol[] = []
  bid: Float64Array
  bidSize: Float64Array
  ask: Float64Array
  askSize: Float64Array
  /** venue time of the quote, 0 where there is none */
  quoteTime: Float64Array
  /** slots that changed since `takeChanged` */
  #changed: Int32Array
  #isChanged: Uint8Array
  #changedCount = 0
  #tickersPolledAt = 0
  readonly #rings = new Map<number, CandleRings>()
  readonly #ringList: CandleRings[]
  // Per interval and slot: the highest bid and lowest ask of the candle that a quote last fell into.
  readonly #quotes: CandleQuotes[]
  #capacity: number
  readonly #slots: number[] = []
  readonly #names = new Map<string, number>()

  /** An empty ledger with room for `capacity` symbols at first and the last `length` candles of each at every interval. */
  constructor(of: { capacity: number; intervals: readonly Interval[]; length: number }) {
    if (of.intervals.length === 0)
      throw new ConfigError('a ledger needs at least one interval, was given none')
    const slots = of.capacity
    this.#capacity = slots
    this.bid = new Float64Array(slots)
    this.bidSize = new Float64Array(slots)
    this.ask = new Float64Array(slots)
    this.askSize = new Float64Array(slots)
    this.quoteTime = new Float64Array(slots)
    this.#changed = new Int32Array(slots)
    this.#isChanged = new Uint8Array(slots)
    this.#ringList = of.intervals.map((interval) => new CandleRings(interval, slots, of.length))
    for (const rings of this.#ringList) this.#rings.set(rings.intervalMs, rings)
    this.#quotes = this.#ringList.map(() => ({
      bucket: new Float64Array(slots),
      maxBid: new Float64Array(slots),
      minAsk: new Float64Array(slots),
    }))
  }

  /** Follows one more symbol, or one under another index; gives its slot, which stays, or -1 beyond `mostSymbols`. */
  add({ symbol, index }: LedgerSymbol): number {
    const known = this.slotOf(symbol)
    const slot = known >= 0 ? known : this.#symbols.length
    if (slot >= this.#capacity && !this.#grow()) return -1
    const before = this.#symbols[slot]
    if (before !== undefined && this.#slots[before.index] === slot) this.#slots[before.index] = -1
    this.#symbols[slot] = { symbol, index }
    this.#slots[index] = slot
    this.#names.set(symbol, slot)
    return slot
  }

  /** What is followed, by slot. */
  get symbols(): readonly LedgerSymbol[] {
    return this.#symbols
  }

  /** The candles of one interval; throws ConfigError for one that the ledger does not follow. */
  candles(interval: Interval): CandleRings {
    const rings = this.#rings.get(intervalsMs[interval])
    if (rings === undefined) {
      throw new ConfigError(
        `the ledger follows ${this.#ringList.map((each) => each.interval).join(', ')}, was asked for ${interval}`,
      )
    }
    return rings
  }

  /** The intervals that are followed. */
  intervals(): Interval[] {
    return this.#ringList.map(({ interval }) => interval)
  }

  /** The slot of a symbol, -1 where it is not followed. */
  slotOf(symbol: string): number {
    return this.#names.get(symbol) ?? -1
  }

  /** The slot of an instrument's index, -1 where it is not followed. */
  slotOfIndex(index: number): number {
    return this.#slots[index] ?? -1
  }

  /** A symbol's newest candle with newer quotes taken in; undefined where it has none. Allocates: not for scans. */
  live(interval: Interval, slot: number): LiveCandle | undefined {
    const rings = this.candles(interval)
    const at = rings.at(slot)
    if (at < 0) return undefined
    return {
      openTime: rings.openTime[at] as number,
      open: rings.open[at] as number,
      volume: rings.volume[at] as number,
      high: this.liveHigh(rings, slot, at),
      low: this.liveLow(rings, slot, at),
      close: this.liveClose(rings, slot, at),
    }
  }

  /** The high of the candle at `at`, the newest of the slot, raised by the best bid since its open. */
  liveHigh(rings: CandleRings, slot: number, at: number): number {
    const quotes = this.#quotesOf(rings)
    const high = rings.high[at] as number
    const bid = quotes.maxBid[slot] as number
    return quotes.bucket[slot] === rings.openTime[at] && bid > high ? bid : high
  }

  /** The low of the candle at `at`, the newest of the slot, lowered by the best ask since its open. */
  liveLow(rings: CandleRings, slot: number, at: number): number {
    const quotes = this.#quotesOf(rings)
    const low = rings.low[at] as number
    const ask = quotes.minAsk[slot] as number
    return quotes.bucket[slot] === rings.openTime[at] && ask < low ? ask : low
  }

  /** The close of the candle at `at`, the newest of the slot, moved into the spread of a quote newer than its poll. */
  liveClose(rings: CandleRings, slot: number, at: number): number {
    const close = rings.close[at] as number
    const time = this.quoteTime[slot] as number
    const openTime = rings.openTime[at] as number
    if (time <= (rings.polledAt[slot] as number) || time < openTime || time >= openTime + rings.intervalMs)
      return close
    const bid = this.bid[slot] as number
    const ask = this.ask[slot] as number
    return close < bid ? bid : close > ask ? ask : close
  }

  /** Venue ms since the symbol was last asked for, at any of the given interval's polls; Infinity when it never was. */
  ageMs(interval: Interval, slot: number, now: number): number {
    const polledAt = this.candles(interval).polledAt[slot] as number
    return polledAt === 0 ? Infinity : now - polledAt
  }

  /** Venue ms since the market was last asked for its quotes. */
  quotesAgeMs(now: number): number {
    return this.#tickersPolledAt === 0 ? Infinity : now - this.#tickersPolledAt
  }

  /** Takes every symbol as changed. */
  markAll(): void {
    for (const slot of this.#symbols.keys()) this.mark(slot)
  }

  /** Takes a symbol as changed. */
  mark(slot: number): void {
    if (this.#isChanged[slot] === 1) return
    this.#isChanged[slot] = 1
    this.#changed[this.#changedCount++] = slot
  }

  /** Calls back for every slot that changed since the last time, once each. */
  takeChanged(visit: (slot: number) => void): void {
    const count = this.#changedCount
    this.#changedCount = 0
    for (let i = 0; i < count; i++) this.#isChanged[this.#changed[i] as number] = 0
    for (let i = 0; i < count; i++) visit(this.#changed[i] as number)
  }

  kline(
    intervalMs: number,
    index: number,
    openTime: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    klineClass: number,
  ): void {
    const slot = this.slotOfIndex(index)
    const rings = this.#rings.get(intervalMs)
    if (slot < 0 || rings === undefined) return
    if (!rings.put(slot, openTime, open, high, low, close, volume, klineClass)) return
    rings.changedAt[slot] = this.sequence
    this.mark(slot)
  }

  polled(intervalMs: number, index: number, polledAt: number): void {
    const slot = this.slotOfIndex(index)
    const rings = this.#rings.get(intervalMs)
    if (slot >= 0 && rings !== undefined && polledAt > (rings.polledAt[slot] as number))
      rings.polledAt[slot] = polledAt
  }

  ticker(index: number, time: number, bid: number, bidSize: number, ask: number, askSize: number): void {
    const slot = this.slotOfIndex(index)
    if (slot < 0 || time < (this.quoteTime[slot] as number)) return
    this.bid[slot] = bid
    this.bidSize[slot] = bidSize
    this.ask[slot] = ask
    this.askSize[slot] = askSize
    this.quoteTime[slot] = time
    for (let i = 0; i < this.#ringList.length; i++) {
      const { intervalMs } = this.#ringList[i] as CandleRings
      const quotes = this.#quotes[i] as CandleQuotes
      const bucket = time - (time % intervalMs)
      if (quotes.bucket[slot] !== bucket) {
        quotes.bucket[slot] = bucket
        quotes.maxBid[slot] = bid
        quotes.minAsk[slot] = ask
        continue
      }
      if (bid > (quotes.maxBid[slot] as number)) quotes.maxBid[slot] = bid
      if (ask < (quotes.minAsk[slot] as number)) quotes.minAsk[slot] = ask
    }
    this.mark(slot)
  }

  tickersPolled(polledAt: number): void {
    if (polledAt > this.#tickersPolledAt) this.#tickersPolledAt = polledAt
  }

  #grow(): boolean {
    const slots = Math.min(mostSymbols, Math.max(16, 2 * this.#capacity))
    if (slots <= this.#capacity) return false
    this.#capacity = slots
    this.bid = lengthen(this.bid, slots)
    this.bidSize = lengthen(this.bidSize, slots)
    this.ask = lengthen(this.ask, slots)
    this.askSize = lengthen(this.askSize, slots)
    this.quoteTime = lengthen(this.quoteTime, slots)
    this.#changed = lengthen(this.#changed, slots)
    this.#isChanged = lengthen(this.#isChanged, slots)
    for (const rings of this.#ringList) rings.grow(slots)
    for (const quotes of this.#quotes) {
      quotes.bucket = lengthen(quotes.bucket, slots)
      quotes.maxBid = lengthen(quotes.maxBid, slots)
      quotes.minAsk = lengthen(quotes.minAsk, slots)
    }
    return true
  }

  #quotesOf(rings: CandleRings): CandleQuotes {
    return this.#quotes[this.#ringList.indexOf(rings)] as CandleQuotes
  }
}

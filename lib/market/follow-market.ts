import { decodeTicker } from '../model/ticker.ts'
import type { FeedSnapshot } from '../../lua/feed-snapshot.ts'
import type { Hub } from '../hub/hub.ts'
import type { Interval } from '../model/timeframe.ts'
import { followFeed } from './feed.ts'
import { visitFeedMessage } from './feed-message.ts'
import { readInstruments } from './instruments.ts'
import { readLane } from './lanes.ts'
import { Ledger } from './ledger.ts'
import { loadHistories, putStored } from './load-histories.ts'
import { repairGaps } from './repair-gaps.ts'

/** The market as this process knows it. */
export interface Market {
  readonly ledger: Ledger
  /** the feed is being followed, without a gap */
  isLive(): boolean
  /** every history has come */
  isComplete(): boolean
  /** nobody may take a risk on this symbol: it was not asked for of late, or the feed is lost */
  isStale(slot: number): boolean
  counts(): {
    symbols: number
    missing: number
    gaps: number
    absent: number
    resyncs: number
    changes: number
  }
  stop(): Promise<void>
}

/** What to follow. */
export interface MarketOptions {
  readonly intervals: readonly Interval[]
  /** candles of each symbol and interval */
  readonly length: number
  /** market ms since the last poll of a symbol after which it is stale */
  readonly staleAfterMs: number
}

// Real ms.
const symbolsEveryMs = 5_000
const gapsEveryMs = 1_000
// Room for symbols that are listed while the process lives; what is not used costs no memory.
const spareSlots = 256

/**
 * Follows the symbols of a venue's lanes: feed, histories, gaps. `onChange` is called after each batch of changes, when
 * the ledger stands still.
 */
export async function followMarket(
  hub: Hub,
  venue: string,
  options: MarketOptions,
  onChange: () => void,
): Promise<Market> {
  const base = options.intervals[0] as Interval
  const first = await readSymbols()
  const ledger = new Ledger({
    capacity: first.length + spareSlots,
    intervals: options.intervals,
    length: options.length,
  })
  for (const each of first) ledger.add(each)
  let live = false
  let changes = 0

  const histories = loadHistories(hub, venue, ledger, options.length, (rings, slot) =>
    repair.check(rings, slot),
  )
  const repair = repairGaps(hub, venue, ledger, (slots) => histories.want(slots))

  async function readSymbols(): Promise<{ symbol: string; index: number }[]> {
    const [symbols, instruments] = await Promise.all([
      readLane(hub, { venue, interval: base, name: 'all' }),
      readInstruments(hub, venue),
    ])
    return symbols
      .flatMap((symbol) => instruments.get(symbol) ?? [])
      .map(({ symbol, index }) => ({ symbol, index }))
  }

  function takeSnapshot(snapshot: FeedSnapshot): void {
    ledger.sequence = snapshot.sequence
    for (const [i, interval] of options.intervals.entries()) {
      const rings = ledger.candles(interval)
      const { heads, polls } = snapshot.series[i] ?? { heads: [], polls: [] }
      for (let at = 0; at < heads.length; at += 2) {
        const slot = ledger.slotOf(heads[at] as string)
        if (slot < 0) continue
        putStored(rings, slot, heads[at + 1] as string)
      }
      for (let at = 0; at < polls.length; at += 2) {
        const slot = ledger.slotOf(polls[at] as string)
        if (slot >= 0) rings.polledAt[slot] = Number(polls[at + 1])
      }
    }
    for (let at = 0; at < snapshot.tickers.length; at += 2) {
      const slot = ledger.slotOf(snapshot.tickers[at] as string)
      const index = ledger.symbols[slot]?.index
      if (index === undefined) continue
      const { time, bid, bidSize, ask, askSize } = decodeTicker(snapshot.tickers[at + 1] as string)
      ledger.ticker(index, time, Number(bid), Number(bidSize), Number(ask), Number(askSize))
    }
    ledger.tickersPolled(snapshot.tickersPolledAt)
    live = true
    // Whoever reads looks at everything once: what changed meanwhile has come without a message.
    ledger.markAll()
    // What a missed message held may lie anywhere in the histories.
    histories.want(ledger.symbols.keys())
    onChange()
  }

  const feed = followFeed(hub, venue, options.intervals, {
    async epoch() {
      for (const each of await readSymbols()) ledger.add(each)
    },
    snapshot: takeSnapshot,
    message(message) {
      ledger.sequence += 1
      changes += visitFeedMessage(message, ledger)
      onChange()
    },
    lost(reason) {
      live = false
      hub.log.warn({ venue, reason }, 'the feed was lost')
      onChange()
    },
  })

  const timer = setInterval(() => {
    for (const interval of options.intervals) {
      const rings = ledger.candles(interval)
      for (const slot of ledger.symbols.keys()) if (!rings.isWhole(slot)) repair.check(rings, slot)
    }
  }, gapsEveryMs)
  const symbolsTimer = setInterval(() => {
    readSymbols().then(
      (symbols) => {
        const added = symbols.filter(({ symbol }) => ledger.slotOf(symbol) < 0)
        const slots = symbols.map((each) => ledger.add(each))
        if (added.length === 0) return
        hub.log.info({ added: added.map(({ symbol }) => symbol) }, 'symbols added to the ledger')
        if (slots.includes(-1))
          hub.log.error('the ledger is full: start this process again to follow every symbol')
        histories.want(added.map(({ symbol }) => ledger.slotOf(symbol)).filter((slot) => slot >= 0))
      },
      () => {},
    )
  }, symbolsEveryMs)

  return {
    ledger,
    isLive: () => live,
    isComplete: () => live && histories.missing() === 0,
    isStale: (slot) => !live || ledger.ageMs(base, slot, hub.clock.now()) > options.staleAfterMs,
    counts() {
      const { open, absent } = repair.counts()
      return {
        symbols: ledger.symbols.length,
        missing: histories.missing(),
        gaps: open,
        absent,
        resyncs: feed.resyncs(),
        changes,
      }
    },
    async stop() {
      clearInterval(timer)
      clearInterval(symbolsTimer)
      feed.stop()
      histories.stop()
      await repair.stop()
    },
  }
}

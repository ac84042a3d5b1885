import type { Hub } from '../hub/hub.ts'
import type { Interval } from '../model/timeframe.ts'
import type { CandleRings } from './candle-rings.ts'
import { followFeed } from './feed.ts'
import { visitFeedMessage } from './feed-message.ts'
import { readInstruments } from './instruments.ts'
import { readLane } from './lanes.ts'
import { Ledger, mostSymbols } from './ledger.ts'
import { loadHistories } from './load-histories.ts'
import { repairGaps } from './repair-gaps.ts'
import { takeSnapshot } from './take-snapshot.ts'

/** The market as this process knows it. */
export interface Market {
  readonly ledger: Ledger
  /** the feed is being followed, without a gap */
  isLive(): boolean
  /** every history has come */
  isComplete(): boolean
  /** the symbol's own histories have come since the feed was joined: nothing of them can be lost or old */
  isLoaded(slot: number): boolean
  /** nobody may take a risk on this symbol: it is not loaded, it was not asked for of late, or the feed is lost */
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
// Room for symbols that are listed while the process lives, before the ledger grows; what is not used costs no memory.
const spareSlots = 64

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

  const histories = loadHistories(hub, venue, ledger, options.length, onLoaded)
  const repair = repairGaps(hub, venue, ledger, (slots) => histories.refresh(slots))

  async function readSymbols(): Promise<{ symbol: string; index: number }[]> {
    const [symbols, instruments] = await Promise.all([
      readLane(hub, { venue, interval: base, name: 'all' }),
      readInstruments(hub, venue),
    ])
    return symbols
      .flatMap((symbol) => instruments.get(symbol) ?? [])
      .map(({ symbol, index }) => ({ symbol, index }))
  }

  /** What is known of a symbol is known anew: whoever held back because it was not looks at it again. */
  function onLoaded(rings: CandleRings, slot: number): void {
    repair.check(rings, slot)
    if (!histories.isLoaded(slot)) return
    ledger.mark(slot)
    onChange()
  }

  const feed = followFeed(hub, venue, options.intervals, {
    async epoch() {
      for (const each of await readSymbols()) ledger.add(each)
    },
    snapshot(snapshot) {
      const slots = takeSnapshot(ledger, options.intervals, snapshot)
      live = true
      // What a missed message held may lie anywhere in the histories.
      histories.begin(slots, snapshot)
      onChange()
    },
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
      for (const slot of ledger.symbols.keys()) {
        // What is still to come from the hub is not missing there.
        if (histories.isLoaded(slot)) repair.check(rings, slot)
      }
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
          hub.log.error({ mostSymbols }, 'more symbols are listed than a ledger follows')
        histories.want(added.map(({ symbol }) => ledger.slotOf(symbol)).filter((slot) => slot >= 0))
      },
      () => {},
    )
  }, symbolsEveryMs)

  const isLoaded = (slot: number) => live && histories.isLoaded(slot)
  return {
    ledger,
    isLive: () => live,
    isComplete: () => live && histories.missing() === 0,
    isLoaded,
    isStale: (slot) => !isLoaded(slot) || ledger.ageMs(base, slot, hub.clock.now()) > options.staleAfterMs,
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

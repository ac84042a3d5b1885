import type { FeedSnapshot } from '../../lua/feed-snapshot.ts'
import { decodeTicker } from '../model/ticker.ts'
import type { Interval } from '../model/timeframe.ts'
import type { CandleRings } from './candle-rings.ts'
import type { Ledger } from './ledger.ts'
import { putStored } from './load-histories.ts'

/**
 * Puts a snapshot of the feed into a ledger that follows these intervals. Gives all slots, first those whose newest
 * candle changed or that were asked for since the ledger was last told: what they lack is the most likely to matter.
 */
export function takeSnapshot(
  ledger: Ledger,
  intervals: readonly Interval[],
  snapshot: FeedSnapshot,
): number[] {
  const moved = new Set<number>()
  ledger.sequence = snapshot.sequence
  for (const [i, interval] of intervals.entries()) {
    const rings = ledger.candles(interval)
    // Places in the feed before this one, of another epoch even, say nothing beside those that follow.
    rings.changedAt.fill(0)
    const { heads, polls } = snapshot.series[i] ?? { heads: [], polls: [] }
    for (let at = 0; at < heads.length; at += 2) {
      const slot = ledger.slotOf(heads[at] as string)
      if (slot < 0) continue
      const before = newestOf(rings, slot)
      putStored(rings, slot, heads[at + 1] as string)
      if (newestOf(rings, slot) !== before) moved.add(slot)
    }
    for (let at = 0; at < polls.length; at += 2) {
      const slot = ledger.slotOf(polls[at] as string)
      const polledAt = Number(polls[at + 1])
      if (slot < 0) continue
      if (rings.polledAt[slot] !== polledAt) moved.add(slot)
      rings.polledAt[slot] = polledAt
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
  // Whoever reads looks at everything once: what changed meanwhile has come without a message.
  ledger.markAll()
  return [...moved, ...[...ledger.symbols.keys()].filter((slot) => !moved.has(slot))]
}

function newestOf(rings: CandleRings, slot: number): string {
  const at = rings.at(slot)
  return at < 0 ? '' : `${rings.openTime[at]} ${rings.class[at]} ${rings.volume[at]} ${rings.close[at]}`
}

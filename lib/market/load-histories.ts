import { setImmediate as nextTurn } from 'node:timers/promises'
import { feedHistories } from '../../lua/feed-histories.ts'
import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'
import type { CandleRings } from './candle-rings.ts'
import type { Ledger } from './ledger.ts'

/** Brings the histories of a ledger's symbols from the hub, a few at a time. */
export interface HistoryLoader {
  /** asks for these slots at every interval, again if they were loaded before */
  want(slots: Iterable<number>): void
  /** how many series are still to come */
  missing(): number
  stop(): void
}

// So few that neither Redis nor this process is held up for more than some ms.
const symbolsAtOnce = 10
const retryMs = 100

type StoredRow = [number, string, string, string, string, string, number, number, string]

/** `onLoaded` is told of each series that has come. */
export function loadHistories(
  hub: Hub,
  venue: string,
  ledger: Ledger,
  length: number,
  onLoaded: (rings: CandleRings, slot: number) => void,
): HistoryLoader {
  const wanted = ledger
    .intervals()
    .map((interval) => ({ rings: ledger.candles(interval), slots: new Set<number>() }))
  let running = false
  let stopped = false

  const missing = () => wanted.reduce((sum, { slots }) => sum + slots.size, 0)

  async function loadSome(rings: CandleRings, slots: Set<number>): Promise<void> {
    const some = [...slots].slice(0, symbolsAtOnce)
    const klines = some.map((slot) =>
      hub.keys.klines(venue, rings.interval, ledger.symbols[slot]?.symbol ?? ''),
    )
    const told = await feedHistories(
      hub.redis,
      { sequence: hub.keys.feedSequence(venue), klines },
      { count: length },
    )
    for (const [i, slot] of some.entries()) {
      // What changed while the answer was under way is newer than the answer: ask again.
      if ((rings.changedAt[slot] as number) > told.sequence) continue
      putStored(rings, slot, `[${told.rows[i]?.join(',') ?? ''}]`)
      slots.delete(slot)
      onLoaded(rings, slot)
    }
  }

  async function run(): Promise<void> {
    running = true
    while (!stopped && missing() > 0) {
      for (const { rings, slots } of wanted) {
        if (slots.size === 0 || stopped) continue
        try {
          await loadSome(rings, slots)
          await nextTurn()
        } catch (error) {
          hub.log.debug({ error: describeError(error) }, 'histories were not read')
          await new Promise((resolve) => setTimeout(resolve, retryMs))
        }
      }
    }
    running = false
  }

  return {
    want(slots) {
      for (const slot of slots) for (const each of wanted) each.slots.add(slot)
      if (!running && !stopped) void run()
    },
    missing,
    stop() {
      stopped = true
    },
  }
}

/** Puts klines in as the truth of this moment; `text` is a JSON list of stored rows, as a head is. */
export function putStored(rings: CandleRings, slot: number, text: string): void {
  for (const [openTime, open, high, low, close, volume, klineClass] of JSON.parse(text) as StoredRow[]) {
    rings.put(
      slot,
      openTime,
      Number(open),
      Number(high),
      Number(low),
      Number(close),
      Number(volume),
      klineClass,
      true,
    )
  }
}

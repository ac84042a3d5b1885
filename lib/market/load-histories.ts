import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { feedHistories } from '../../lua/feed-histories.ts'
import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'
import type { CandleRings } from './candle-rings.ts'
import type { FeedPosition } from './feed-message.ts'
import type { Ledger } from './ledger.ts'

/** Brings the histories of a ledger's symbols from the hub, a few at a time, in the order in which they are wanted. */
export interface HistoryLoader {
  /** nothing is known any more: asks for all of these slots, as they stand at this place of the feed or later */
  begin(slots: readonly number[], from: FeedPosition): void
  /** asks for more slots */
  want(slots: readonly number[]): void
  /** asks once more for slots, which are known meanwhile as they are */
  refresh(slots: readonly number[]): void
  /** whether all of a slot's histories have come */
  isLoaded(slot: number): boolean
  /** how many series are still to come */
  missing(): number
  stop(): void
}

// So few that neither Redis nor this process is held up for more than some ms.
const symbolsAtOnce = 10
const retryMs = 100
const againMs = 10

type StoredRow = [number, string, string, string, string, string, number, number, string]

/** `onLoaded` is told of each series that has come. */
export function loadHistories(
  hub: Hub,
  venue: string,
  ledger: Ledger,
  length: number,
  onLoaded: (rings: CandleRings, slot: number) => void,
): HistoryLoader {
  const series = ledger.intervals().map((interval) => ({
    rings: ledger.candles(interval),
    wanted: new Set<number>(),
    unknown: new Set<number>(),
  }))
  let since: FeedPosition = { epoch: 0, sequence: 0 }
  let running = false
  let stopped = false

  async function loadSome({ rings, wanted, unknown }: (typeof series)[number]): Promise<number> {
    const some = [...wanted].slice(0, symbolsAtOnce)
    const klines = some.map((slot) =>
      hub.keys.klines(venue, rings.interval, ledger.symbols[slot]?.symbol ?? ''),
    )
    const told = await feedHistories(
      hub.redis,
      { sequence: hub.keys.feedSequence(venue), klines },
      { count: length },
    )
    // An answer from before the feed was joined lacks what a lost message held.
    if (told.epoch !== since.epoch || told.sequence < since.sequence) return 0
    let loaded = 0
    for (const [i, slot] of some.entries()) {
      // What changed while the answer was under way is newer than the answer: ask again.
      if ((rings.changedAt[slot] as number) > told.sequence) continue
      putStored(rings, slot, `[${told.rows[i]?.join(',') ?? ''}]`)
      wanted.delete(slot)
      unknown.delete(slot)
      loaded += 1
      onLoaded(rings, slot)
    }
    return loaded
  }

  async function loadEach(): Promise<number> {
    let loaded = 0
    for (const each of series) {
      if (each.wanted.size === 0 || stopped) continue
      loaded += await loadSome(each)
      await nextTurn()
    }
    return loaded
  }

  async function run(): Promise<void> {
    if (running || stopped) return
    running = true
    while (!stopped && series.some(({ wanted }) => wanted.size > 0)) {
      try {
        if ((await loadEach()) === 0) await sleep(againMs)
      } catch (error) {
        hub.log.debug({ error: describeError(error) }, 'histories were not read')
        await sleep(retryMs)
      }
    }
    running = false
  }

  function want(slots: readonly number[]): void {
    for (const { wanted, unknown } of series) {
      for (const slot of slots) {
        wanted.add(slot)
        unknown.add(slot)
      }
    }
    void run()
  }

  return {
    begin(slots, from) {
      since = from
      for (const { wanted } of series) wanted.clear()
      want(slots)
    },
    want,
    refresh(slots) {
      for (const { wanted } of series) for (const slot of slots) wanted.add(slot)
      void run()
    },
    isLoaded: (slot) => series.every(({ unknown }) => !unknown.has(slot)),
    missing: () => series.reduce((sum, { unknown }) => sum + unknown.size, 0),
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

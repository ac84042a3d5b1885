import type { Hub } from '../hub/hub.ts'
import { closeAll, openQueue } from '../hub/queues.ts'
import { describeError } from '../model/errors.ts'
import type { CandleRings } from './candle-rings.ts'
import { backfillQueue } from './kline-jobs.ts'
import type { BackfillJob } from './kline-jobs.ts'
import type { Ledger } from './ledger.ts'

/** Finds what a ledger's histories lack and has it fetched. */
export interface GapRepair {
  /** looks at one series again */
  check(rings: CandleRings, slot: number): void
  /** stretches that are being repaired, and ones that the venue itself has nothing for */
  counts(): { open: number; absent: number }
  stop(): Promise<void>
}

// Real ms.
const askAgainMs = 4_000
const lookEveryMs = 1_000
// What so many backfills have not brought does not exist at the venue: it was down, or the symbol was not listed.
const mostTries = 3

interface OpenGap {
  readonly rings: CandleRings
  readonly slot: number
  readonly from: number
  readonly until: number
  tries: number
  askedAt: number
}

/** `reload` is called with the slots whose history may have come since. */
export function repairGaps(
  hub: Hub,
  venue: string,
  ledger: Ledger,
  reload: (slots: number[]) => void,
): GapRepair {
  const queue = openQueue<BackfillJob>(hub, backfillQueue(venue))
  const gaps = new Map<string, OpenGap>()

  function check(rings: CandleRings, slot: number): void {
    const found = rings.isWhole(slot) ? [] : rings.gaps(slot)
    const stands = new Set(found.map(({ from }) => from))
    for (const [key, gap] of gaps) {
      if (gap.rings === rings && gap.slot === slot && !stands.has(gap.from)) gaps.delete(key)
    }
    for (const { from, until } of found) {
      const key = `${rings.interval} ${slot} ${from}`
      if (gaps.has(key)) continue
      gaps.set(key, { rings, slot, from, until, tries: 0, askedAt: 0 })
      hub.log.info(
        { symbol: ledger.symbols[slot]?.symbol, interval: rings.interval, from, until },
        'candles are missing',
      )
    }
  }

  async function ask(gap: OpenGap): Promise<void> {
    const symbol = ledger.symbols[gap.slot]?.symbol ?? ''
    const { interval, intervalMs } = gap.rings
    gap.askedAt = Date.now()
    gap.tries += 1
    const candles = Math.round((gap.until - gap.from) / intervalMs)
    const data = { symbol, interval, candles, until: gap.until - intervalMs }
    // Several readers miss the same candles: one job brings them for all.
    await queue.add('kline.backfill', data, {
      jobId: `${interval}-${symbol}-${gap.from}`,
      removeOnFail: true,
    })
  }

  const timer = setInterval(() => {
    const due = [...gaps.values()].filter(
      ({ tries, askedAt }) => tries < mostTries && Date.now() - askedAt > askAgainMs,
    )
    for (const gap of due) {
      ask(gap).catch((error: unknown) =>
        hub.log.debug({ error: describeError(error) }, 'no backfill was asked for'),
      )
    }
    const waiting = [...gaps.values()]
      .filter(({ tries }) => tries > 0 && tries < mostTries)
      .map(({ slot }) => slot)
    if (waiting.length > 0) reload([...new Set(waiting)])
  }, lookEveryMs)

  return {
    check,
    counts() {
      const absent = [...gaps.values()].filter(({ tries }) => tries >= mostTries).length
      return { open: gaps.size - absent, absent }
    },
    async stop() {
      clearInterval(timer)
      await closeAll(hub, queue)
    },
  }
}

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

const longestPauseMs = 3600_000
// What so many backfills have not brought does not exist at the venue, as it seems: it was down, or the symbol was not
// listed. It is asked for ever more seldom, for it may as well have been the backfills that failed.
const mostTries = 3

interface OpenGap {
  readonly rings: CandleRings
  readonly slot: number
  readonly from: number
  until: number
  tries: number
  askAt: number
}

/**
 * `reload` is called with the slots whose history may have come since. A gap is asked for again every `againMs`, in
 * real ms.
 */
export function repairGaps(
  hub: Hub,
  venue: string,
  ledger: Ledger,
  reload: (slots: number[]) => void,
  againMs = 4_000,
): GapRepair {
  const queue = openQueue<BackfillJob>(hub, backfillQueue(venue))
  // Per series with gaps, each by its first open time.
  const gapsOf = new Map<string, Map<number, OpenGap>>()
  const all = () => [...gapsOf.values()].flatMap((gaps) => [...gaps.values()])

  function check(rings: CandleRings, slot: number): void {
    const key = `${rings.interval} ${slot}`
    const found = rings.isWhole(slot) ? [] : rings.gaps(slot)
    if (found.length === 0) {
      gapsOf.delete(key)
      return
    }
    const before = gapsOf.get(key)
    const gaps = new Map<number, OpenGap>()
    for (const { from, until } of found) {
      const known = before?.get(from)
      gaps.set(from, known ?? { rings, slot, from, until, tries: 0, askAt: 0 })
      if (known !== undefined) known.until = until
      else {
        const { symbol } = ledger.symbols[slot] ?? {}
        hub.log.info({ symbol, interval: rings.interval, from, until }, 'candles are missing')
      }
    }
    gapsOf.set(key, gaps)
  }

  async function ask(gap: OpenGap): Promise<void> {
    const symbol = ledger.symbols[gap.slot]?.symbol ?? ''
    const { interval, intervalMs } = gap.rings
    gap.tries += 1
    gap.askAt = Date.now() + Math.min(longestPauseMs, againMs * 2 ** Math.max(0, gap.tries - mostTries))
    const candles = Math.round((gap.until - gap.from) / intervalMs)
    const data = { symbol, interval, candles, until: gap.until - intervalMs }
    // Several readers miss the same candles: one job brings them for all.
    await queue.add('kline.backfill', data, {
      jobId: `${interval}-${symbol}-${gap.from}`,
      removeOnFail: true,
    })
  }

  const timer = setInterval(() => {
    for (const gap of all().filter(({ askAt }) => askAt <= Date.now())) {
      ask(gap).catch((error: unknown) =>
        hub.log.debug({ error: describeError(error) }, 'no backfill was asked for'),
      )
    }
    const waiting = all()
      .filter(({ tries }) => tries > 0 && tries < mostTries)
      .map(({ slot }) => slot)
    if (waiting.length > 0) reload([...new Set(waiting)])
  }, againMs / 4)

  return {
    check,
    counts() {
      const open = all()
      const absent = open.filter(({ tries }) => tries >= mostTries).length
      return { open: open.length - absent, absent }
    },
    async stop() {
      clearInterval(timer)
      await closeAll(hub, queue)
    },
  }
}

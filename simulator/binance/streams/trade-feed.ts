import { MINUTE_MS } from '../../core/candle.ts'
import { emptyGrown } from '../../core/growth.ts'
import { growMinute } from '../../core/klines.ts'
import type { Listing } from '../../core/listing.ts'
import { hash } from '../../core/random.ts'
import { formatUnits } from '../../core/units.ts'
import type { Feed } from './feed.ts'

const STEP_MS = 100
const scratch = emptyGrown()

/** What was traded in each 100 ms, as one trade at the price it ended with. */
export function toTradeFeed(find: () => Listing | undefined, kind: 'trade' | 'aggTrade'): Feed {
  let step = -1
  let minute = -1
  let lots = 0
  return (now) => {
    const listing = find()
    const current = Math.floor(now / STEP_MS)
    if (listing === undefined || current === step) return []
    const isFirst = step === -1
    step = current
    const nowMinute = Math.floor(now / MINUTE_MS)
    if (!growMinute(listing, nowMinute, current * STEP_MS, scratch)) return []
    const traded = nowMinute === minute ? scratch.volume - lots : scratch.volume
    minute = nowMinute
    lots = scratch.volume
    if (isFirst || traded <= 0) return []
    const s = listing.symbol
    const p = formatUnits(scratch.close, listing.priceDigits)
    const q = formatUnits(traded, listing.quantityDigits)
    const m = (hash(listing.seed, current, 61) & 1) === 1
    const T = current * STEP_MS
    if (kind === 'trade') return [{ e: kind, E: now, T, s, t: current, p, q, X: 'MARKET', m }]
    return [{ e: kind, E: now, a: current, s, p, q, nq: q, f: current, l: current, T, m, st: 1 }]
  }
}

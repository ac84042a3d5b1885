import { MINUTE_MS } from '../../core/candle.ts'
import { emptyGrown } from '../../core/growth.ts'
import { growMinute } from '../../core/klines.ts'
import { hash } from '../../core/random.ts'
import { formatContracts, formatPrice, type Instrument } from '../instruments.ts'
import type { Feed } from './feed.ts'

const STEP_MS = 100
const scratch = emptyGrown()

/** What was traded in each 100 ms, as one trade at the price it ended with. */
export function toTradeFeed(find: () => Instrument | undefined): Feed {
  let step = -1
  let minute = -1
  let lots = 0
  return (now) => {
    const instrument = find()
    const current = Math.floor(now / STEP_MS)
    if (instrument === undefined || current === step) return []
    const isFirst = step === -1
    step = current
    const time = current * STEP_MS
    const nowMinute = Math.floor(time / MINUTE_MS)
    const { listing } = instrument
    if (!growMinute(listing, nowMinute, time, scratch)) return []
    const traded = nowMinute === minute ? scratch.volume - lots : scratch.volume
    minute = nowMinute
    lots = scratch.volume
    if (isFirst || traded <= 0) return []
    const trade = {
      instId: instrument.instId,
      tradeId: String(current),
      px: formatPrice(instrument, scratch.close),
      sz: formatContracts(instrument, traded),
      side: (hash(listing.seed, current, 61) & 1) === 1 ? 'sell' : 'buy',
      ts: String(time),
      count: '1',
      source: '0',
      seqId: current,
    }
    return [[trade]]
  }
}

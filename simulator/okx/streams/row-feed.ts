import type { Clock } from '../../core/clock.ts'
import type { Instrument } from '../instruments.ts'
import { toTicker } from '../tickers.ts'
import type { Feed } from './feed.ts'

const TICKER_MS = 100
/** what does not change is told again after so long */
const AGAIN_MS = 10_000

/** A row at once, and from then on when it is another than before, looked at every `everyMs`. */
export function toRowFeed(
  find: () => Instrument | undefined,
  toRow: (instrument: Instrument, now: number) => object | undefined,
  everyMs: number,
): Feed {
  let step = -1
  let told = ''
  let toldAt = 0
  return (now) => {
    const current = Math.floor(now / everyMs)
    const instrument = find()
    if (instrument === undefined || current === step) return []
    step = current
    const row = toRow(instrument, now)
    const text = row === undefined ? '' : JSON.stringify({ ...row, ts: '' })
    if (row === undefined || (text === told && now - toldAt < AGAIN_MS)) return []
    told = text
    toldAt = now
    return [[row]]
  }
}

export function toTickerFeed(find: () => Instrument | undefined, clock: Clock): Feed {
  return toRowFeed(find, (instrument) => toTicker(instrument, clock), TICKER_MS)
}

import type { Clock } from '../../core/clock.ts'
import type { Listing } from '../../core/listing.ts'
import { toTicker } from '../tickers.ts'
import type { Feed } from './feed.ts'

const PUSH_MS = 100
/** told by REST alone, unless the contract is a future */
const OF_FUTURES = [
  'predictedDeliveryPrice',
  'basisRate',
  'deliveryFeeRate',
  'deliveryTime',
  'basis',
  'basisRateYear',
]

/** The whole ticker first, then every 100 ms the fields that changed. */
export function toTickerFeed(find: () => Listing | undefined, clock: Clock): Feed {
  let lastPush = -1
  let told: Map<string, string> | undefined
  return (now) => {
    const listing = find()
    const push = Math.floor(now / PUSH_MS)
    if (listing === undefined || push === lastPush) return []
    lastPush = push
    const isFuture = listing.contract === 'CURRENT_QUARTER'
    const ticker = new Map(
      Object.entries(toTicker(listing, clock)).filter(([name]) => isFuture || !OF_FUTURES.includes(name)),
    )
    const before = told
    told = ticker
    if (before === undefined) return [{ type: 'snapshot', ts: now, data: Object.fromEntries(ticker) }]
    const changed = [...ticker].filter(([name, value]) => before.get(name) !== value)
    if (changed.length === 0) return []
    const data = { symbol: ticker.get('symbol'), ...Object.fromEntries(changed) }
    return [{ type: 'delta', ts: now, data }]
  }
}

import type { Listing } from './listing.ts'
import { toSyntheticListing } from './synthetic-listing.ts'

/** What a universe filter must leave out, one of each kind; synthetic, and not counted by --symbols. */
export function toSpecialListings(seed: number, now: number): Listing[] {
  const deliveryTime = nextQuarterEnd(now)
  const delivery = new Date(deliveryTime).toISOString().slice(2, 10).replaceAll('-', '')
  return [
    { ...usdt('DEFI'), underlying: 'INDEX' as const },
    { ...usdt('TSLA'), contract: 'TRADIFI_PERPETUAL' as const, underlying: 'EQUITY' as const },
    { ...usdt('PREMARKET'), underlying: 'PREMARKET' as const },
    { ...usdt('SETTLING'), status: 'SETTLING' as const, deliveryTime: toHour(now) + 7 * 86_400_000 },
    { symbol: 'BTCUSDC', baseAsset: 'BTC', quoteAsset: 'USDC', plain: false },
    {
      ...usdt('BTC'),
      symbol: `BTCUSDT_${delivery}`,
      pair: 'BTCUSDT',
      contract: 'CURRENT_QUARTER' as const,
      deliveryTime,
    },
  ].map((terms) => toSyntheticListing(terms, seed))
}

function usdt(baseAsset: string) {
  return { symbol: `${baseAsset}USDT`, baseAsset, quoteAsset: 'USDT', plain: false }
}

/** 08:00 UTC on the last Friday of March, June, September or December, at least a day away. */
function nextQuarterEnd(now: number): number {
  const from = new Date(now + 86_400_000)
  for (let month = from.getUTCMonth(); ; month++) {
    if (month % 3 !== 2) continue
    const last = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0, 8))
    const friday = last.getTime() - ((last.getUTCDay() + 2) % 7) * 86_400_000
    if (friday > from.getTime()) return friday
  }
}

function toHour(time: number): number {
  return Math.floor(time / 3_600_000) * 3_600_000
}

import type { Hub } from '../../lib/hub/hub.ts'
import { readKlines } from '../../lib/market/klines.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { decodeMark } from '../../lib/model/mark.ts'

const minuteMs = 60_000
// A day and a bit, as far back as losses are looked at.
const most = 25 * 60
// Real ms.
const readEveryMs = 60_000
const askAgainMs = 2_000

/** Prices of assets in the quote asset at a time of the last 25 hours. */
export interface PastPrices {
  /** reads what is needed for these assets, unless that was done of late */
  prepare(assets: ReadonlySet<string>): Promise<void>
  /** the close of the minute, or what it was worth last where that minute is not known; undefined: not known at all */
  readonly priceAt: (asset: string, time: number) => Decimal | undefined
}

interface Prices {
  readonly readAt: number
  readonly byMinute: ReadonlyMap<number, Decimal>
  readonly last: Decimal | undefined
}

/** Prices by the candles and the mark of each asset's perpetual. */
export function priceAssetsAt(
  hub: Hub,
  { venue, quote }: { readonly venue: string; readonly quote: string },
  instruments: () => ReadonlyMap<string, ListedInstrument>,
): PastPrices {
  const known = new Map<string, Prices>()

  async function read(asset: string): Promise<Prices> {
    const symbol = [...instruments().values()].find(
      (each) => each.base === asset && each.quote === quote && each.contract === 'perpetual' && each.linear,
    )?.symbol
    if (symbol === undefined) return { readAt: Date.now(), byMinute: new Map(), last: undefined }
    const [klines, mark] = await Promise.all([
      readKlines(hub, { venue, interval: '1m' }, symbol, most),
      hub.redis.hget(hub.keys.marks(venue), symbol),
    ])
    return {
      readAt: Date.now(),
      byMinute: new Map(klines.map(({ openTime, close }) => [openTime, close])),
      last: (mark === null ? undefined : decodeMark(mark).markPrice) ?? klines.at(-1)?.close,
    }
  }

  return {
    async prepare(assets) {
      for (const asset of assets) {
        const before = known.get(asset)
        const everyMs = before?.last === undefined ? askAgainMs : readEveryMs
        if (asset === quote || Date.now() - (before?.readAt ?? 0) < everyMs) continue
        known.set(asset, await read(asset))
      }
    },
    priceAt(asset, time) {
      if (asset === quote) return '1'
      const prices = known.get(asset)
      return prices?.byMinute.get(Math.floor(time / minuteMs) * minuteMs) ?? prices?.last
    },
  }
}

import { MINUTE_MS } from '../../core/candle.ts'
import { emptyGrown } from '../../core/growth.ts'
import { growMinute } from '../../core/klines.ts'
import type { Listing } from '../../core/listing.ts'
import { hash } from '../../core/random.ts'
import { formatUnits } from '../../core/units.ts'
import { toSymbol } from '../symbols.ts'
import type { Feed } from './feed.ts'

const STEP_MS = 100
const scratch = emptyGrown()

/** What was traded in each 100 ms, as one trade at the price it ended with. */
export function toTradeFeed(find: () => Listing | undefined): Feed {
  let step = -1
  let minute = -1
  let lots = 0
  let price: number | undefined
  let direction = 'ZeroPlusTick'
  return (now) => {
    const listing = find()
    const current = Math.floor(now / STEP_MS)
    if (listing === undefined || current === step) return []
    const isFirst = step === -1
    step = current
    const T = current * STEP_MS
    const nowMinute = Math.floor(now / MINUTE_MS)
    if (!growMinute(listing, nowMinute, T, scratch)) return []
    const traded = nowMinute === minute ? scratch.volume - lots : scratch.volume
    minute = nowMinute
    lots = scratch.volume
    if (isFirst || traded <= 0) return []
    direction = toDirection(price, scratch.close, direction)
    price = scratch.close
    const trade = {
      T,
      s: toSymbol(listing),
      S: (hash(listing.seed, current, 61) & 1) === 1 ? 'Sell' : 'Buy',
      v: formatUnits(traded, listing.quantityDigits),
      p: formatUnits(scratch.close, listing.priceDigits),
      L: direction,
      i: toId(listing.seed, current),
      BT: false,
      RPI: false,
      seq: current,
    }
    return [{ type: 'snapshot', ts: now, data: [trade] }]
  }
}

function toDirection(before: number | undefined, price: number, direction: string): string {
  if (before === undefined || price === before)
    return direction.startsWith('Zero') ? direction : `Zero${direction}`
  return price > before ? 'PlusTick' : 'MinusTick'
}

/** The form of a UUID, the same for the same trade. */
function toId(seed: number, step: number): string {
  const hex = [1, 2, 3, 4]
    .map((part) =>
      hash(seed ^ part, step, 71)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

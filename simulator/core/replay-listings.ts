import { MINUTE_MS } from './candle.ts'
import { InputError } from './input-error.ts'
import { splitSymbol, type Listing } from './listing.ts'
import { hashText } from './random.ts'
import { readReplayFile, type RecordedSymbol } from './replay-file.ts'
import { openReplaySource, type Reel } from './replay-source.ts'
import { toBookStepMs } from './synthetic-listing.ts'

const DEFAULT_START_MINUTE = 1100

export interface ReplayWish {
  readonly path: string
  readonly symbols: number
  readonly seed: number
  /** minutes into the recording at which the simulation begins; undefined for the usual place */
  readonly startMinute: number | undefined
  /** simulated ms since epoch */
  readonly now: number
}

export interface Replay {
  readonly listings: Listing[]
  readonly reel: Reel
}

/**
 * Listings over a recording, shifted in time so that `now` lies inside it. Fewer recorded symbols than asked for are
 * completed with copies that are hours or days ahead in the recording, named by an S and their number before the
 * quote asset: `AAVEUSDT` -> `AAVES1USDT`. More: the first by name.
 */
export function openReplay(wish: ReplayWish): Replay {
  const recorded = readReplayFile(wish.path).slice(0, wish.symbols)
  const recordedFrom = Math.min(...recorded.map((each) => each.firstMinute))
  const recordedTo = Math.max(...recorded.map((each) => each.firstMinute + each.fields.length / 5))
  const length = recordedTo - recordedFrom
  const startMinute = wish.startMinute ?? Math.min(DEFAULT_START_MINUTE, Math.floor(length * 0.75))
  if (startMinute >= length) {
    throw new InputError(`--start-minute must lie in the recording of ${length} minutes, was ${startMinute}`)
  }
  const reel = { recordedFrom, length, baseMinute: Math.floor(wish.now / MINUTE_MS) - startMinute }
  const rounds = Math.ceil(wish.symbols / recorded.length)
  const stepMinutes = toStep(Math.floor(length / rounds))
  const listings: Listing[] = []
  for (let round = 0; listings.length < wish.symbols; round++) {
    for (const each of recorded.slice(0, wish.symbols - listings.length)) {
      listings.push(toListing(each, reel, round, (round * stepMinutes) % length, wish.seed))
    }
  }
  return { listings, reel }
}

/** Rounded down to whole days, or hours, or at least a minute. */
function toStep(minutes: number): number {
  if (minutes >= 1440) return minutes - (minutes % 1440)
  if (minutes >= 60) return minutes - (minutes % 60)
  return Math.max(1, minutes)
}

function toListing(
  recorded: RecordedSymbol,
  reel: Reel,
  round: number,
  shiftMinutes: number,
  seed: number,
): Listing {
  const { baseAsset: recordedBase, quoteAsset } = splitSymbol(recorded.symbol)
  const baseAsset = round === 0 ? recordedBase : `${recordedBase}S${round}`
  const symbol = round === 0 ? recorded.symbol : `${baseAsset}${quoteAsset}`
  const { priceDigits, quantityDigits, fields } = recorded
  const referencePrice = fields[3]! * 10 ** -priceDigits
  return {
    symbol,
    pair: symbol,
    baseAsset,
    quoteAsset,
    contract: 'PERPETUAL',
    underlying: 'COIN',
    status: 'TRADING',
    onboardTime: reel.baseMinute * MINUTE_MS,
    deliveryTime: undefined,
    priceDigits,
    quantityDigits,
    lotValue: 10 ** -(priceDigits + quantityDigits),
    referencePrice,
    bookStepMs: toBookStepMs(meanDayValue(recorded, referencePrice)),
    spreadTicks: 1,
    plain: true,
    copyOf: round === 0 ? undefined : { symbol: recorded.symbol, shiftMinutes },
    seed: hashText(symbol, seed),
    source: openReplaySource(recorded, reel, shiftMinutes),
  }
}

function meanDayValue(recorded: RecordedSymbol, price: number): number {
  let lots = 0
  for (let i = 4; i < recorded.fields.length; i += 5) lots += Math.max(0, recorded.fields[i]!)
  return (lots * 10 ** -recorded.quantityDigits * price * 1440) / (recorded.fields.length / 5)
}

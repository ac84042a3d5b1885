import { formatShort } from '../account/fixed.ts'
import { filtersOf } from '../binance/filters.ts'
import { readBookTop } from '../core/book.ts'
import type { Clock } from '../core/clock.ts'
import { intervals } from '../core/intervals.ts'
import { readKlines, type Kline } from '../core/klines.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { readPremium } from '../core/premium.ts'
import { readDayStats } from '../core/prices.ts'
import { formatUnits } from '../core/units.ts'
import { contractSizeOf, instIdOf, readInstrument, swapsOf, toContracts } from './contracts.ts'
import { OkxError } from './okx-error.ts'

const MOST_CANDLES = 300

/** What the public endpoints tell, by path: the rows of `data`. */
export function toMarketAnswers(
  market: Market,
  clock: Clock,
): Readonly<Record<string, (query: URLSearchParams) => readonly unknown[]>> {
  const candles = (query: URLSearchParams) => {
    const listing = readInstrument(market, query.get('instId') ?? '')
    const name = (query.get('bar') ?? '1m')
      .replace(/utc$/, '')
      .replace(/[HDW]$/, (unit) => unit.toLowerCase())
    const intervalMs = (intervals as Record<string, number | undefined>)[name]
    if (intervalMs === undefined) throw new OkxError('51000', 'Parameter bar error')
    const [after, before] = ['after', 'before'].map((each) => {
      const text = query.get(each) ?? ''
      return text === '' ? undefined : Number(text)
    })
    const limit = Math.min(MOST_CANDLES, Number(query.get('limit') ?? 100))
    const now = clock.now()
    // `after` is the time that all are older than, `before` the one that all are newer than; the newest are given.
    const to = after === undefined ? undefined : after - 1
    const rows = readKlines(listing, { intervalMs, from: undefined, to, limit }, now)
    return rows
      .filter(({ openTime }) => before === undefined || openTime > before)
      .toReversed()
      .map((row) => toCandle(listing, row, row.openTime + intervalMs <= now))
  }
  return {
    '/api/v5/public/time': () => [{ ts: String(Math.floor(clock.now())) }],
    '/api/v5/public/instruments': () => swapsOf(market).map(toInstrument),
    '/api/v5/market/tickers': () => swapsOf(market).flatMap((each) => toTicker(each, clock)),
    '/api/v5/public/mark-price': () =>
      swapsOf(market).flatMap((each) => {
        const premium = readPremium(each, clock.now())
        if (premium === undefined) return []
        const { markPrice, time } = premium
        return [{ instType: 'SWAP', instId: instIdOf(each), markPx: markPrice.toFixed(8), ts: String(time) }]
      }),
    '/api/v5/public/funding-rate': () =>
      swapsOf(market).flatMap((each) => {
        const premium = readPremium(each, clock.now())
        if (premium === undefined) return []
        const { lastFundingRate, nextFundingTime, time } = premium
        return [
          {
            instType: 'SWAP',
            instId: instIdOf(each),
            fundingRate: lastFundingRate.toFixed(8),
            fundingTime: String(nextFundingTime),
            nextFundingRate: '',
            nextFundingTime: String(nextFundingTime + 8 * 3_600_000),
            ts: String(time),
          },
        ]
      }),
    '/api/v5/market/candles': candles,
    '/api/v5/market/history-candles': candles,
  }
}

function toInstrument(listing: Listing) {
  const { tick, lot, maxQuantity, maxMarketQuantity } = filtersOf(listing)
  const contracts = (quantity: bigint) => formatShort(toContracts(quantity, listing))
  return {
    instType: 'SWAP',
    instId: instIdOf(listing),
    uly: `${listing.baseAsset}-${listing.quoteAsset}`,
    instFamily: `${listing.baseAsset}-${listing.quoteAsset}`,
    baseCcy: '',
    quoteCcy: '',
    settleCcy: listing.quoteAsset,
    ctType: 'linear',
    ctVal: formatShort(contractSizeOf(listing)),
    ctMult: '1',
    ctValCcy: listing.baseAsset,
    lotSz: contracts(lot),
    minSz: contracts(lot),
    tickSz: formatShort(tick),
    maxLmtSz: contracts(maxQuantity),
    maxMktSz: contracts(maxMarketQuantity),
    lever: '100',
    listTime: String(listing.onboardTime),
    expTime: '',
    state: listing.status === 'TRADING' ? 'live' : 'suspend',
    ruleType: 'normal',
  }
}

function toTicker(listing: Listing, clock: Clock): object[] {
  const now = clock.now()
  const top = readBookTop(listing, now, clock.offsetMs)
  if (top === undefined) return []
  const day = readDayStats(listing, now)
  const size = lotsToContracts
  return [
    {
      instType: 'SWAP',
      instId: instIdOf(listing),
      last: formatUnits(day?.close ?? top.bid[0], listing.priceDigits),
      bidPx: formatUnits(top.bid[0], listing.priceDigits),
      bidSz: size(top.bid[1]),
      askPx: formatUnits(top.ask[0], listing.priceDigits),
      askSz: size(top.ask[1]),
      vol24h: size(day?.volume ?? 0),
      volCcy24h: formatUnits(day?.volume ?? 0, listing.quantityDigits),
      ts: String(Math.floor(top.time)),
    },
  ]
}

function toCandle(listing: Listing, row: Kline, isClosed: boolean): string[] {
  const price = (ticks: number) => formatUnits(ticks, listing.priceDigits)
  return [
    String(row.openTime),
    price(row.open),
    price(row.high),
    price(row.low),
    price(row.close),
    lotsToContracts(row.volume),
    formatUnits(row.volume, listing.quantityDigits),
    row.quoteVolume.toFixed(4),
    isClosed ? '1' : '0',
  ]
}

// A lot is a hundredth of a contract.
function lotsToContracts(lots: number): string {
  return formatUnits(lots, 2)
}

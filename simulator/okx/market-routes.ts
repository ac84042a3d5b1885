import type { Clock } from '../core/clock.ts'
import { answerCandles, type longestAnswer } from './candles.ts'
import { toInstrumentRow, type Instrument, type Instruments } from './instruments.ts'
import { readLimit, readText, readType } from './parameters.ts'
import type { MarketRoute, MarketRoutes } from './route.ts'
import type { Scope } from './span-limits.ts'
import { toBook, toFundingRate, toMarkPrice, toTicker } from './tickers.ts'

const MOST_LEVELS = 400

/** The public market data and what each endpoint allows in 2 s. https://www.okx.com/docs-v5/en/#public-data-rest-api */
export function toMarketRoutes(instruments: Instruments, clock: Clock): MarketRoutes {
  const route = (limit: number, answer: MarketRoute['answer'], scope: Scope = 'address'): MarketRoute => ({
    limit,
    scope,
    answer,
  })
  const one = (query: URLSearchParams) => instruments.read(readText(query, 'instId'))
  /** Those of a type, or the one that is asked for. */
  const some = (query: URLSearchParams): Instrument[] => {
    const type = readType(query)
    const instId = query.get('instId') ?? ''
    if (instId !== '') return [instruments.read(instId)].filter((each) => each.type === type)
    return type === undefined ? [] : instruments.list(type)
  }
  const candles = (kind: keyof typeof longestAnswer) => (query: URLSearchParams) => {
    const instrument = one(query)
    const { data, interval, isPoll } = answerCandles(instrument, query, kind, clock.now())
    return isPoll ? { data, polled: { symbol: instrument.listing.symbol, interval } } : { data }
  }
  return [
    ['GET public/time', route(10, () => ({ data: [{ ts: String(clock.now()) }] }))],
    ['GET public/instruments', route(20, (query) => ({ data: some(query).map(toInstrumentRow) }))],
    ['GET market/candles', route(40, candles('candles'))],
    ['GET market/history-candles', route(20, candles('history'))],
    [
      'GET market/tickers',
      route(20, (query) => ({ data: some(query).map((each) => toTicker(each, clock)) })),
    ],
    ['GET market/ticker', route(20, (query) => ({ data: [toTicker(one(query), clock)] }))],
    [
      'GET market/books',
      route(40, (query) => ({
        data: [toBook(one(query), readLimit(query, 'sz', 1, MOST_LEVELS), clock)],
      })),
    ],
    [
      'GET public/mark-price',
      route(
        10,
        (query) => ({ data: some(query).flatMap((each) => toMarkPrice(each, clock.now()) ?? []) }),
        'addressInstrument',
      ),
    ],
    [
      'GET public/funding-rate',
      route(
        10,
        (query) => {
          const all = query.get('instId') === 'ANY' ? instruments.list('SWAP') : [one(query)]
          return { data: all.flatMap((each) => toFundingRate(each, clock.now()) ?? []) }
        },
        'addressInstrument',
      ),
    ],
  ]
}

import { mul } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Mark } from '../model/mark.ts'
import type { Ticker } from '../model/ticker.ts'
import { decimalIf, nonZeroIf, textIn, timeIf, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'

/** GET /api/v5/market/tickers: symbol -> best bid and ask, sizes in contracts. Half a quote is no quote. */
export function toOkxTickers(body: unknown): Map<string, Ticker> {
  return new Map(
    dataOf(body, 'tickers').flatMap((row): [string, Ticker][] => {
      const [bid, ask] = [nonZeroIf(row, 'bidPx'), nonZeroIf(row, 'askPx')]
      const [bidSize, askSize] = [decimalIf(row, 'bidSz'), decimalIf(row, 'askSz')]
      const time = timeIf(row, 'ts')
      if (bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) return []
      return time === undefined
        ? []
        : [[textIn(row, 'instId'), { bid, bidSize, ask, askSize, time, updateId: 0 }]]
    }),
  )
}

/** The same answer: symbol -> traded in 24 hours. OKX tells the base asset of it, which the last price values. */
export function toQuoteVolumes(body: unknown): Map<string, Decimal> {
  return new Map(
    dataOf(body, 'tickers').flatMap((row): [string, Decimal][] => {
      const [base, last] = [decimalIf(row, 'volCcy24h'), nonZeroIf(row, 'last')]
      return base === undefined || last === undefined ? [] : [[textIn(row, 'instId'), mul(base, last)]]
    }),
  )
}

/** GET /api/v5/public/mark-price and /public/funding-rate: symbol -> its mark. The index is in neither of them. */
export function toMarks(prices: unknown, funding: unknown): Map<string, Mark> {
  const rates = new Map(dataOf(funding, 'funding rates').map((row) => [textIn(row, 'instId'), row]))
  return new Map(
    dataOf(prices, 'marks').map((row) => {
      const symbol = textIn(row, 'instId')
      const rate = rates.get(symbol) ?? {}
      return [
        symbol,
        {
          markPrice: nonZeroIf(row, 'markPx'),
          indexPrice: undefined,
          fundingRate: decimalIf(rate, 'fundingRate'),
          fundingTime: timeIf(rate, 'fundingTime'),
          time: timeIf(row, 'ts'),
        },
      ]
    }),
  )
}

function dataOf(body: unknown, what: string): Raw[] {
  return toRows(toRow(body, what)['data'], what)
}

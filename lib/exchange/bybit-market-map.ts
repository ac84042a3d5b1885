import type { Decimal } from '../model/decimal.ts'
import type { Mark } from '../model/mark.ts'
import type { Ticker } from '../model/ticker.ts'
import { decimalIf, nonZeroIf, textIn, timeIf, timeIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'

/**
 * GET /v5/market/tickers: symbol -> best bid and ask. A row has no time of its own: it is as of when the venue answered.
 * Half a quote is no quote.
 */
export function toBybitTickers(body: unknown): Map<string, Ticker> {
  const time = timeIn(toRow(body, 'tickers'), 'time')
  return new Map(
    listOf(body).flatMap((row): [string, Ticker][] => {
      const [bid, ask] = [nonZeroIf(row, 'bid1Price'), nonZeroIf(row, 'ask1Price')]
      const [bidSize, askSize] = [decimalIf(row, 'bid1Size'), decimalIf(row, 'ask1Size')]
      if (bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) return []
      return [[textIn(row, 'symbol'), { bid, bidSize, ask, askSize, time, updateId: 0 }]]
    }),
  )
}

/** The same answer: symbol -> traded in 24 hours, in the quote asset. */
export function toQuoteVolumes(body: unknown): Map<string, Decimal> {
  return new Map(
    listOf(body).flatMap((row): [string, Decimal][] => {
      const volume = decimalIf(row, 'turnover24h')
      return volume === undefined ? [] : [[textIn(row, 'symbol'), volume]]
    }),
  )
}

/** The same answer: symbol -> its mark. A contract that is no perpetual has no funding. */
export function toMarks(body: unknown): Map<string, Mark> {
  const time = timeIn(toRow(body, 'tickers'), 'time')
  return new Map(
    listOf(body).map((row) => [
      textIn(row, 'symbol'),
      {
        markPrice: nonZeroIf(row, 'markPrice'),
        indexPrice: nonZeroIf(row, 'indexPrice'),
        fundingRate: decimalIf(row, 'fundingRate'),
        fundingTime: timeIf(row, 'nextFundingTime'),
        time,
      },
    ]),
  )
}

function listOf(body: unknown): Raw[] {
  return toRows(toRow(toRow(body, 'tickers')['result'], 'tickers')['list'], 'tickers')
}

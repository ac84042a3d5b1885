import type { Mark } from '../model/mark.ts'
import { decimalIf, nonZeroIf, textIn, timeIf, toRows } from './raw.ts'

/** GET /fapi/v1/premiumIndex: symbol -> its mark. A contract that is no perpetual has no funding. */
export function toMarks(body: unknown): Map<string, Mark> {
  return new Map(
    toRows(body, 'marks').map((row) => [
      textIn(row, 'symbol'),
      {
        markPrice: nonZeroIf(row, 'markPrice'),
        indexPrice: nonZeroIf(row, 'indexPrice'),
        fundingRate: decimalIf(row, 'lastFundingRate'),
        fundingTime: timeIf(row, 'nextFundingTime'),
        time: timeIf(row, 'time'),
      },
    ]),
  )
}

import { toDecimal } from './decimal.ts'
import type { Decimal } from './decimal.ts'

/** A symbol's mark price and the funding that its next funding time brings. */
export interface Mark {
  readonly markPrice: Decimal | undefined
  readonly indexPrice: Decimal | undefined
  readonly fundingRate: Decimal | undefined
  /** venue time at which `fundingRate` is paid; undefined where it is not known */
  readonly fundingTime: number | undefined
  /** venue time at which all this was true */
  readonly time: number | undefined
}

/** The mark that a stored JSON object tells; what it lacks stays unknown. */
export function decodeMark(text: string): Mark {
  const { markPrice, indexPrice, fundingRate, fundingTime, time } = JSON.parse(text) as Record<
    string,
    string | number | undefined
  >
  return {
    markPrice: toDecimal(markPrice),
    indexPrice: toDecimal(indexPrice),
    fundingRate: toDecimal(fundingRate),
    fundingTime: fundingTime === undefined ? undefined : Number(fundingTime),
    time: time === undefined ? undefined : Number(time),
  }
}

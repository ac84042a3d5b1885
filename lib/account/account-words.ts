import type { FlatRecord } from '../../lua/positions-absent.ts'
import type { WordOf } from '../../lua/positions-merge.ts'
import type { BalanceReport } from '../model/balance-report.ts'
import type { Decimal } from '../model/decimal.ts'
import { positionField } from '../model/position-report.ts'
import type { PositionReport, Told } from '../model/position-report.ts'

/** A position or a balance, as the merge takes it. */
export function toPositionWord(report: PositionReport): WordOf {
  const { size, entryPrice, margin, valuation } = report
  const hold = {
    size: toField(size, report),
    ...(entryPrice !== undefined && size !== '0' && { entryPrice: [...toField(entryPrice, report), size] }),
  }
  const word = { hold, margin: toFields(margin, report), valuation: toFields(valuation, report) }
  return { place: positionField(report), word: JSON.stringify(word) }
}

/** That a record is flat, because the snapshots of two sources lacked it. */
export function toFlatWord({ place, time, askedAt }: FlatRecord): WordOf {
  const hold = { size: ['0', 'absence', time, askedAt, 0] }
  return { place, word: JSON.stringify({ hold, margin: {}, valuation: {} }) }
}

export function toBalanceWord(report: BalanceReport): WordOf {
  const { walletBalance, crossWalletBalance, valuation } = report
  const word = {
    wallet: toFields({ walletBalance, crossWalletBalance }, report),
    valuation: toFields(valuation, report),
  }
  return { place: report.asset, word: JSON.stringify(word) }
}

/** What a source said, as it is kept for the comparison: time (0 none), ordinal and askedAt stand first. */
export function toPositionReportWord(report: PositionReport): WordOf {
  const { size, entryPrice, margin, valuation } = report
  return toReportWord(positionField(report), report, { size, entryPrice, margin, valuation })
}

export function toBalanceReportWord(report: BalanceReport): WordOf {
  const { asset, walletBalance, crossWalletBalance, valuation } = report
  return toReportWord(asset, report, { walletBalance, crossWalletBalance, valuation })
}

function toReportWord(place: string, { time = 0, ordinal, askedAt }: Told, said: object): WordOf {
  return { place, word: JSON.stringify({ time, ordinal, askedAt, ...said }) }
}

function toFields(values: Readonly<Record<string, Decimal | undefined>>, told: Told) {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toField(value, told)]],
    ),
  )
}

function toField(value: Decimal, { source, time = 0, askedAt, ordinal }: Told) {
  return [value, source, time, askedAt, ordinal]
}

import type { RecordKind, StoredRecord } from '../../lib/orders/records.ts'

export type RecordFormat = 'csv' | 'ndjson'

// The first column is the record's id: whoever has a row knows where to go on.
const columns: Readonly<Record<RecordKind, readonly string[]>> = {
  orders: (
    'time id strategy signalId class symbol side positionSide type timeInForce postOnly reduceOnly size price state ' +
    'filled filledNotional fees reason venueId revision'
  ).split(' '),
  fills: 'time id orderId strategy symbol side size price notional fee liquidity realisedProfit'.split(' '),
  income: ['time', 'type', 'id', 'symbol', 'asset', 'amount'],
  journal: ['time', 'actor', 'kind', 'what', 'id', 'symbol', 'text'],
}

/** What stands before the first row; empty where nothing does. */
export function headOf(kind: RecordKind, format: RecordFormat): string {
  return format === 'csv' ? `${['record', ...columns[kind]].join(',')}\n` : ''
}

/** One record as a line. */
export function toRecordLine(kind: RecordKind, format: RecordFormat, { id, row }: StoredRecord): string {
  if (format === 'ndjson') return `${JSON.stringify({ record: id, ...row })}\n`
  return `${[id, ...columns[kind].map((name) => toCell(row[name]))].join(',')}\n`
}

/** The id of the record in a line; undefined in one that has none. */
export function recordIdIn(line: string): string | undefined {
  return /^(?:\{"record":")?(\d+-\d+)[",]/.exec(line)?.[1]
}

function toCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

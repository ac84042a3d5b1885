import type { Told } from '../model/position-report.ts'
import type { UserEvent } from './account-exchange.ts'
import { isFollowed, toBalances, toPositions } from './okx-account-map.ts'
import { textIf, textIn, timeIf, timeIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'

/**
 * A message of the private channels; a row for each position, order or account. `uTime` is when a record changed, by which
 * REST tells it too. https://www.okx.com/docs-v5/en/#trading-account-websocket-positions-channel
 */
export function toUserEvents(message: unknown, ordinal: number): UserEvent[] {
  const { channel, rows } = toMessage(message)
  switch (channel) {
    case 'positions':
      return rows.map((row) => {
        const from = toFrom(timeIf(row, 'pTime') ?? timeIn(row, 'uTime'), ordinal)
        return toReport({ positions: toPositions([row], from), balances: [], askedAt: from.askedAt })
      })
    case 'account':
      return rows.map((row) => {
        const from = toFrom(timeIn(row, 'uTime'), ordinal)
        return toReport({ positions: [], balances: toBalances(row, from), askedAt: from.askedAt })
      })
    case 'orders':
      return rows.filter(isFollowed).map((row) => ({ kind: 'order', ...timesOf(row), row }))
    case 'orders-algo':
      return rows.filter(isFollowed).map((row) => ({ kind: 'conditional', ...timesOf(row), row }))
    default:
      return [{ kind: 'other', name: channel }]
  }
}

/** The time of a raw message that changes the account: the latest of its records; undefined of others. */
export function accountTimeOf(message: unknown): number | undefined {
  const { channel, rows } = toMessage(message)
  if (channel !== 'positions' && channel !== 'account') return undefined
  const records = channel === 'account' ? rows.flatMap((row) => toRows(row['details'], 'details')) : rows
  const times = records.flatMap((row) => timeIf(row, 'uTime') ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}

function toMessage(message: unknown): { channel: string; rows: Raw[] } {
  const told = toRow(message, 'a message')
  if (told['arg'] === undefined || told['data'] === undefined)
    return { channel: textIf(told, 'event') ?? '', rows: [] }
  return { channel: textIn(toRow(told['arg'], 'arg'), 'channel'), rows: toRows(told['data'], 'data') }
}

function toFrom(askedAt: number, ordinal: number): Pick<Told, 'source' | 'askedAt' | 'ordinal'> {
  return { source: 'stream', askedAt, ordinal }
}

function timesOf(row: Raw): { time: number; askedAt: number } {
  const time = timeIf(row, 'uTime') ?? timeIf(row, 'triggerTime') ?? timeIn(row, 'cTime')
  return { time, askedAt: time }
}

type Report = Extract<UserEvent, { kind: 'report' }>

function toReport(report: Omit<Report['report'], 'complete'>): Report {
  return {
    kind: 'report',
    report: { ...report, complete: { positions: false, balances: false } },
    reason: '',
  }
}

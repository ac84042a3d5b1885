import type { UserEvent } from './account-exchange.ts'
import { toBalances, toPosition } from './bybit-account-map.ts'
import { isOrder, isStop, isTrade } from './bybit-order-map.ts'
import { textIf, timeIf, timeIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'

/**
 * A message of the private topics. Positions and orders have the time of their change, as by REST; a wallet has only that
 * of the message. https://bybit-exchange.github.io/docs/v5/websocket/private/position
 */
export function toUserEvents(message: unknown, ordinal: number): UserEvent[] {
  const { topic, rows, event } = toMessage(message)
  if (topic === undefined) return [{ kind: 'other', name: textIf(event, 'op') ?? '' }]
  const askedAt = timeIn(event, 'creationTime')
  const from = { source: 'stream', askedAt, ordinal } as const
  switch (topic) {
    case 'position': {
      const positions = rows.filter(isLinear).map((row) => toPosition(row, from))
      return [toReport({ positions, balances: [], askedAt })]
    }
    case 'wallet': {
      const balances = rows.flatMap((row) => toBalances(row, askedAt, from))
      return [toReport({ positions: [], balances, askedAt })]
    }
    case 'order':
      return rows.filter(isLinear).flatMap((row) => {
        const time = timeIn(row, 'updatedTime')
        const kinds = [
          ...(isStop(row) ? ['conditional' as const] : []),
          ...(isOrder(row) ? ['order' as const] : []),
        ]
        return kinds.map((kind) => ({ kind, time, askedAt, row }))
      })
    case 'execution':
      return rows
        .filter((row) => isLinear(row) && isTrade(row))
        .map((row) => ({ kind: 'order', time: timeIn(row, 'execTime'), askedAt, row }))
    default:
      return [{ kind: 'other', name: topic }]
  }
}

/** The time of a raw message that changes the account: the latest of its records; undefined of others. */
export function accountTimeOf(message: unknown): number | undefined {
  const { topic, rows, event } = toMessage(message)
  if (topic === 'wallet') return timeIf(event, 'creationTime')
  if (topic !== 'position') return undefined
  const times = rows.flatMap((row) => timeIf(row, 'updatedTime') ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}

function toMessage(message: unknown): { topic: string | undefined; rows: Raw[]; event: Raw } {
  const event = toRow(message, 'a message')
  const topic = textIf(event, 'topic')
  return { topic, rows: topic === undefined ? [] : toRows(event['data'], 'data'), event }
}

// The topics tell of options and of inverse contracts too.
function isLinear(row: Raw): boolean {
  return row['category'] === 'linear'
}

type Report = Extract<UserEvent, { kind: 'report' }>

function toReport(report: Omit<Report['report'], 'complete'>): Report {
  return {
    kind: 'report',
    report: { ...report, complete: { positions: false, balances: false } },
    reason: '',
  }
}

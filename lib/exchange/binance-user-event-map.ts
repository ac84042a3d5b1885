import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import type { PositionReport, Told } from '../model/position-report.ts'
import type { UserEvent } from './account-exchange.ts'
import { toMarginMode, toSide } from './binance-account-map.ts'
import { decimalIf, decimalIn, flagIn, nonZeroIf, textIn, timeIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'

/**
 * A raw event of the user-data stream. T, the time of the change, is the time of every record in it, as updateTime is by
 * REST; E is when it was sent. https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams
 */
export function toUserEvent(message: unknown, ordinal: number): UserEvent {
  const event = toRow(message, 'an event')
  const name = textIn(event, 'e')
  switch (name) {
    case 'ACCOUNT_UPDATE': {
      const update = toRow(event['a'], 'an account update')
      const reason = typeof update['m'] === 'string' ? update['m'] : ''
      return { kind: 'report', report: toReport(update, toTold(event, ordinal)), reason }
    }
    case 'ORDER_TRADE_UPDATE':
      return { kind: 'order', ...timesOf(event), row: toRow(event['o'], 'an order') }
    case 'ALGO_UPDATE':
      return { kind: 'conditional', ...timesOf(event), row: toRow(event['o'], 'a conditional order') }
    case 'ACCOUNT_CONFIG_UPDATE':
      return toConfigEvent(event)
    case 'listenKeyExpired':
      return { kind: 'key-expired' }
    default:
      return { kind: 'other', name }
  }
}

/** The time of a raw event that changes the account, which counts among others of the same time; undefined of others. */
export function accountTimeOf(message: unknown): number | undefined {
  const { e, T } = (message ?? {}) as Raw
  return e === 'ACCOUNT_UPDATE' && Number.isSafeInteger(T) ? (T as number) : undefined
}

function toReport(update: Raw, told: Told): AccountReport {
  return {
    positions: toRows(update['P'] ?? [], 'positions').map((row) => toPositionReport(row, told)),
    balances: toRows(update['B'] ?? [], 'balances').map((row) => toBalanceReport(row, told)),
    complete: { positions: false, balances: false },
    askedAt: told.askedAt,
  }
}

function toPositionReport(row: Raw, told: Told): PositionReport {
  return {
    symbol: textIn(row, 's'),
    side: toSide(row['ps']),
    size: decimalIn(row, 'pa'),
    entryPrice: nonZeroIf(row, 'ep'),
    margin: {
      mode: toMarginMode(row['mt']),
      leverage: undefined,
      isolatedWallet: nonZeroIf(row, 'iw'),
      initialMargin: undefined,
      maintenanceMargin: undefined,
      liquidationPrice: undefined,
    },
    valuation: { markPrice: undefined, unrealisedProfit: decimalIf(row, 'up') },
    ...told,
  }
}

function toBalanceReport(row: Raw, told: Told): BalanceReport {
  return {
    asset: textIn(row, 'a'),
    walletBalance: decimalIn(row, 'wb'),
    crossWalletBalance: decimalIf(row, 'cw'),
    valuation: {
      availableBalance: undefined,
      marginBalance: undefined,
      unrealisedProfit: undefined,
      initialMargin: undefined,
      maintenanceMargin: undefined,
    },
    ...told,
  }
}

function toConfigEvent(event: Raw): UserEvent {
  const { time } = timesOf(event)
  if (event['ac'] !== undefined) {
    const change = toRow(event['ac'], 'a change of leverage')
    return { kind: 'leverage', symbol: textIn(change, 's'), leverage: decimalIn(change, 'l'), time }
  }
  const change = toRow(event['ai'], 'a change of mode')
  return { kind: 'multi-assets', multiAssets: flagIn(change, 'j'), time }
}

function timesOf(event: Raw): { time: number; askedAt: number } {
  return { time: timeIn(event, 'T'), askedAt: timeIn(event, 'E') }
}

function toTold(event: Raw, ordinal: number): Told {
  return { source: 'stream', ...timesOf(event), ordinal }
}

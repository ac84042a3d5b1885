import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import { add, negate, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Income } from '../model/income.ts'
import type { AccountSource, PositionReport, PositionSide, Told } from '../model/position-report.ts'
import type { SymbolSettings } from './account-exchange.ts'
import {
  UnreadableAnswer,
  decimalIf,
  decimalIn,
  nonZeroIf,
  textIf,
  textIn,
  timeIf,
  timeIn,
  toRow,
  toRows,
  wordIn,
} from './raw.ts'
import type { Raw } from './raw.ts'

type From = Pick<Told, 'source' | 'askedAt' | 'ordinal'>

export const positionSides: Readonly<Record<string, PositionSide>> = {
  '0': 'both',
  '1': 'long',
  '2': 'short',
}

// An answer of this age has every change: its balances have no time of their own, only the answer has, and one that comes
// from a lagging replica must not hide what the stream told meanwhile.
const lagMs = 2_000

/** The rows of an answer, and where the next page begins; undefined on the last one. */
export function pageOf(body: unknown, what: string): { rows: Raw[]; cursor: string | undefined } {
  const result = toRow(toRow(body, `the answer with ${what}`)['result'], `the result with ${what}`)
  return { rows: toRows(result['list'], what), cursor: textIf(result, 'nextPageCursor') }
}

/** GET /v5/account/wallet-balance: every coin with something in it. */
export function toBalancesReport(body: unknown, askedAt: number): AccountReport {
  const time = timeIn(toRow(body, 'the balances'), 'time') - lagMs
  const from = { source: 'account', askedAt, ordinal: 0 } as const
  const balances = pageOf(body, 'balances').rows.flatMap((row) => toBalances(row, time, from))
  return { positions: [], balances, complete: { positions: false, balances: true }, askedAt }
}

/** The coins of an account's row, as both the endpoint and the topic `wallet` tell it. */
export function toBalances(account: Raw, time: number, from: From): BalanceReport[] {
  return toRows(account['coin'], 'coins').map((row) => {
    const initialMargin = sumIf(row, ['totalPositionIM', 'totalOrderIM'])
    const marginBalance = decimalIf(row, 'equity')
    return {
      asset: textIn(row, 'coin'),
      walletBalance: decimalIn(row, 'walletBalance'),
      crossWalletBalance: undefined,
      valuation: {
        availableBalance: availableOf(row, marginBalance, initialMargin),
        marginBalance,
        unrealisedProfit: decimalIf(row, 'unrealisedPnl'),
        initialMargin,
        maintenanceMargin: decimalIf(row, 'totalPositionMM'),
      },
      time,
      ...from,
    }
  })
}

// The venue tells what is available of the whole account only, in USD; of a coin, what its own margins leave of it is.
function availableOf(
  row: Raw,
  equity: Decimal | undefined,
  initialMargin: Decimal | undefined,
): Decimal | undefined {
  const locked = decimalIf(row, 'locked')
  return equity === undefined || initialMargin === undefined
    ? undefined
    : sub(sub(equity, initialMargin), locked ?? '0')
}

function sumIf(row: Raw, fields: readonly string[]): Decimal | undefined {
  const known = fields.flatMap((field) => decimalIf(row, field) ?? [])
  return known.length < fields.length ? undefined : add(...known)
}

/** Pages of GET /v5/position/list; `complete` when they are all positions. Asked for a symbol, flat sides are told too. */
export function toPositionsReport(
  rows: readonly Raw[],
  of: { source: AccountSource; askedAt: number; complete: boolean },
): AccountReport {
  const { source, askedAt, complete } = of
  return {
    positions: rows.map((row) => toPosition(row, { source, askedAt, ordinal: 0 })),
    balances: [],
    complete: { positions: complete, balances: false },
    askedAt,
  }
}

/** A position as both the endpoint and the topic `position` tell it; the side of a flat one is empty. */
export function toPosition(row: Raw, from: From): PositionReport {
  const size = decimalIn(row, 'size')
  const isShort = row['side'] === 'Sell'
  if (size !== '0' && !isShort && row['side'] !== 'Buy')
    throw new UnreadableAnswer(`side must be Buy or Sell, was ${JSON.stringify(row['side'])}`)
  return {
    symbol: textIn(row, 'symbol'),
    side: wordIn(positionSides, row, 'positionIdx'),
    size: isShort ? negate(size) : size,
    // The endpoint and the topic do not agree on how it is called.
    entryPrice: nonZeroIf(row, 'avgPrice') ?? nonZeroIf(row, 'entryPrice'),
    margin: {
      // 0 says nothing any more: in a unified account the mode is the account's.
      // https://bybit-exchange.github.io/docs/v5/position
      mode: String(row['tradeMode']) === '1' ? 'isolated' : undefined,
      leverage: nonZeroIf(row, 'leverage'),
      isolatedWallet: nonZeroIf(row, 'positionBalance'),
      initialMargin: decimalIf(row, 'positionIM'),
      maintenanceMargin: decimalIf(row, 'positionMM'),
      liquidationPrice: nonZeroIf(row, 'liqPrice'),
    },
    valuation: {
      markPrice: nonZeroIf(row, 'markPrice'),
      unrealisedProfit: decimalIf(row, 'unrealisedPnl'),
    },
    time: timeIf(row, 'updatedTime'),
    ...from,
  }
}

/**
 * GET /v5/account/info, the coins of the wallet, and positions, which alone tell the position mode. A unified account lends
 * every coin to every position, so its margin is in one asset while it holds only one.
 */
export function toAccountModes(info: unknown, wallet: unknown, positions: readonly Raw[]): AccountModes {
  const mode = textIn(toRow(toRow(info, 'the account info')['result'], 'the account info'), 'marginMode')
  const margins = pageOf(wallet, 'balances')
    .rows.flatMap((row) => toRows(row['coin'], 'coins'))
    .filter((row) => decimalIn(row, 'walletBalance') !== '0' && row['collateralSwitch'] !== false)
  return {
    positionMode: positions.some((row) => wordIn(positionSides, row, 'positionIdx') !== 'both')
      ? 'hedge'
      : 'one-way',
    multiAssets: mode !== 'ISOLATED_MARGIN' && margins.length > 1,
    portfolioMargin: mode === 'PORTFOLIO_MARGIN',
    canTrade: undefined,
  }
}

const tradeTypes = new Set(['TRADE', 'LIQUIDATION', 'ADL', 'DELIVERY'])

/** A row of GET /v5/account/transaction-log, which tells a trade's profit, its fee and funding at once. */
export function toIncome(row: Raw): Income[] {
  const type = textIn(row, 'type')
  const category = textIf(row, 'category')
  if (category !== undefined && category !== 'linear') return []
  const symbol = textIf(row, 'symbol')
  const common = {
    id: textIn(row, 'id'),
    asset: textIn(row, 'currency'),
    symbol,
    time: timeIn(row, 'transactionTime'),
  }
  const fee = nonZeroIf(row, 'fee')
  const parts: (readonly [string, Decimal | undefined])[] = tradeTypes.has(type)
    ? [
        ['REALIZED_PNL', nonZeroIf(row, 'cashFlow')],
        ['COMMISSION', fee === undefined ? undefined : negate(fee)],
      ]
    : type === 'SETTLEMENT'
      ? [['FUNDING_FEE', nonZeroIf(row, 'funding')]]
      : [[type.startsWith('TRANSFER_') ? 'TRANSFER' : type, decimalIn(row, 'change')]]
  return parts.flatMap(([word, amount]) => (amount === undefined ? [] : [{ ...common, type: word, amount }]))
}

/** What is set for the symbols of GET /v5/position/list. */
export function toSymbolSettings(rows: readonly Raw[]): Map<string, SymbolSettings> {
  return new Map(
    rows.map((row) => [
      textIn(row, 'symbol'),
      {
        mode: String(row['tradeMode']) === '1' ? ('isolated' as const) : undefined,
        leverage: decimalIn(row, 'leverage'),
        maxNotional: nonZeroIf(row, 'riskLimitValue'),
      },
    ]),
  )
}

import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import type { Income } from '../model/income.ts'
import type { AccountSource, PositionReport, PositionSide } from '../model/position-report.ts'
import type { SymbolSettings } from './account-exchange.ts'
import {
  UnreadableAnswer,
  decimalIf,
  decimalIn,
  flagIn,
  nonZeroIf,
  textIn,
  timeIf,
  timeIn,
  toRow,
  toRows,
} from './raw.ts'
import type { Raw } from './raw.ts'

export const sides: Readonly<Record<string, PositionSide>> = { BOTH: 'both', LONG: 'long', SHORT: 'short' }

/** GET /fapi/v3/account: every asset, and every position of a symbol with a position or an open order. */
export function toAccountReport(body: unknown, askedAt: number): AccountReport {
  const account = toRow(body, 'the account')
  return {
    positions: toRows(account['positions'], 'positions').map((row) =>
      toPositionReport(row, 'account', askedAt),
    ),
    balances: toRows(account['assets'], 'assets').map((row) => toBalanceReport(row, askedAt)),
    complete: { positions: true, balances: true },
    askedAt,
  }
}

/** GET /fapi/v3/balance or /fapi/v2/balance: every asset. */
export function toBalancesReport(body: unknown, askedAt: number): AccountReport {
  const balances = toRows(body, 'balances').map((row) => toBalanceReport(row, askedAt))
  return { positions: [], balances, complete: { positions: false, balances: true }, askedAt }
}

/** GET /fapi/v3/positionRisk: every position of a symbol with a position or an open order. */
export function toRiskReport(body: unknown, askedAt: number): AccountReport {
  return { ...toPositions(body, askedAt), complete: { positions: true, balances: false } }
}

/** GET /fapi/v2/positionRisk of one symbol: all of its sides, the flat ones with an explicit 0. */
export function toSymbolReport(body: unknown, askedAt: number): AccountReport {
  return { ...toPositions(body, askedAt), complete: { positions: false, balances: false } }
}

function toPositions(body: unknown, askedAt: number) {
  const positions = toRows(body, 'positions').map((row) => toPositionReport(row, 'risk', askedAt))
  return { positions, balances: [], askedAt }
}

// Of the three endpoints' rows each lacks something: v3 the leverage and the mode, v2 the margins, the account's the
// entry and the mark. https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api
function toPositionReport(row: Raw, source: AccountSource, askedAt: number): PositionReport {
  return {
    symbol: textIn(row, 'symbol'),
    side: toSide(row['positionSide']),
    size: decimalIn(row, 'positionAmt'),
    entryPrice: nonZeroIf(row, 'entryPrice'),
    margin: {
      mode: toMarginMode(row['marginType']),
      leverage: nonZeroIf(row, 'leverage'),
      isolatedWallet: nonZeroIf(row, 'isolatedWallet'),
      initialMargin: decimalIf(row, 'initialMargin'),
      maintenanceMargin: decimalIf(row, 'maintMargin'),
      liquidationPrice: nonZeroIf(row, 'liquidationPrice'),
    },
    valuation: {
      markPrice: nonZeroIf(row, 'markPrice'),
      // The endpoints do not agree on how it is spelled.
      unrealisedProfit: decimalIf(row, 'unRealizedProfit') ?? decimalIf(row, 'unrealizedProfit'),
    },
    source,
    time: timeIf(row, 'updateTime'),
    ordinal: 0,
    askedAt,
  }
}

// The account tells more of an asset than the list of balances, and both have a name of their own for what is held.
function toBalanceReport(row: Raw, askedAt: number): BalanceReport {
  return {
    asset: textIn(row, 'asset'),
    walletBalance: decimalIf(row, 'walletBalance') ?? decimalIn(row, 'balance'),
    crossWalletBalance: decimalIf(row, 'crossWalletBalance'),
    valuation: {
      availableBalance: decimalIf(row, 'availableBalance'),
      marginBalance: decimalIf(row, 'marginBalance'),
      unrealisedProfit: decimalIf(row, 'unrealizedProfit') ?? decimalIf(row, 'crossUnPnl'),
      initialMargin: decimalIf(row, 'initialMargin'),
      maintenanceMargin: decimalIf(row, 'maintMargin'),
    },
    source: 'account',
    time: timeIf(row, 'updateTime'),
    ordinal: 0,
    askedAt,
  }
}

/** `BOTH`, `LONG` or `SHORT` in our words. */
export function toSide(told: unknown): PositionSide {
  const side = sides[String(told)]
  if (side === undefined)
    throw new UnreadableAnswer(`a side must be BOTH, LONG or SHORT, was ${JSON.stringify(told)}`)
  return side
}

/** `cross`, `CROSSED` or `isolated`, however it is written; undefined where it is not told. */
export function toMarginMode(told: unknown): 'cross' | 'isolated' | undefined {
  const mode = typeof told === 'string' ? told.toLowerCase() : undefined
  return mode === 'isolated' ? 'isolated' : mode === 'cross' || mode === 'crossed' ? 'cross' : undefined
}

/** GET /fapi/v1/accountConfig. Whether the margin is shared with other products none of these endpoints tells. */
export function toAccountModes(body: unknown): AccountModes {
  const config = toRow(body, 'the account config')
  return {
    positionMode: flagIn(config, 'dualSidePosition') ? 'hedge' : 'one-way',
    multiAssets: flagIn(config, 'multiAssetsMargin'),
    portfolioMargin: undefined,
    canTrade: config['canTrade'] === undefined ? undefined : flagIn(config, 'canTrade'),
  }
}

/** GET /fapi/v1/income. */
export function toIncome(body: unknown): Income[] {
  return toRows(body, 'income').map((row) => ({
    type: textIn(row, 'incomeType'),
    id: toId(row['tranId']),
    asset: textIn(row, 'asset'),
    symbol: row['symbol'] === '' || row['symbol'] === undefined ? undefined : textIn(row, 'symbol'),
    amount: decimalIn(row, 'income'),
    time: timeIn(row, 'time'),
  }))
}

// A number that JSON could not hold exactly has come as text.
function toId(told: unknown): string {
  if (typeof told === 'string' && told !== '') return told
  if (typeof told === 'number' && Number.isSafeInteger(told)) return String(told)
  throw new UnreadableAnswer(`an id must be a whole number, was ${JSON.stringify(told)}`)
}

/** GET /fapi/v1/symbolConfig. */
export function toSymbolSettings(body: unknown): Map<string, SymbolSettings> {
  return new Map(
    toRows(body, 'symbol config').map((row) => [
      textIn(row, 'symbol'),
      {
        mode: toMarginMode(row['marginType']),
        leverage: decimalIn(row, 'leverage'),
        maxNotional: decimalIf(row, 'maxNotionalValue'),
      },
    ]),
  )
}

/** The symbols of GET /fapi/v1/openOrders or /fapi/v1/openAlgoOrders. */
export function toSymbols(body: unknown): string[] {
  return toRows(body, 'open orders').map((row) => textIn(row, 'symbol'))
}

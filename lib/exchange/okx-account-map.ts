import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import { abs, negate } from '../model/decimal.ts'
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
  net: 'both',
  long: 'long',
  short: 'short',
}
export const marginModes = { cross: 'cross', isolated: 'isolated' } as const

/** The rows of an answer: whatever is asked, they are a list. */
export function dataOf(body: unknown, what: string): Raw[] {
  return toRows(toRow(body, `the answer with ${what}`)['data'], what)
}

/** Whether an instrument is one that is followed: a swap that is margined in a stable coin. */
export function isFollowed(row: Raw): boolean {
  return /-USD[TC]-SWAP$/.test(textIn(row, 'instId'))
}

/** GET /api/v5/account/balance: every asset with something in it. */
export function toBalancesReport(body: unknown, askedAt: number): AccountReport {
  const balances = dataOf(body, 'balances').flatMap((row) =>
    toBalances(row, { source: 'account', askedAt, ordinal: 0 }),
  )
  return { positions: [], balances, complete: { positions: false, balances: true }, askedAt }
}

/** GET /api/v5/account/positions; `complete` when it was asked for all of them. */
export function toPositionsReport(
  body: unknown,
  of: { source: AccountSource; askedAt: number; complete: boolean },
): AccountReport {
  const { source, askedAt, complete } = of
  return {
    positions: toPositions(dataOf(body, 'positions'), { source, askedAt, ordinal: 0 }),
    balances: [],
    complete: { positions: complete, balances: false },
    askedAt,
  }
}

/** The positions that are followed, of rows as both the endpoint and the channel tell them. */
export function toPositions(rows: readonly Raw[], from: From): PositionReport[] {
  const positions = rows.filter(isFollowed).map((row) => toPosition(row, from))
  const held = positions.filter(({ size }) => size !== '0').map(({ symbol, side }) => `${symbol} ${side}`)
  const twice = held.find((each, i) => held.indexOf(each) !== i)
  if (twice !== undefined)
    throw new UnreadableAnswer(`${twice} must be one position, was held in cross and in isolated margin`)
  return positions
}

// `pos` is in contracts, signed where there is one position and not where there are two sides. `cTime` would be when the
// position was opened. https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions
function toPosition(row: Raw, from: From): PositionReport {
  const side = wordIn(positionSides, row, 'posSide')
  const contracts = decimalIn(row, 'pos')
  const isolatedWallet = nonZeroIf(row, 'margin')
  return {
    symbol: textIn(row, 'instId'),
    side,
    size: side === 'both' ? contracts : side === 'long' ? abs(contracts) : negate(abs(contracts)),
    entryPrice: nonZeroIf(row, 'avgPx'),
    margin: {
      mode: textIf(row, 'mgnMode') === undefined ? undefined : wordIn(marginModes, row, 'mgnMode'),
      leverage: nonZeroIf(row, 'lever'),
      isolatedWallet,
      initialMargin: decimalIf(row, 'imr'),
      maintenanceMargin: decimalIf(row, 'mmr'),
      liquidationPrice: nonZeroIf(row, 'liqPx'),
    },
    valuation: { markPrice: nonZeroIf(row, 'markPx'), unrealisedProfit: decimalIf(row, 'upl') },
    time: timeIf(row, 'uTime'),
    ...from,
  }
}

/** The assets of an account's row, as both the endpoint and the channel tell it. */
export function toBalances(account: Raw, from: From): BalanceReport[] {
  return toRows(account['details'], 'the details of the balance').map((row) => ({
    asset: textIn(row, 'ccy'),
    // What is paid in and realised; `eq` has the unrealised profit in it.
    walletBalance: decimalIn(row, 'cashBal'),
    crossWalletBalance: undefined,
    valuation: {
      availableBalance: decimalIf(row, 'availEq') ?? decimalIf(row, 'availBal'),
      marginBalance: decimalIf(row, 'eq'),
      unrealisedProfit: decimalIf(row, 'upl'),
      initialMargin: decimalIf(row, 'imr'),
      maintenanceMargin: decimalIf(row, 'mmr'),
    },
    time: timeIf(row, 'uTime'),
    ...from,
  }))
}

export const positionModes = { long_short_mode: 'hedge', net_mode: 'one-way' } as const

/** GET /api/v5/account/config. Level 1 has no swaps, 2 margins in one asset, 3 in all together, 4 in a portfolio. */
export function toAccountModes(body: unknown): AccountModes {
  const [config] = dataOf(body, 'the account config')
  if (config === undefined) throw new UnreadableAnswer('the account config must be one row, there was none')
  const level = textIn(config, 'acctLv')
  const allowed = textIf(config, 'perm')
  return {
    positionMode: wordIn(positionModes, config, 'posMode'),
    multiAssets: level === '3' || level === '4',
    portfolioMargin: level === '4',
    canTrade: level === '1' ? false : allowed?.split(',').some((each) => each.trim() === 'trade'),
  }
}

export const billTypes: Readonly<Record<string, string>> = { '1': 'TRANSFER', '8': 'FUNDING_FEE' }
// Trades, liquidations and auto-deleveraging: what they won and what they cost stand side by side.
const tradeBills = new Set(['2', '5', '9'])

/** A row of GET /api/v5/account/bills, which tells a trade's profit and its fee at once. */
export function toIncome(row: Raw): Income[] {
  const type = textIn(row, 'type')
  const common = {
    id: textIn(row, 'billId'),
    asset: textIn(row, 'ccy'),
    symbol: textIf(row, 'instId'),
    time: timeIn(row, 'ts'),
  }
  // In isolated margin `balChg` of a trade holds the margin that was moved, too.
  const parts: (readonly [string, string | undefined])[] = tradeBills.has(type)
    ? [
        ['REALIZED_PNL', nonZeroIf(row, 'pnl')],
        ['COMMISSION', nonZeroIf(row, 'fee')],
      ]
    : [[billTypes[type] ?? `BILL_${type}`, decimalIn(row, 'balChg')]]
  return parts.flatMap(([word, amount]) => (amount === undefined ? [] : [{ ...common, type: word, amount }]))
}

/** What is set for the symbols of GET /api/v5/account/positions; the venue keeps it by symbol and margin mode. */
export function toSymbolSettings(body: unknown): Map<string, SymbolSettings> {
  return new Map(
    dataOf(body, 'positions')
      .filter(isFollowed)
      .map((row) => [
        textIn(row, 'instId'),
        {
          mode: wordIn(marginModes, row, 'mgnMode'),
          leverage: decimalIn(row, 'lever'),
          maxNotional: undefined,
        },
      ]),
  )
}

import type { Conditional } from './conditional.ts'
import type { Fixed } from './fixed.ts'
import type { Order, PositionSide, Trade } from './order.ts'
import { flatPosition, positionKey, type Position } from './position.ts'

export interface Wallet {
  readonly asset: string
  readonly balance: Fixed
  /** simulated ms of the event that changed it last; 0 when nothing ever did */
  readonly updateTime: number
}

export type IncomeType = 'REALIZED_PNL' | 'COMMISSION' | 'FUNDING_FEE' | 'TRANSFER' | 'INSURANCE_CLEAR'

export interface Income {
  readonly type: IncomeType
  /** empty for a transfer */
  readonly symbol: string
  readonly asset: string
  readonly amount: Fixed
  readonly time: number
  readonly id: bigint
  /** undefined when it comes from no trade */
  readonly tradeId: number | undefined
}

/** All that a reader of an account can see, either now or as it stood at some time. */
export interface AccountState {
  readonly wallets: ReadonlyMap<string, Wallet>
  /** by positionKey; a closed one stays with size 0 */
  readonly positions: ReadonlyMap<string, Position>
  /** all orders kept, oldest first */
  readonly orders: ReadonlyMap<bigint, Order>
  readonly openOrders: ReadonlyMap<bigint, Order>
  readonly conditionals: ReadonlyMap<number, Conditional>
  readonly trades: readonly Trade[]
  readonly income: readonly Income[]
  /** hedge mode: LONG and SHORT positions of a symbol apart */
  readonly isHedged: boolean
  readonly isMultiAssets: boolean
  readonly leverages: ReadonlyMap<string, number>
  readonly marginTypes: ReadonlyMap<string, 'cross' | 'isolated'>
}

/** One account with its API key. */
export interface Account extends AccountState {
  readonly key: string
  readonly secret: string
  /** false for a key that may only read */
  canTrade: boolean
  isHedged: boolean
  isMultiAssets: boolean
  readonly wallets: Map<string, Wallet>
  readonly positions: Map<string, Position>
  readonly orders: Map<bigint, Order>
  readonly openOrders: Map<bigint, Order>
  readonly conditionals: Map<number, Conditional>
  readonly trades: Trade[]
  readonly income: Income[]
  readonly leverages: Map<string, number>
  readonly marginTypes: Map<string, 'cross' | 'isolated'>
}

export const DEFAULT_LEVERAGE = 20
/** kept per account; far more than any test makes */
const ROWS_KEPT = 100_000

export function emptyAccount(key: string, secret: string): Account {
  return {
    key,
    secret,
    canTrade: true,
    isHedged: false,
    isMultiAssets: false,
    wallets: new Map(),
    positions: new Map(),
    orders: new Map(),
    openOrders: new Map(),
    conditionals: new Map(),
    trades: [],
    income: [],
    leverages: new Map(),
    marginTypes: new Map(),
  }
}

export function readPosition(state: AccountState, symbol: string, side: PositionSide): Position {
  return state.positions.get(positionKey(symbol, side)) ?? flatPosition(symbol, side)
}

export function readLeverage(state: AccountState, symbol: string): number {
  return state.leverages.get(symbol) ?? DEFAULT_LEVERAGE
}

export function addRow<T>(rows: T[], row: T): void {
  rows.push(row)
  if (rows.length > ROWS_KEPT * 1.1) rows.splice(0, rows.length - ROWS_KEPT)
}

/** Puts an order in the place of what it was before. */
export function putOrder(account: Account, order: Order, open: boolean): void {
  account.orders.set(order.id, order)
  if (open) account.openOrders.set(order.id, order)
  else account.openOrders.delete(order.id)
  if (account.orders.size <= ROWS_KEPT) return
  const [oldest] = account.orders.keys()
  if (!account.openOrders.has(oldest!)) account.orders.delete(oldest!)
}

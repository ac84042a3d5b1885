import { splitSymbol } from '../core/listing.ts'
import type { BalanceReason, Emit } from './account-events.ts'
import { addRow, putOrder, readPosition, type Account, type IncomeType, type Wallet } from './account.ts'
import { times, type Fixed } from './fixed.ts'
import type { Ids } from './ids.ts'
import { isOpen, type Order, type Trade } from './order.ts'
import { applyFill, positionKey } from './position.ts'

export interface FeeRates {
  readonly maker: Fixed
  readonly taker: Fixed
}

/** 0.02 % and 0.05 %, as a regular user pays on the venue. */
export const feeRates: FeeRates = { maker: 20_000n, taker: 50_000n }

/** Books fills, funding and transfers: every change of a wallet leaves an income row of the same amount. */
export class Ledger {
  private readonly ids: Ids
  private readonly emit: Emit

  constructor(ids: Ids, emit: Emit) {
    this.ids = ids
    this.emit = emit
  }

  /** The order after `quantity` of it was filled at `price`. */
  fill(account: Account, order: Order, price: Fixed, quantity: Fixed, maker: boolean, time: number): Order {
    const asset = assetOf(order.symbol)
    const value = times(price, quantity)
    const commission = times(value, maker ? feeRates.maker : feeRates.taker)
    const held = readPosition(account, order.symbol, order.positionSide)
    const { position, realized } = applyFill(held, order.side === 'BUY' ? quantity : -quantity, value, time)
    account.positions.set(positionKey(order.symbol, order.positionSide), position)
    const wallet = addToWallet(account, asset, realized - commission, time)
    const trade: Trade = {
      id: this.ids.nextTrade(),
      orderId: order.id,
      symbol: order.symbol,
      side: order.side,
      positionSide: order.positionSide,
      price,
      quantity,
      value,
      realized,
      commission,
      asset,
      maker,
      time,
    }
    addRow(account.trades, trade)
    const row = (type: IncomeType, amount: Fixed) =>
      addIncome(account, type, order.symbol, asset, amount, time, BigInt(trade.id), trade.id)
    if (realized !== 0n) row('REALIZED_PNL', realized)
    if (commission !== 0n) row('COMMISSION', -commission)
    const filled = order.filled + quantity
    const status = filled === order.quantity ? 'FILLED' : 'PARTIALLY_FILLED'
    const after: Order = { ...order, filled, value: order.value + value, status, updateTime: time }
    putOrder(account, after, account.openOrders.has(order.id) && isOpen(after))
    this.emit({ kind: 'fill', account, order: after, trade, wallet, position, time })
    return after
  }

  payFunding(account: Account, symbol: string, amount: Fixed, time: number): void {
    const asset = assetOf(symbol)
    const wallet = addToWallet(account, asset, amount, time)
    addIncome(account, 'FUNDING_FEE', symbol, asset, amount, time, this.ids.nextFunding(), undefined)
    this.emit({ kind: 'balance', account, reason: 'FUNDING_FEE', wallet, change: amount, time })
  }

  /** What the insurance fund takes of a liquidation, or pays when nothing is left. */
  clearInsurance(account: Account, asset: string, amount: Fixed, time: number): void {
    const wallet = addToWallet(account, asset, amount, time)
    addIncome(account, 'INSURANCE_CLEAR', '', asset, amount, time, this.ids.nextTransfer(), undefined)
    this.emit({ kind: 'balance', account, reason: 'INSURANCE_CLEAR', wallet, change: amount, time })
  }

  transfer(account: Account, asset: string, amount: Fixed, time: number): Wallet {
    const reason: BalanceReason = amount < 0n ? 'WITHDRAW' : 'DEPOSIT'
    const wallet = addToWallet(account, asset, amount, time)
    addIncome(account, 'TRANSFER', '', asset, amount, time, this.ids.nextTransfer(), undefined)
    this.emit({ kind: 'balance', account, reason, wallet, change: amount, time })
    return wallet
  }
}

/** The asset a symbol is margined in. */
export function assetOf(symbol: string): string {
  return splitSymbol(symbol).quoteAsset
}

function addToWallet(account: Account, asset: string, change: Fixed, time: number): Wallet {
  const wallet = { asset, balance: (account.wallets.get(asset)?.balance ?? 0n) + change, updateTime: time }
  account.wallets.set(asset, wallet)
  return wallet
}

function addIncome(
  account: Account,
  type: IncomeType,
  symbol: string,
  asset: string,
  amount: Fixed,
  time: number,
  id: bigint,
  tradeId: number | undefined,
): void {
  addRow(account.income, { type, symbol, asset, amount, time, id, tradeId })
}

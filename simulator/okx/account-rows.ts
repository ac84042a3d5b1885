import { readLeverage, type AccountState, type Income } from '../account/account.ts'
import { absolute, formatShort } from '../account/fixed.ts'
import { assetOf } from '../account/ledger.ts'
import { liquidationPrice, marginOfAsset, marginOfPosition } from '../account/margin.ts'
import { readMark, readWorking } from '../account/marks.ts'
import { entryPrice, type Position } from '../account/position.ts'
import type { Market } from '../core/market.ts'
import { hashText } from '../core/random.ts'
import { instIdOf, listingOf, toContracts } from './contracts.ts'
import { positionSides } from './order-rows.ts'
import { ofAccounts, ofCurrencies, ofPositions } from './unmodelled.ts'

const billTypes = {
  REALIZED_PNL: '2',
  COMMISSION: '2',
  FUNDING_FEE: '8',
  TRANSFER: '1',
  INSURANCE_CLEAR: '10',
} as const

/** A row of /api/v5/account/positions and of the channel `positions`. */
export function toPositionRow(state: AccountState, market: Market, position: Position, now: number) {
  const listing = listingOf(market, position.symbol)
  const known = market.listings.get(position.symbol)
  const mark = known && readMark(known, now)
  const margin = known && marginOfPosition(state, known, position, mark)
  const asset = marginOfAsset(state, market.listings, assetOf(position.symbol), (each) => readMark(each, now))
  const liquidation = known && margin ? liquidationPrice(known, position, margin, asset) : 0n
  const contracts = toContracts(position.size, listing)
  const isFlat = position.size === 0n
  const last = known && readWorking(known, 'CONTRACT_PRICE', now)
  return {
    ...ofPositions,
    instType: 'SWAP',
    instId: instIdOf(listing),
    posId: String(hashText(`${position.symbol}/${position.side}`, 0)),
    posSide: positionSides[position.side],
    pos: formatShort(position.side === 'BOTH' ? contracts : absolute(contracts)),
    availPos: formatShort(absolute(contracts)),
    last: last === undefined ? '' : formatShort(last),
    avgPx: isFlat ? '' : formatShort(entryPrice(position)),
    mgnMode: 'cross',
    lever: String(readLeverage(state, position.symbol)),
    margin: '',
    imr: isFlat ? '' : formatShort(margin?.initial ?? 0n),
    mmr: isFlat ? '' : formatShort(margin?.maintenance ?? 0n),
    liqPx: liquidation === 0n ? '' : formatShort(liquidation),
    markPx: formatShort(mark ?? 0n),
    upl: isFlat ? '' : formatShort(margin?.unrealized ?? 0n),
    ccy: assetOf(position.symbol),
    cTime: String(position.updateTime),
    uTime: String(position.updateTime),
    pTime: String(Math.floor(now)),
  }
}

/** The row of /api/v5/account/balance and of the channel `account`. */
export function toAccountRow(state: AccountState, market: Market, now: number) {
  const details = [...state.wallets.values()].map(({ asset, balance, updateTime }) => {
    const margin = marginOfAsset(state, market.listings, asset, (each) => readMark(each, now))
    return {
      ...ofCurrencies,
      ccy: asset,
      cashBal: formatShort(balance),
      eq: formatShort(balance + margin.unrealized),
      availEq: formatShort(margin.available),
      availBal: formatShort(margin.available),
      upl: formatShort(margin.unrealized),
      imr: formatShort(margin.positions + margin.orders),
      mmr: formatShort(margin.maintenance),
      uTime: String(updateTime),
    }
  })
  return { ...ofAccounts, uTime: String(Math.floor(now)), details }
}

export function billIdOf({ id, type }: Income): string {
  return `${id}${type === 'COMMISSION' ? '1' : '0'}`
}

export function billTypeOf({ type }: Income): string {
  return billTypes[type]
}

/** A row of /api/v5/account/bills. */
export function toBillRow(market: Market, income: Income) {
  const { type, symbol, asset, amount, time } = income
  const change = formatShort(amount)
  return {
    billId: billIdOf(income),
    ccy: asset,
    instId: symbol === '' ? '' : instIdOf(listingOf(market, symbol)),
    type: billTypeOf(income),
    balChg: change,
    pnl: type === 'REALIZED_PNL' ? change : '0',
    fee: type === 'COMMISSION' ? change : '0',
    ts: String(time),
  }
}

import { expect } from 'chai'
import {
  toAccountModes,
  toBalancesReport,
  toIncome,
  toPositionsReport,
} from '../../../lib/exchange/bybit-account-map.ts'
import { UnreadableAnswer } from '../../../lib/exchange/raw.ts'

const askedAt = 1_795_365_000_000

const row = {
  positionIdx: 0,
  symbol: 'BTCUSDT',
  side: 'Buy',
  size: '0.010',
  avgPrice: '59880',
  tradeMode: 0,
  leverage: '10',
  markPrice: '60000.00',
  liqPrice: '',
  positionIM: '60',
  positionMM: '2.4',
  positionBalance: '0',
  unrealisedPnl: '1.2',
  createdTime: '1790000000200',
  updatedTime: '1790000000222',
  riskLimitValue: '2000000',
}

function positionsOf(...rows: object[]) {
  const of = { source: 'risk', askedAt, complete: true } as const
  return toPositionsReport(rows as Record<string, unknown>[], of).positions
}

const coin = {
  coin: 'USDT',
  walletBalance: '1000.5',
  equity: '1001.7',
  unrealisedPnl: '1.2',
  totalPositionIM: '60',
  totalOrderIM: '10',
  totalPositionMM: '2.4',
  locked: '0',
  collateralSwitch: true,
}
const wallet = (...coins: object[]) => ({ time: 1_795_365_026_427, result: { list: [{ coin: coins }] } })

describe('what Bybit tells of an account', () => {
  it('is a position of the time at which it changed and not of that at which it was opened', () => {
    expect(positionsOf(row)).to.deep.equal([
      {
        symbol: 'BTCUSDT',
        side: 'both',
        size: '0.01',
        entryPrice: '59880',
        margin: {
          mode: undefined,
          leverage: '10',
          isolatedWallet: undefined,
          initialMargin: '60',
          maintenanceMargin: '2.4',
          liquidationPrice: undefined,
        },
        valuation: { markPrice: '60000', unrealisedProfit: '1.2' },
        time: 1_790_000_000_222,
        source: 'risk',
        askedAt,
        ordinal: 0,
      },
    ])
  })

  it('has the sign of the side and the place of the index; a flat one has no side', () => {
    const shown = positionsOf(
      { ...row, side: 'Sell' },
      { ...row, positionIdx: 1 },
      { ...row, positionIdx: 2, side: 'Sell' },
      { ...row, positionIdx: 2, side: '', size: '0', avgPrice: '0', updatedTime: '' },
    )
    expect(shown.map((each) => `${each.side} ${each.size} ${each.time}`)).to.deep.equal([
      'both -0.01 1790000000222',
      'long 0.01 1790000000222',
      'short -0.01 1790000000222',
      'short 0 undefined',
    ])
    expect(shown[3]?.entryPrice).to.equal(undefined)
  })

  it('names a field that is missing or strange', () => {
    expect(() => positionsOf({ ...row, side: '' })).to.throw(UnreadableAnswer, 'side')
    expect(() => positionsOf({ ...row, positionIdx: 3 })).to.throw(UnreadableAnswer, 'positionIdx')
    expect(() => positionsOf({ ...row, size: undefined })).to.throw(UnreadableAnswer, 'size')
  })

  it('is a balance without unrealised profit; an answer’s time is held back by what it may lag', () => {
    const { balances } = toBalancesReport(wallet(coin), askedAt)
    expect(balances).to.deep.equal([
      {
        asset: 'USDT',
        walletBalance: '1000.5',
        crossWalletBalance: undefined,
        valuation: {
          availableBalance: '931.7',
          marginBalance: '1001.7',
          unrealisedProfit: '1.2',
          initialMargin: '70',
          maintenanceMargin: '2.4',
        },
        time: 1_795_365_024_427,
        source: 'account',
        askedAt,
        ordinal: 0,
      },
    ])
    const silent = toBalancesReport(wallet({ ...coin, totalOrderIM: '' }), askedAt).balances[0]?.valuation
    expect(silent).to.include({ initialMargin: undefined, availableBalance: undefined })
  })

  it('is a mode of the position, by any position, and of the margin, by what is held', () => {
    const info = (marginMode: string) => ({ result: { marginMode } })
    const regular = info('REGULAR_MARGIN')
    const two = wallet(coin, { ...coin, coin: 'BTC' })
    const flat = { ...row, side: '', size: '0' }
    expect(toAccountModes(regular, wallet(coin), [flat])).to.deep.equal({
      positionMode: 'one-way',
      multiAssets: false,
      portfolioMargin: false,
      canTrade: undefined,
    })
    expect(toAccountModes(regular, wallet(coin), [{ ...flat, positionIdx: 2 }]).positionMode).to.equal(
      'hedge',
    )
    expect(toAccountModes(regular, two, [flat]).multiAssets).to.equal(true)
    expect(toAccountModes(info('ISOLATED_MARGIN'), two, [flat]).multiAssets).to.equal(false)
    const notCollateral = wallet(coin, { ...coin, coin: 'BTC', collateralSwitch: false })
    expect(toAccountModes(regular, notCollateral, [flat]).multiAssets).to.equal(false)
    expect(toAccountModes(info('PORTFOLIO_MARGIN'), wallet(coin), [flat]).portfolioMargin).to.equal(true)
  })

  it('is income, of a trade its profit and its fee apart', () => {
    const log = {
      id: '592324_XRPUSDT_161440249321',
      symbol: 'XRPUSDT',
      category: 'linear',
      currency: 'USDT',
      transactionTime: '1790000000800',
    }
    const common = { id: log.id, asset: 'USDT', symbol: 'XRPUSDT', time: 1_790_000_000_800 }
    expect(toIncome({ ...log, type: 'TRADE', fee: '0.0026', cashFlow: '-3', funding: '' })).to.deep.equal([
      { ...common, type: 'REALIZED_PNL', amount: '-3' },
      { ...common, type: 'COMMISSION', amount: '-0.0026' },
    ])
    expect(toIncome({ ...log, type: 'SETTLEMENT', funding: '-0.06', fee: '0', cashFlow: '0' })).to.deep.equal(
      [{ ...common, type: 'FUNDING_FEE', amount: '-0.06' }],
    )
    const paidIn = { ...log, symbol: '', category: '', type: 'TRANSFER_IN', change: '500' }
    expect(toIncome(paidIn)).to.deep.equal([
      { ...common, symbol: undefined, type: 'TRANSFER', amount: '500' },
    ])
    expect(toIncome({ ...log, category: 'spot', type: 'TRADE' })).to.deep.equal([])
  })
})

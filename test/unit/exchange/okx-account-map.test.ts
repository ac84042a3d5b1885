import { expect } from 'chai'
import {
  toAccountModes,
  toBalancesReport,
  toIncome,
  toPositionsReport,
} from '../../../lib/exchange/okx-account-map.ts'
import { UnreadableAnswer } from '../../../lib/exchange/raw.ts'

const askedAt = 1_795_365_000_000

const row = {
  instId: 'BTC-USDT-SWAP',
  posSide: 'net',
  pos: '1',
  avgPx: '59880',
  cTime: '1790000000200',
  uTime: '1790000000222',
  imr: '60',
  mmr: '2.4',
  lever: '10',
  liqPx: '54000.1',
  margin: '',
  markPx: '60000',
  mgnMode: 'cross',
  upl: '1.2',
}

function positionsOf(...rows: object[]) {
  return toPositionsReport({ code: '0', data: rows }, { source: 'risk', askedAt, complete: true }).positions
}

describe('what OKX tells of an account', () => {
  it('is a position in contracts, of the time at which it changed and not of that at which it was opened', () => {
    expect(positionsOf(row)).to.deep.equal([
      {
        symbol: 'BTC-USDT-SWAP',
        side: 'both',
        size: '1',
        entryPrice: '59880',
        margin: {
          mode: 'cross',
          leverage: '10',
          isolatedWallet: undefined,
          initialMargin: '60',
          maintenanceMargin: '2.4',
          liquidationPrice: '54000.1',
        },
        valuation: { markPrice: '60000', unrealisedProfit: '1.2' },
        time: 1_790_000_000_222,
        source: 'risk',
        askedAt,
        ordinal: 0,
      },
    ])
  })

  it('has the sign of the side, whichever way the venue writes it', () => {
    const sizes = [
      ['net', '-0.3'],
      ['long', '2'],
      ['short', '2'],
      ['short', '-2'],
      ['net', '0'],
    ].map(([posSide, pos]) => positionsOf({ ...row, posSide, pos })[0])
    expect(sizes.map((each) => `${each?.side} ${each?.size}`)).to.deep.equal([
      'both -0.3',
      'long 2',
      'short -2',
      'short -2',
      'both 0',
    ])
  })

  it('leaves inverse contracts and other products out', () => {
    expect(
      positionsOf({ ...row, instId: 'BTC-USD-SWAP' }, { ...row, instId: 'BTC-USDT-251226' }),
    ).to.deep.equal([])
  })

  it('is refused where one symbol is held in both margin modes, since it would be shown as half of it', () => {
    expect(() => positionsOf(row, { ...row, mgnMode: 'isolated' })).to.throw(UnreadableAnswer, 'isolated')
    expect(positionsOf(row, { ...row, mgnMode: 'isolated', pos: '0' })).to.have.length(2)
  })

  it('names a field that is missing or strange', () => {
    expect(() => positionsOf({ ...row, pos: '' })).to.throw(UnreadableAnswer, 'pos')
    expect(() => positionsOf({ ...row, posSide: 'up' })).to.throw(UnreadableAnswer, 'posSide')
    expect(() => toPositionsReport({ code: '0' }, { source: 'risk', askedAt, complete: true })).to.throw(
      UnreadableAnswer,
      'positions',
    )
  })

  it('is a balance without unrealised profit, of the time of its own asset', () => {
    const details = {
      ccy: 'USDT',
      availBal: '941.7',
      availEq: '941.7',
      cashBal: '1000.5',
      eq: '1001.7',
      imr: '60',
      mmr: '2.4',
      upl: '1.2',
      uTime: '1790000000111',
    }
    const { balances, complete } = toBalancesReport(
      { data: [{ details: [details], uTime: '1790000000112' }] },
      askedAt,
    )
    expect(complete).to.deep.equal({ positions: false, balances: true })
    expect(balances).to.deep.equal([
      {
        asset: 'USDT',
        walletBalance: '1000.5',
        crossWalletBalance: undefined,
        valuation: {
          availableBalance: '941.7',
          marginBalance: '1001.7',
          unrealisedProfit: '1.2',
          initialMargin: '60',
          maintenanceMargin: '2.4',
        },
        time: 1_790_000_000_111,
        source: 'account',
        askedAt,
        ordinal: 0,
      },
    ])
  })

  it('is a mode of the position and of the margin', () => {
    const modes = (acctLv: string, posMode: string, perm = 'read_only,trade') =>
      toAccountModes({ data: [{ acctLv, posMode, perm }] })
    expect(modes('2', 'net_mode')).to.deep.equal({
      positionMode: 'one-way',
      multiAssets: false,
      portfolioMargin: false,
      canTrade: true,
    })
    expect(modes('3', 'long_short_mode', 'read_only')).to.deep.equal({
      positionMode: 'hedge',
      multiAssets: true,
      portfolioMargin: false,
      canTrade: false,
    })
    expect(modes('4', 'net_mode').portfolioMargin).to.equal(true)
    // The lowest level has no swaps.
    expect(modes('1', 'net_mode').canTrade).to.equal(false)
  })

  it('is income, of a trade its profit and its fee apart', () => {
    const bill = { billId: '623950854533513219', ccy: 'USDT', instId: 'BTC-USDT-SWAP', ts: '1790000000800' }
    const common = {
      id: '623950854533513219',
      asset: 'USDT',
      symbol: 'BTC-USDT-SWAP',
      time: 1_790_000_000_800,
    }
    expect(toIncome({ ...bill, type: '2', pnl: '3.5', fee: '-0.06', balChg: '3.44' })).to.deep.equal([
      { ...common, type: 'REALIZED_PNL', amount: '3.5' },
      { ...common, type: 'COMMISSION', amount: '-0.06' },
    ])
    expect(toIncome({ ...bill, type: '2', pnl: '0', fee: '-0.06', balChg: '-0.06' })).to.have.length(1)
    expect(toIncome({ ...bill, type: '8', pnl: '-0.1', fee: '0', balChg: '-0.1' })).to.deep.equal([
      { ...common, type: 'FUNDING_FEE', amount: '-0.1' },
    ])
    expect(toIncome({ ...bill, instId: '', type: '1', balChg: '500' })).to.deep.equal([
      { ...common, symbol: undefined, type: 'TRANSFER', amount: '500' },
    ])
    expect(toIncome({ ...bill, type: '7', balChg: '-1' })[0]?.type).to.equal('BILL_7')
  })
})

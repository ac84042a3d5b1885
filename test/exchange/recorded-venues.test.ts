import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { toBalancesReport, toPositions } from '../../lib/exchange/okx-account-map.ts'
import { toOrderEvent, toStopReport } from '../../lib/exchange/okx-order-map.ts'
import * as okx from '../../lib/exchange/okx-user-event-map.ts'
import { toIncome, toPosition } from '../../lib/exchange/bybit-account-map.ts'
import { toOrderReport, toTradeReport } from '../../lib/exchange/bybit-order-map.ts'
import * as bybit from '../../lib/exchange/bybit-user-event-map.ts'
import { codeIn } from '../../lib/exchange/venue-error.ts'
import type { Raw } from '../../lib/exchange/raw.ts'
import { findRecorded } from '../support/recording.ts'

const askedAt = 1_795_365_000_000
const from = { source: 'risk', askedAt, ordinal: 0 } as const

/** A recorded file's text; skips the test without it. */
function readRecorded(test: Mocha.Context, file: string): string {
  const path = findRecorded(file)
  if (path === undefined) {
    console.log('      skipped: no recorded data')
    test.skip()
  }
  return readFileSync(path, 'utf8')
}

/** A payload of ccxt's own sources, by the method that it stands in and the words beside it. */
function readSample(test: Mocha.Context, venue: string, method: string, label: string, nth = 0): Raw {
  const lines = readRecorded(test, `ccxt-samples/${venue}_payloads-from-comments.ndjson`).trim().split('\n')
  const samples = lines.map((line) => JSON.parse(line) as { method: string; label: string; payload: Raw })
  const found = samples.filter((each) => each.method === method && each.label === label)[nth]
  if (found === undefined) throw new Error(`there is no sample of ${method} ${label}`)
  return found.payload
}

describe('what was recorded of OKX', () => {
  it('is this balance, digit for digit', function () {
    const body = JSON.parse(readRecorded(this, 'okx/api_v5_account_balance_nautilus.json')) as unknown
    expect(toBalancesReport(body, askedAt).balances).to.deep.equal([
      {
        asset: 'USDT',
        walletBalance: '94.42612990333333',
        crossWalletBalance: undefined,
        valuation: {
          availableBalance: '94.42612990333333',
          marginBalance: '99.89469657000001',
          unrealisedProfit: '-0.0273000000000002',
          initialMargin: '0',
          maintenanceMargin: '0',
        },
        time: 1_744_498_994_783,
        source: 'account',
        askedAt,
        ordinal: 0,
      },
    ])
  })

  it('is this order with its trade', function () {
    const message = JSON.parse(readRecorded(this, 'okx/ws_private_orders_swap_nautilus.json')) as unknown
    const [event] = okx.toUserEvents(message, 0)
    if (event?.kind !== 'order') throw new Error('it is no order')
    const { order, trade } = toOrderEvent(event.row)
    const common = {
      orderId: '2497956918703120384',
      symbol: 'BTC-USDT-SWAP',
      side: 'buy',
      positionSide: 'long',
      time: 1_746_947_317_402,
    }
    expect(order).to.deep.equal({
      ...common,
      clientOrderId: '001BTCUSDT20250106001',
      reduceOnly: false,
      type: 'market',
      timeInForce: 'IOC',
      postOnly: false,
      state: 'filled',
      size: '0.03',
      price: undefined,
      filled: '0.03',
      averagePrice: '103698.9',
    })
    expect(trade).to.deep.equal({
      ...common,
      id: '1518905529',
      price: '103698.9',
      size: '0.03',
      fee: '0.021776769',
      feeAsset: 'USDT',
      realisedProfit: '0',
      liquidity: 'maker',
    })
  })

  it('is this position of one side', function () {
    const row = readSample(this, 'okx', 'parsePosition', '')
    const [position] = toPositions([row], from)
    expect(position).to.deep.equal({
      symbol: 'BTC-USDT-SWAP',
      side: 'long',
      size: '1',
      entryPrice: '34131.1',
      margin: {
        mode: 'cross',
        leverage: '2',
        isolatedWallet: undefined,
        initialMargin: '170.66093041794787',
        maintenanceMargin: '1.3652874433435829',
        liquidationPrice: '12608.959083877446',
      },
      valuation: { markPrice: '4786.459271773621', unrealisedProfit: '0.0108608358957281' },
      time: 1_627_227_626_502,
      ...from,
    })
  })

  it('is this conditional order', function () {
    const row = readSample(
      this,
      'okx',
      'parseOrder',
      'Algo Order fetchOpenOrders, fetchCanceledOrders, fetchClosedOrders',
    )
    expect(toStopReport(row)).to.deep.include({
      clientOrderId: 'id:431375349042380800',
      side: 'buy',
      positionSide: 'long',
      state: 'standing',
      size: '1',
      triggerPrice: '50000',
      time: 1_649_119_897_778,
    })
  })
})

describe('what was recorded of Bybit', () => {
  it('is this position', function () {
    const message = JSON.parse(
      readRecorded(this, 'bybit/ws_private_position_linear_nautilus.json'),
    ) as unknown
    const [event] = bybit.toUserEvents(message, 0)
    if (event?.kind !== 'report') throw new Error('it is no report')
    expect(event.report.positions).to.deep.equal([
      {
        symbol: 'ETHUSDT',
        side: 'both',
        size: '-0.01',
        entryPrice: '3641.075',
        margin: {
          mode: undefined,
          leverage: '30',
          isolatedWallet: undefined,
          initialMargin: '1.23480936',
          maintenanceMargin: '0.20281586',
          liquidationPrice: '51764.83003276',
        },
        valuation: { markPrice: '3641.33', unrealisedProfit: '-0.00255' },
        time: 1_762_199_125_472,
        source: 'stream',
        askedAt: 1_762_199_126_022,
        ordinal: 0,
      },
    ])
  })

  it('is this order, this trade and this fee', function () {
    const order = toOrderReport(readSample(this, 'bybit', 'parseOrder', 'v5'))
    expect(order).to.deep.include({
      type: 'market',
      state: 'filled',
      filled: '0.001',
      averagePrice: '122529.9',
    })
    const trade = toTradeReport(readSample(this, 'bybit', 'parseTrade', 'watchMyTrades execution'))
    expect(trade).to.deep.include({ fee: '0.0679239', feeAsset: 'USDT', realisedProfit: '0', size: '0.001' })
    // It was recorded before rows had ids.
    const rows = toIncome({ ...readSample(this, 'bybit', 'parseLedgerEntry', '', 1), id: '1' })
    expect(rows).to.deep.equal([
      {
        id: '1',
        asset: 'USDT',
        symbol: 'XRPUSDT',
        time: 1_672_121_182_224,
        type: 'COMMISSION',
        amount: '-0.0026028',
      },
    ])
  })

  it('is this position by REST', function () {
    const row = readSample(this, 'bybit', 'parsePosition', 'unified account')
    expect(toPosition(row, from)).to.deep.include({
      size: '100',
      entryPrice: '0.3615',
      time: 1_672_279_322_668,
    })
  })
})

describe('the code of a refusal', () => {
  it('is that of the order where the venue tells both', function () {
    const codes = (file: string) =>
      readRecorded(this, file)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { exchange: string; raw: string })
        .map(({ exchange, raw }) => `${exchange} ${codeIn(new Error(`${exchange} ${raw}`))}`)
    expect(
      codes('errors/recorded-errors.ndjson').filter((each) => !each.startsWith('binance')),
    ).to.deep.equal(['okx 50011', 'okx 51155', 'bybit 110007', 'bybit 10016'])
    expect(codes('errors/ccxt-comment-errors_okx.ndjson')).to.deep.equal([
      'okx 4088',
      'okx 51155',
      'okx 500',
      'okx 50103',
      'okx 51000',
    ])
  })
})

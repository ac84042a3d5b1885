import { expect } from 'chai'
import {
  isOrder,
  isStop,
  toOrderReport,
  toStopReport,
  toTradeReport,
} from '../../../lib/exchange/bybit-order-map.ts'
import { toOrderParams, toStopParams } from '../../../lib/exchange/bybit-orders.ts'
import { UnreadableAnswer } from '../../../lib/exchange/raw.ts'
import { stopToSend, toSend } from '../../support/order-account.ts'

const orderId = 'fd4300ae-7847-404e-b947-b46980a4d140'
const row = {
  symbol: 'BTCUSDT',
  orderType: 'Limit',
  orderLinkId: 'sl01',
  orderId,
  cancelType: 'UNKNOWN',
  avgPrice: '',
  stopOrderType: '',
  orderStatus: 'New',
  rejectReason: 'EC_NoError',
  price: '60000.00',
  createdTime: '1790000000500',
  updatedTime: '1790000000555',
  positionIdx: 0,
  timeInForce: 'GTC',
  side: 'Buy',
  triggerPrice: '',
  cumExecQty: '0',
  reduceOnly: false,
  qty: '0.010',
  closeOnTrigger: false,
  tpslMode: '',
}
const stop = {
  ...row,
  side: 'Sell',
  orderType: 'Market',
  timeInForce: 'IOC',
  orderLinkId: 'st1',
  stopOrderType: 'Stop',
  orderStatus: 'Untriggered',
  triggerPrice: '55000.0',
  reduceOnly: true,
}

describe('an order at Bybit', () => {
  it('is told whole', () => {
    expect(toOrderReport(row)).to.deep.equal({
      clientOrderId: 'sl01',
      orderId,
      symbol: 'BTCUSDT',
      side: 'buy',
      positionSide: 'both',
      reduceOnly: false,
      type: 'limit',
      timeInForce: 'GTC',
      postOnly: false,
      state: 'open',
      size: '0.01',
      price: '60000',
      filled: '0',
      averagePrice: undefined,
      time: 1_790_000_000_555,
    })
    expect(toOrderReport({ ...row, orderLinkId: '' }).clientOrderId).to.equal(`id:${orderId}`)
  })

  it('was cancelled where somebody asked for it, and has expired where its terms or the venue ended it', () => {
    const ended = (of: object) => toOrderReport({ ...row, orderStatus: 'Cancelled', ...of }).state
    expect(ended({ cancelType: 'CancelByUser' })).to.equal('cancelled')
    expect(ended({ rejectReason: 'EC_PerCancelRequest' })).to.equal('cancelled')
    expect(ended({ timeInForce: 'IOC' })).to.equal('expired')
    expect(ended({ timeInForce: 'PostOnly', rejectReason: 'EC_PostOnlyWillTakeLiquidity' })).to.equal(
      'expired',
    )
    expect(ended({ cancelType: 'CancelByReduceOnly' })).to.equal('expired')
  })

  it('has trades, of which a fee that was paid is positive, and no side of the position', () => {
    const trade = {
      symbol: 'BTCUSDT',
      execFee: '0.0679239',
      execId: '135dbae5-cbed-5275-9290-3956bb2ed907',
      execPrice: '123498',
      execQty: '0.001',
      execType: 'Trade',
      orderId,
      side: 'Buy',
      execTime: '1757837580469',
      isMaker: false,
      execPnl: '-2.5',
      feeCurrency: '',
    }
    expect(toTradeReport(trade)).to.deep.equal({
      id: trade.execId,
      orderId,
      symbol: 'BTCUSDT',
      side: 'buy',
      positionSide: undefined,
      price: '123498',
      size: '0.001',
      fee: '0.0679239',
      feeAsset: 'USDT',
      realisedProfit: '-2.5',
      liquidity: 'taker',
      time: 1_757_837_580_469,
    })
    const older = { ...trade, execPnl: undefined }
    expect(toTradeReport({ ...older, closedSize: '0' }).realisedProfit).to.equal('0')
    expect(() => toTradeReport({ ...older, closedSize: '0.001' })).to.throw(UnreadableAnswer, 'execPnl')
  })

  it('goes out in the base coin with the index of its side', () => {
    const symbol = 'BTCUSDT'
    expect(toOrderParams(toSend({ symbol, clientOrderId: 'sl01', reduceOnly: true }))).to.deep.equal({
      category: 'linear',
      symbol,
      side: 'Buy',
      orderType: 'Market',
      qty: '1',
      positionIdx: 0,
      reduceOnly: true,
      orderLinkId: 'sl01',
    })
    const limit = toSend({ symbol, clientOrderId: 'sl02', price: '60000.1', postOnly: true, side: 'sell' })
    expect(toOrderParams({ ...limit, positionSide: 'long', reduceOnly: true })).to.deep.equal({
      category: 'linear',
      symbol,
      side: 'Sell',
      orderType: 'Limit',
      qty: '1',
      price: '60000.1',
      timeInForce: 'PostOnly',
      positionIdx: 1,
      orderLinkId: 'sl02',
    })
  })
})

describe('a stop at Bybit', () => {
  it('is told whole, and is no order of the book while it waits', () => {
    expect(toStopReport(stop)).to.deep.equal({
      clientOrderId: 'st1',
      orderId,
      symbol: 'BTCUSDT',
      side: 'sell',
      positionSide: 'both',
      reduceOnly: true,
      state: 'standing',
      size: '0.01',
      triggerPrice: '55000',
      childOrderId: undefined,
      reason: '',
      time: 1_790_000_000_555,
    })
    expect([isStop(stop), isOrder(stop), isStop(row), isOrder(row)]).to.deep.equal([true, false, false, true])
  })

  it('becomes the order of its own id', () => {
    const at = (orderStatus: string, more = {}) => {
      const of = { ...stop, orderStatus, ...more }
      const { state, childOrderId } = toStopReport(of)
      return [state, childOrderId, isOrder(of)]
    }
    expect(at('Triggered')).to.deep.equal(['triggering', undefined, false])
    expect(at('New')).to.deep.equal(['triggered', orderId, true])
    expect(at('Filled', { cumExecQty: '0.01' })).to.deep.equal(['finished', orderId, true])
    expect(at('Cancelled', { cumExecQty: '0.005' })).to.deep.equal(['finished', orderId, true])
    expect(at('Cancelled')).to.deep.equal(['cancelled', undefined, false])
    expect(at('Deactivated')).to.deep.equal(['cancelled', undefined, false])
  })

  it('waits for the mark price, above for a buy and below for a sell, and only ever reduces', () => {
    const sent = stopToSend({ symbol: 'BTCUSDT', clientOrderId: 'st1', triggerPrice: '55000' })
    const common = {
      category: 'linear',
      symbol: 'BTCUSDT',
      orderType: 'Market',
      triggerPrice: '55000',
      triggerBy: 'MarkPrice',
      reduceOnly: true,
      orderLinkId: 'st1',
    }
    expect(toStopParams(sent)).to.deep.equal({
      ...common,
      side: 'Sell',
      positionIdx: 0,
      qty: '1',
      triggerDirection: 2,
      closeOnTrigger: false,
    })
    expect(toStopParams({ ...sent, side: 'buy', positionSide: 'short', size: undefined })).to.deep.equal({
      ...common,
      side: 'Buy',
      positionIdx: 2,
      qty: '0',
      triggerDirection: 1,
      closeOnTrigger: true,
    })
    expect(toStopReport({ ...stop, qty: '0', closeOnTrigger: true }).size).to.equal(undefined)
  })
})

import { expect } from 'chai'
import {
  toOrderEvent,
  toOrderReport,
  toStopReport,
  toTradeReport,
} from '../../../lib/exchange/okx-order-map.ts'
import { toOrderParams, toStopParams } from '../../../lib/exchange/okx-orders.ts'
import { UnreadableAnswer } from '../../../lib/exchange/raw.ts'
import { stopToSend, toSend } from '../../support/order-account.ts'

const row = {
  accFillSz: '0',
  avgPx: '',
  cTime: '1790000000500',
  cancelSource: '',
  clOrdId: 'cli1',
  fee: '0',
  feeCcy: 'USDT',
  fillSz: '0',
  instId: 'BTC-USDT-SWAP',
  ordId: '312269865356374016',
  ordType: 'limit',
  pnl: '0',
  posSide: 'net',
  px: '60000',
  reduceOnly: 'false',
  side: 'buy',
  state: 'live',
  sz: '1',
  tradeId: '',
  uTime: '1790000000555',
}
const filled = {
  ...row,
  state: 'partially_filled',
  accFillSz: '0.6',
  avgPx: '59999',
  tradeId: '242720720',
  fillSz: '0.2',
  fillPx: '59998',
  fillFee: '-0.06',
  fillFeeCcy: 'USDT',
  fillPnl: '1.5',
  fillTime: '1790000000700',
  execType: 'M',
}
const stop = {
  algoId: '431375349042380800',
  algoClOrdId: 'st1',
  instId: 'BTC-USDT-SWAP',
  side: 'sell',
  posSide: 'net',
  reduceOnly: 'true',
  ordType: 'conditional',
  sz: '3',
  closeFraction: '',
  slTriggerPx: '55000',
  slOrdPx: '-1',
  state: 'live',
  ordId: '',
  failCode: '',
  cTime: '1790000000800',
  uTime: '1790000000900',
}

describe('an order at OKX', () => {
  it('is told whole', () => {
    expect(toOrderReport(row)).to.deep.equal({
      clientOrderId: 'cli1',
      orderId: '312269865356374016',
      symbol: 'BTC-USDT-SWAP',
      side: 'buy',
      positionSide: 'both',
      reduceOnly: false,
      type: 'limit',
      timeInForce: 'GTC',
      postOnly: false,
      state: 'open',
      size: '1',
      price: '60000',
      filled: '0',
      averagePrice: undefined,
      time: 1_790_000_000_555,
    })
  })

  it('was cancelled where somebody asked for it, and has expired where its terms or the venue ended it', () => {
    const ended = (cancelSource: string) => toOrderReport({ ...row, state: 'canceled', cancelSource }).state
    expect(['', '1', '20', '14', '31', '3'].map(ended)).to.deep.equal([
      'cancelled',
      'cancelled',
      'cancelled',
      'expired',
      'expired',
      'expired',
    ])
  })

  it('that somebody placed without an id is known by the venue’s', () => {
    expect(toOrderReport({ ...row, clOrdId: '' }).clientOrderId).to.equal('id:312269865356374016')
  })

  it('has a type that tells how long it stands', () => {
    const terms = (ordType: string) => {
      const { type, timeInForce, postOnly, price } = toOrderReport({ ...row, ordType })
      return [type, timeInForce, postOnly, price]
    }
    expect(terms('post_only')).to.deep.equal(['limit', 'GTC', true, '60000'])
    expect(terms('ioc')).to.deep.equal(['limit', 'IOC', false, '60000'])
    expect(terms('fok')).to.deep.equal(['limit', 'FOK', false, '60000'])
    expect(terms('market')).to.deep.equal(['market', 'IOC', false, undefined])
    expect(() => terms('something')).to.throw(UnreadableAnswer, 'ordType')
  })

  it('tells its last trade in an event, and a fee that was paid is positive with us', () => {
    expect(toOrderEvent(filled).trade).to.deep.equal({
      id: '242720720',
      orderId: '312269865356374016',
      symbol: 'BTC-USDT-SWAP',
      side: 'buy',
      positionSide: 'both',
      price: '59998',
      size: '0.2',
      fee: '0.06',
      feeAsset: 'USDT',
      realisedProfit: '1.5',
      liquidity: 'maker',
      time: 1_790_000_000_700,
    })
    expect(toOrderEvent(row).trade).to.equal(undefined)
  })

  it('tells no trade whose own fee is not known, so that it is asked for', () => {
    const older = { ...filled, fillFee: undefined }
    expect(toOrderEvent({ ...older, fee: '-0.2' }).trade).to.equal(undefined)
    const first = { ...older, accFillSz: '0.2', fee: '-0.02' }
    expect(toOrderEvent(first).trade?.fee).to.equal('0.02')
  })

  it('has trades by REST, a rebate of which is negative with us', () => {
    const fill = {
      side: 'sell',
      fillSz: '0.2',
      fillPx: '60000.1',
      fee: '0.01',
      fillPnl: '0',
      ordId: '312269865356374016',
      instId: 'BTC-USDT-SWAP',
      posSide: 'long',
      fillTime: '1790000000700',
      execType: 'T',
      tradeId: '242720720',
      feeCcy: 'USDT',
      ts: '1790000000701',
    }
    expect(toTradeReport(fill)).to.deep.equal({
      id: '242720720',
      orderId: '312269865356374016',
      symbol: 'BTC-USDT-SWAP',
      side: 'sell',
      positionSide: 'long',
      price: '60000.1',
      size: '0.2',
      fee: '-0.01',
      feeAsset: 'USDT',
      realisedProfit: '0',
      liquidity: 'taker',
      time: 1_790_000_000_700,
    })
  })

  it('goes out in contracts, in cross margin and with an id that the venue takes', () => {
    const symbol = 'BTC-USDT-SWAP'
    expect(toOrderParams(toSend({ symbol, clientOrderId: 'sl01', reduceOnly: true }))).to.deep.equal({
      instId: symbol,
      tdMode: 'cross',
      side: 'buy',
      posSide: 'net',
      ordType: 'market',
      sz: '1',
      reduceOnly: true,
      clOrdId: 'sl01',
    })
    const limit = toSend({ symbol, clientOrderId: 'sl02', price: '60000.1', postOnly: true })
    expect(toOrderParams({ ...limit, positionSide: 'long', reduceOnly: true })).to.deep.equal({
      instId: symbol,
      tdMode: 'cross',
      side: 'buy',
      posSide: 'long',
      ordType: 'post_only',
      sz: '1',
      px: '60000.1',
      clOrdId: 'sl02',
    })
  })
})

describe('a stop at OKX', () => {
  it('is told whole', () => {
    expect(toStopReport(stop)).to.deep.equal({
      clientOrderId: 'st1',
      orderId: '431375349042380800',
      symbol: 'BTC-USDT-SWAP',
      side: 'sell',
      positionSide: 'both',
      reduceOnly: true,
      state: 'standing',
      size: '3',
      triggerPrice: '55000',
      childOrderId: undefined,
      reason: '',
      time: 1_790_000_000_900,
    })
  })

  it('that closes all has no size, and names its child once it has one', () => {
    const triggered = { ...stop, state: 'effective', closeFraction: '1', sz: '', ordId: '5', failCode: '' }
    const { size, state, childOrderId } = toStopReport(triggered)
    expect([size, state, childOrderId]).to.deep.equal([undefined, 'triggered', '5'])
    expect(toStopReport({ ...stop, state: 'effective', ordIdList: ['7'] }).childOrderId).to.equal('7')
    expect(toStopReport({ ...stop, state: 'order_failed', failCode: '51020' })).to.deep.include({
      state: 'rejected',
      reason: '51020',
    })
  })

  it('waits for the mark price and only ever reduces', () => {
    const symbol = 'BTC-USDT-SWAP'
    const common = {
      instId: symbol,
      tdMode: 'cross',
      side: 'sell',
      ordType: 'conditional',
      slTriggerPx: '55000',
      slOrdPx: '-1',
      slTriggerPxType: 'mark',
      algoClOrdId: 'st1',
      clOrdId: 'st1',
    }
    const sent = stopToSend({ symbol, clientOrderId: 'st1', triggerPrice: '55000' })
    expect(toStopParams(sent)).to.deep.equal({ ...common, posSide: 'net', sz: '1', reduceOnly: true })
    expect(toStopParams({ ...sent, size: undefined, positionSide: 'long' })).to.deep.equal({
      ...common,
      posSide: 'long',
      closeFraction: '1',
    })
  })
})

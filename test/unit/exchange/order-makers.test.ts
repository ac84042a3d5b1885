import { expect } from 'chai'
import * as binance from '../../../lib/exchange/binance-order-map.ts'
import * as bybit from '../../../lib/exchange/bybit-order-map.ts'
import * as okx from '../../../lib/exchange/okx-order-map.ts'
import type { OrderMaker } from '../../../lib/model/order-report.ts'

const binanceRow = {
  clientOrderId: 'x',
  orderId: 1,
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'BOTH',
  reduceOnly: true,
  type: 'LIMIT',
  timeInForce: 'IOC',
  price: '100',
  status: 'FILLED',
  origQty: '1',
  executedQty: '1',
  avgPrice: '100',
  updateTime: 1_790_000_000_000,
}
const okxRow = {
  clOrdId: '',
  ordId: '1',
  instId: 'BTC-USDT-SWAP',
  side: 'sell',
  posSide: 'net',
  reduceOnly: 'true',
  ordType: 'market',
  px: '',
  sz: '1',
  accFillSz: '1',
  avgPx: '100',
  state: 'filled',
  uTime: '1790000000000',
}
const bybitRow = {
  symbol: 'BTCUSDT',
  orderType: 'Market',
  orderLinkId: '',
  orderId: '1',
  orderStatus: 'Filled',
  stopOrderType: '',
  timeInForce: 'IOC',
  side: 'Sell',
  positionIdx: 0,
  cumExecQty: '1',
  qty: '1',
  avgPrice: '100',
  reduceOnly: true,
  updatedTime: '1790000000000',
}

describe('an order that nobody sent', () => {
  const told: [string, unknown, OrderMaker | undefined][] = [
    ...(
      [
        ['sl0', undefined],
        ['algo_7', 'stop'],
        ['autoclose-17', 'liquidation'],
        ['adl_autoclose', 'deleveraging'],
        ['settlement_autoclose-3', 'settlement'],
        ['web_autoclose-17', undefined],
      ] as const
    ).map(([clientOrderId, maker]): [string, unknown, OrderMaker | undefined] => [
      `Binance: ${clientOrderId}`,
      binance.toOrderReport({ ...binanceRow, clientOrderId }),
      maker,
    ]),
    ...(
      [
        [{}, undefined],
        [{ category: 'normal', algoId: '' }, undefined],
        [{ category: 'normal', algoId: '9', algoClOrdId: 'st1' }, 'stop'],
        [{ category: 'full_liquidation' }, 'liquidation'],
        [{ category: 'partial_liquidation' }, 'liquidation'],
        [{ category: 'adl' }, 'deleveraging'],
        [{ category: 'delivery' }, 'settlement'],
      ] as const
    ).map(([more, maker]): [string, unknown, OrderMaker | undefined] => [
      `OKX: ${JSON.stringify(more)}`,
      okx.toOrderReport({ ...okxRow, ...more }),
      maker,
    ]),
    ...(
      [
        [{}, undefined],
        [{ createType: 'CreateByUser' }, undefined],
        [{ createType: 'CreateByStopOrder', stopOrderType: 'Stop' }, 'stop'],
        [{ createType: 'CreateByLiq' }, 'liquidation'],
        [{ createType: 'CreateByTakeOver_PassThrough' }, 'liquidation'],
        [{ createType: 'CreateByAdl_PassThrough' }, 'deleveraging'],
        [{ createType: 'CreateBySettle' }, 'settlement'],
      ] as const
    ).map(([more, maker]): [string, unknown, OrderMaker | undefined] => [
      `Bybit: ${JSON.stringify(more)}`,
      bybit.toOrderReport({ ...bybitRow, ...more }),
      maker,
    ]),
  ]

  for (const [title, report, maker] of told)
    it(`tells who made it: ${title}`, () => {
      expect((report as { madeBy?: OrderMaker }).madeBy).to.equal(maker)
    })

  it('tells it on the stream too', () => {
    const row = { c: 'autoclose-1', i: 1, s: 'BTCUSDT', S: 'SELL', ps: 'BOTH', R: false, f: 'IOC', p: '100' }
    const more = { o: 'LIMIT', X: 'NEW', x: 'NEW', q: '1', z: '0', ap: '0', T: 1_790_000_000_000 }
    expect(binance.toOrderEvent({ ...row, ...more }).order?.madeBy).to.equal('liquidation')
  })
})

import { expect } from 'chai'
import { withAnswers } from '../support/venue-answers.ts'

// As the venue's pages show them.
const contract = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  supportMarginCoins: ['USDT'],
  minTradeNum: '0.001',
  priceEndStep: '1',
  volumePlace: '3',
  pricePlace: '1',
  sizeMultiplier: '0.001',
  symbolType: 'perpetual',
  minTradeUSDT: '5',
  maxMarketOrderQty: '220',
  symbolStatus: 'normal',
  offTime: '-1',
  limitOpenTime: '-1',
  deliveryTime: '',
  deliveryStartTime: '',
  deliveryPeriod: '',
  launchTime: '',
  fundInterval: '8',
  minLever: '1',
  maxLever: '125',
  posLimit: '0.05',
  maintainTime: '',
}
const ticker = {
  symbol: 'BTCUSDT',
  lastPr: '104823.8',
  askPr: '104823.8',
  bidPr: '104823.5',
  bidSz: '0.703',
  askSz: '13.894',
  ts: '1750332210370',
  baseVolume: '79089.5675',
  quoteVolume: '8274870921.80485',
  indexPrice: '104881.953125',
  fundingRate: '-0.000014',
  markPrice: '104824.2',
}
const answer = (data: unknown) => ({ code: '00000', msg: 'success', requestTime: 1_750_332_210_371, data })
const answers = {
  '/api/v2/mix/market/contracts?productType=USDT-FUTURES': answer([contract]),
  '/api/v2/mix/market/contracts': answer([]),
  '/api/v2/mix/market/tickers': answer([ticker, { ...ticker, symbol: 'GONEUSDT', bidPr: '0' }]),
  '/api/v2/mix/market/candles': answer([
    ['1750332180000', '104800', '104830', '104790.5', '104823.8', '35.526', '3724000.1'],
  ]),
  '/api/v2/public/time': answer({ serverTime: '1750332210371' }),
}

describe('the market data of Bitget', () => {
  const open = withAnswers()

  it('are read as its pages show them', async () => {
    const { exchange, asked } = await open('bitget', answers)
    const [instrument, ...others] = await exchange.fetchInstruments()
    expect(others).to.deep.equal([])
    expect(instrument).to.include({
      symbol: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      settle: 'USDT',
      contract: 'perpetual',
      linear: true,
      status: 'trading',
      contractSize: '1',
      tickSize: '0.1',
      lotSize: '0.001',
      minQty: '0.001',
      minNotional: '5',
      maxMarketQty: '220',
      deliveryTime: undefined,
    })
    const tickers = await exchange.fetchTickers()
    expect([...tickers]).to.deep.equal([
      [
        'BTCUSDT',
        {
          bid: '104823.5',
          bidSize: '0.703',
          ask: '104823.8',
          askSize: '13.894',
          time: 1_750_332_210_370,
          updateId: 0,
        },
      ],
    ])
    expect((await exchange.fetchQuoteVolumes()).get('BTCUSDT')).to.equal('8274870921.80485')
    expect((await exchange.fetchMarks()).get('BTCUSDT')).to.deep.equal({
      markPrice: '104824.2',
      indexPrice: '104881.953125',
      fundingRate: '-0.000014',
      fundingTime: undefined,
      time: 1_750_332_210_370,
    })
    expect(await exchange.fetchKlines('BTCUSDT', '1m', { limit: 99 })).to.deep.equal([
      {
        openTime: 1_750_332_180_000,
        open: '104800',
        high: '104830',
        low: '104790.5',
        close: '104823.8',
        volume: '35.526',
      },
    ])
    expect(await exchange.fetchTime()).to.equal(1_750_332_210_371)
    expect(asked.filter((url) => url.includes('candles'))).to.deep.equal([
      '/api/v2/mix/market/candles?symbol=BTCUSDT&granularity=1m&limit=99&productType=USDT-FUTURES',
    ])
  })
})

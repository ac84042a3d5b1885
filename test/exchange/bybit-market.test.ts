import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Instrument } from '../../lib/model/instrument.ts'
import { findRecorded } from '../support/recording.ts'
import { withAnswers } from '../support/venue-answers.ts'

interface RawInstrument {
  readonly symbol: string
  readonly contractType: string
  readonly status: string
  readonly baseCoin: string
  readonly quoteCoin: string
  readonly settleCoin: string
  readonly deliveryTime: string
  readonly symbolType: string
  readonly priceFilter: { readonly tickSize: string }
  readonly lotSizeFilter: Readonly<Record<string, string>>
}

const path = '/v5/market/instruments-info'
const preLaunch = `${path}?category=linear&limit=1000&status=PreLaunch`
const answer = (list: readonly unknown[]) => ({
  retCode: 0,
  retMsg: 'OK',
  result: { category: 'linear', list, nextPageCursor: '' },
  time: 1_795_365_026_427,
})
const btc: RawInstrument = {
  symbol: 'BTCUSDT',
  contractType: 'LinearPerpetual',
  status: 'Trading',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  deliveryTime: '0',
  symbolType: '',
  priceFilter: { tickSize: '0.10' },
  lotSizeFilter: {
    minOrderQty: '0.001',
    qtyStep: '0.001',
    maxMktOrderQty: '119.000',
    minNotionalValue: '5',
  },
}
const tickers = answer([
  {
    symbol: 'BTCUSDT',
    lastPrice: '60000.10',
    indexPrice: '59990.00',
    markPrice: '60000.00',
    turnover24h: '3947254153.7179',
    volume24h: '61874.6390',
    fundingRate: '0.0001',
    nextFundingTime: '1790028800000',
    ask1Size: '2.750',
    bid1Price: '60000.10',
    ask1Price: '60000.20',
    bid1Size: '6.907',
  },
  {
    symbol: 'NEWUSDT',
    indexPrice: '',
    markPrice: '',
    turnover24h: '',
    fundingRate: '',
    nextFundingTime: '',
    ask1Size: '',
    bid1Price: '',
    ask1Price: '',
    bid1Size: '',
  },
])

const underlyings: Readonly<Record<string, string>> = { stock: 'equity', commodity: 'commodity' }

/** What a row of instruments means, told by the row itself and by nothing of the code. */
function expected(raw: RawInstrument): Instrument {
  const plain = (text = '') => {
    const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
    return short === '' ? undefined : short
  }
  const lots = raw.lotSizeFilter
  return {
    symbol: raw.symbol,
    base: raw.baseCoin,
    quote: raw.quoteCoin,
    settle: raw.settleCoin,
    contract: raw.contractType === 'LinearPerpetual' ? 'perpetual' : 'delivery',
    linear: true,
    underlying: underlyings[raw.symbolType] ?? 'coin',
    status: raw.status === 'Trading' ? 'trading' : 'settling',
    contractSize: '1',
    tickSize: plain(raw.priceFilter.tickSize),
    lotSize: plain(lots['qtyStep']),
    minQty: plain(lots['minOrderQty']),
    minNotional: plain(lots['minNotionalValue']),
    maxMarketQty: plain(lots['maxMktOrderQty']),
    percentPrice: undefined,
    maxStops: 10,
    deliveryTime: raw.deliveryTime === '0' ? undefined : Number(raw.deliveryTime),
  }
}

describe('Bybit', () => {
  const open = withAnswers()

  it('tells instruments, those that are not trading yet, too', async () => {
    const early = { ...btc, symbol: 'NEWUSDT', baseCoin: 'NEW', status: 'PreLaunch' }
    const { exchange, gate } = await open('bybit', { [path]: answer([btc]), [preLaunch]: answer([early]) })
    expect(await exchange.fetchInstruments()).to.deep.equal([
      expected(btc),
      { ...expected(early), status: 'pending', underlying: 'premarket' },
    ])
    expect(gate.passed.map(({ charges }) => charges.map(({ limit }) => limit.name))).to.deep.equal([
      ['requests'],
      ['requests'],
    ])
  })

  it('tells the instruments that are recorded', async function () {
    const recorded = findRecorded('bybit/v5_market_instruments-info_linear_2026-08-09.json')
    if (recorded === undefined) {
      console.log('      skipped: no recorded data')
      return this.skip()
    }
    const payload = JSON.parse(readFileSync(recorded, 'utf8')) as { result: { list: RawInstrument[] } }
    const { exchange } = await open('bybit', { [path]: payload, [preLaunch]: answer([]) })
    const found = new Map((await exchange.fetchInstruments()).map((each) => [each.symbol, each]))
    expect(found.size).to.equal(payload.result.list.length)
    for (const raw of payload.result.list) expect(found.get(raw.symbol)).to.deep.equal(expected(raw))
  })

  it('tells best bids and asks as of its answer, and leaves out what has none', async () => {
    const { exchange, asked } = await open('bybit', { '/v5/market/tickers': tickers })
    expect([...(await exchange.fetchTickers())]).to.deep.equal([
      [
        'BTCUSDT',
        {
          bid: '60000.1',
          bidSize: '6.907',
          ask: '60000.2',
          askSize: '2.75',
          time: 1_795_365_026_427,
          updateId: 0,
        },
      ],
    ])
    expect(asked).to.deep.equal(['/v5/market/tickers?category=linear'])
  })

  it('tells what was traded in 24 hours', async () => {
    const { exchange } = await open('bybit', { '/v5/market/tickers': tickers })
    expect([...(await exchange.fetchQuoteVolumes())]).to.deep.equal([['BTCUSDT', '3947254153.7179']])
  })

  it('tells marks and funding', async () => {
    const { exchange } = await open('bybit', { '/v5/market/tickers': tickers })
    const time = 1_795_365_026_427
    expect([...(await exchange.fetchMarks())]).to.deep.equal([
      [
        'BTCUSDT',
        {
          markPrice: '60000',
          indexPrice: '59990',
          fundingRate: '0.0001',
          fundingTime: 1_790_028_800_000,
          time,
        },
      ],
      [
        'NEWUSDT',
        { markPrice: undefined, indexPrice: undefined, fundingRate: undefined, fundingTime: undefined, time },
      ],
    ])
  })

  it('tells candles oldest first', async () => {
    const { exchange, asked } = await open('bybit', {
      [path]: answer([btc]),
      '/v5/market/kline': answer([
        ['1795365060000', '60005.4', '60020', '60000', '60010', '3.5', '210000.1'],
        ['1795365000000', '60000.1', '60010.2', '59990.3', '60005.4', '12.345', '740000.12'],
      ]),
    })
    await exchange.fetchInstruments()
    const rows = await exchange.fetchKlines('BTCUSDT', '1m', { limit: 99, startTime: 1_795_365_000_000 })
    expect(rows.map(({ openTime, close, volume }) => [openTime, close, volume])).to.deep.equal([
      [1_795_365_000_000, '60005.4', '12.345'],
      [1_795_365_060_000, '60010', '3.5'],
    ])
    expect(asked.at(-1)).to.equal(
      '/v5/market/kline?symbol=BTCUSDT&start=1795365000000&limit=99&interval=1&category=linear',
    )
  })

  it('tells its time', async () => {
    const { exchange } = await open('bybit', { '/v5/market/time': answer([]) })
    expect(await exchange.fetchTime()).to.equal(1_795_365_026_427)
  })
})

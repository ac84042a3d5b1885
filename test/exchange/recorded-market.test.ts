import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { needDecimal } from '../../lib/model/decimal.ts'
import type { Raw } from '../../lib/exchange/raw.ts'
import { toPerpetual } from '../support/instrument.ts'
import { findRecorded } from '../support/recording.ts'
import { withAnswers } from '../support/venue-answers.ts'

/** A recorded file's text; skips the test without it. */
function readRecorded(test: Mocha.Context, file: string): string {
  const path = findRecorded(file)
  if (path === undefined) {
    console.log('      skipped: no recorded data')
    test.skip()
  }
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

/** The messages of a recorded stream. */
function messagesIn(text: string): Raw[] {
  const lines = text.trim().split('\n')
  const raws = lines.flatMap((line) => (JSON.parse(line) as { raw?: string }).raw ?? [])
  return raws.map((raw) => JSON.parse(raw) as Raw)
}

/** The shortest text of a number. */
const plain = (text: unknown) => needDecimal(String(text), 'a recorded number')

describe('what was recorded of the market', () => {
  const open = withAnswers()

  it('as candles of Binance is these candles, number for number', async function () {
    const text = readRecorded(this, 'binance-usdm/derived/fapi_v1_klines_BTCUSDT_1m_12col_from-trades.json')
    const { exchange } = await open('binanceusdm', { '/fapi/v1/klines': JSON.parse(text) })
    exchange.useInstruments([toPerpetual('BTCUSDT')])
    const rows = await exchange.fetchKlines('BTCUSDT', '1m', { limit: 99 })
    expect(rows).to.have.length(4)
    expect([rows[0], rows[3]]).to.deep.equal([
      {
        openTime: 1_723_161_300_000,
        open: '61807.7',
        high: '61839.9',
        low: '61760.3',
        close: '61760.3',
        volume: '136.45',
      },
      {
        openTime: 1_723_161_480_000,
        open: '61628.2',
        high: '61730.4',
        low: '61590.3',
        close: '61694.4',
        volume: '890.437',
      },
    ])
  })

  it('as tickers of a day is what each symbol traded, and tickers of spot, which have no time, are none', async function () {
    const day = JSON.parse(
      readRecorded(this, 'binance-spot/api_v3_ticker_24hr_USDT-372sym_2024-03-10.json'),
    ) as Record<string, string>[]
    const books = readRecorded(
      this,
      'binance-spot/derived/api_v3_ticker_bookTicker_from-24hr_372sym_2024-03-10.json',
    )
    const { exchange } = await open('binanceusdm', {
      '/fapi/v1/ticker/24hr': day,
      '/fapi/v1/ticker/bookTicker': JSON.parse(books),
    })
    exchange.useInstruments(day.map(({ symbol = '' }) => toPerpetual(symbol)))
    const volumes = await exchange.fetchQuoteVolumes()
    expect([...volumes]).to.have.deep.members(day.map((row) => [row['symbol'], plain(row['quoteVolume'])]))
    expect(volumes.size).to.equal(372)
    expect((await exchange.fetchTickers()).size).to.equal(0)
  })

  // The endpoint tells the same fields as the whole message of the topic.
  it('as tickers of Bybit is these bids, asks, marks and volumes', async function () {
    const messages = messagesIn(
      readRecorded(
        this,
        'bybit/ws/ws_v5_linear_BTC-SOL_kline1-tickers-orderbook200-trades_2026-08-09.ndjson.gz',
      ),
    )
    const whole = messages.filter(
      ({ topic, type }) => String(topic).startsWith('tickers.') && type === 'snapshot',
    )
    const time = Number(whole[0]?.['ts'])
    const { exchange } = await open('bybit', {
      '/v5/market/tickers': {
        retCode: 0,
        retMsg: 'OK',
        time,
        result: { category: 'linear', list: whole.map(({ data }) => data) },
      },
    })
    expect([time, [...(await exchange.fetchTickers()).keys()]]).to.deep.equal([
      1_786_310_817_583,
      ['BTCUSDT', 'SOLUSDT'],
    ])
    expect((await exchange.fetchTickers()).get('BTCUSDT')).to.deep.equal({
      bid: '65114.2',
      bidSize: '5.954',
      ask: '65114.3',
      askSize: '10.47',
      time,
      updateId: 0,
    })
    expect((await exchange.fetchMarks()).get('BTCUSDT')).to.deep.equal({
      markPrice: '65117.44',
      indexPrice: '65137.76',
      fundingRate: '0.0001',
      fundingTime: 1_786_320_000_000,
      time,
    })
    expect((await exchange.fetchQuoteVolumes()).get('BTCUSDT')).to.equal('1142118412.9021')
  })

  it('as tickers of OKX is this bid, this ask and this volume', async function () {
    const messages = messagesIn(readRecorded(this, 'okx/ws/tardis-fixtures_public-messages.ndjson'))
    const told = messages.find(({ arg }) => (arg as Raw)['channel'] === 'tickers')
    const { exchange } = await open('okx', {
      '/api/v5/market/tickers': { code: '0', msg: '', data: told?.['data'] },
    })
    const tickers = await exchange.fetchTickers()
    expect([...tickers]).to.deep.equal([
      [
        'WNCG-USDT-SWAP',
        {
          bid: '2.1737',
          bidSize: '2',
          ask: '2.1738',
          askSize: '168',
          time: 1_640_131_263_109,
          updateId: 0,
        },
      ],
    ])
    // 803,940 at the last price.
    expect((await exchange.fetchQuoteVolumes()).get('WNCG-USDT-SWAP')).to.equal('1746881.226')
  })
})

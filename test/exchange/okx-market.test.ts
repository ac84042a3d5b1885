import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { mul } from '../../lib/model/decimal.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import { findRecorded } from '../support/recording.ts'
import { withAnswers } from '../support/venue-answers.ts'

type RawInstrument = Readonly<Record<string, string>>

// As OKX's pages show them.
const btc: RawInstrument = {
  instId: 'BTC-USDT-SWAP',
  instType: 'SWAP',
  uly: 'BTC-USDT',
  settleCcy: 'USDT',
  ctType: 'linear',
  ctVal: '0.01',
  ctMult: '1',
  lotSz: '0.01',
  minSz: '0.01',
  tickSz: '0.1',
  maxMktSz: '35000',
  state: 'live',
  expTime: '',
  ruleType: 'normal',
}
const instruments = (...rows: RawInstrument[]) => ({
  '/api/v5/public/instruments': { code: '0', msg: '', data: rows },
})
const tickers = {
  code: '0',
  msg: '',
  data: [
    {
      instId: 'BTC-USDT-SWAP',
      last: '60000.1',
      askPx: '60000.2',
      askSz: '250',
      bidPx: '60000.1',
      bidSz: '150.5',
      volCcy24h: '73998.8786',
      vol24h: '7399887.86',
      ts: '1795365026421',
    },
    {
      instId: 'OLD-USDT-SWAP',
      last: '',
      askPx: '',
      askSz: '',
      bidPx: '1',
      bidSz: '1',
      volCcy24h: '5',
      ts: '1',
    },
  ],
}

/** What a row of instruments means, told by the row itself and by nothing of the code. */
function expected(raw: RawInstrument): Instrument {
  const [base = '', quote = ''] = (raw['uly'] ?? '').split('-')
  const plain = (text: string | undefined) => (text === '' ? undefined : text)
  return {
    symbol: raw['instId'] ?? '',
    base,
    quote,
    settle: raw['settleCcy'] ?? '',
    contract: 'perpetual',
    linear: raw['ctType'] === 'linear',
    underlying: 'coin',
    status: raw['state'] === 'live' ? 'trading' : 'paused',
    contractSize: mul(raw['ctVal'] ?? '', raw['ctMult'] ?? ''),
    tickSize: plain(raw['tickSz']),
    lotSize: plain(raw['lotSz']),
    minQty: plain(raw['minSz']),
    minNotional: undefined,
    maxMarketQty: plain(raw['maxMktSz']),
    percentPrice: undefined,
    maxStops: undefined,
    deliveryTime: undefined,
  }
}

describe('OKX', () => {
  const open = withAnswers()

  it('tells instruments, their sizes in contracts and what a contract holds', async () => {
    const odd = {
      ...btc,
      instId: 'ODD-USDT-SWAP',
      uly: 'ODD-USDT',
      ctVal: '10',
      ctMult: '0.5',
      state: 'suspend',
    }
    const { exchange, gate } = await open('okx', instruments(btc, odd))
    const found = await exchange.fetchInstruments()
    expect(found).to.deep.equal([expected(btc), { ...expected(odd), contractSize: '5' }])
    expect(gate.passed.map(({ charges }) => charges.map(({ limit }) => limit.name))).to.deep.equal([
      ['public/instruments'],
    ])
  })

  for (const file of [
    'okx/api_v5_public_instruments_SWAP_2022-05-13.json',
    'okx/api_v5_public_instruments_SWAP_2025_trimmed_nautilus.json',
  ]) {
    it(`tells the instruments recorded in ${file}`, async function () {
      const path = findRecorded(file)
      if (path === undefined) {
        console.log('      skipped: no recorded data')
        return this.skip()
      }
      const payload = JSON.parse(readFileSync(path, 'utf8')) as { data: RawInstrument[] }
      const { exchange } = await open('okx', { '/api/v5/public/instruments': payload })
      const found = new Map((await exchange.fetchInstruments()).map((each) => [each.symbol, each]))
      expect(found.size).to.equal(payload.data.length)
      for (const raw of payload.data) expect(found.get(raw['instId'] ?? '')).to.deep.equal(expected(raw))
    })
  }

  it('tells best bids and asks in contracts, and leaves out half a quote', async () => {
    const { exchange, asked } = await open('okx', { '/api/v5/market/tickers': tickers })
    expect([...(await exchange.fetchTickers())]).to.deep.equal([
      [
        'BTC-USDT-SWAP',
        {
          bid: '60000.1',
          bidSize: '150.5',
          ask: '60000.2',
          askSize: '250',
          time: 1_795_365_026_421,
          updateId: 0,
        },
      ],
    ])
    expect(asked).to.deep.equal(['/api/v5/market/tickers?instType=SWAP'])
  })

  it('values what was traded in 24 hours at the last price', async () => {
    const { exchange } = await open('okx', { '/api/v5/market/tickers': tickers })
    expect([...(await exchange.fetchQuoteVolumes())]).to.deep.equal([
      ['BTC-USDT-SWAP', mul('73998.8786', '60000.1')],
    ])
  })

  it('tells marks with the funding of each, and none where there is none', async () => {
    const { exchange, asked } = await open('okx', {
      '/api/v5/public/mark-price': {
        code: '0',
        data: [
          { instType: 'SWAP', instId: 'BTC-USDT-SWAP', markPx: '60000.30', ts: '1795365026427' },
          { instType: 'SWAP', instId: 'ETH-USDT-SWAP', markPx: '3000', ts: '1795365026428' },
        ],
      },
      '/api/v5/public/funding-rate': {
        code: '0',
        data: [{ instId: 'BTC-USDT-SWAP', fundingRate: '0.00010', fundingTime: '1790028800000' }],
      },
    })
    expect([...(await exchange.fetchMarks())]).to.deep.equal([
      [
        'BTC-USDT-SWAP',
        {
          markPrice: '60000.3',
          indexPrice: undefined,
          fundingRate: '0.0001',
          fundingTime: 1_790_028_800_000,
          time: 1_795_365_026_427,
        },
      ],
      [
        'ETH-USDT-SWAP',
        {
          markPrice: '3000',
          indexPrice: undefined,
          fundingRate: undefined,
          fundingTime: undefined,
          time: 1_795_365_026_428,
        },
      ],
    ])
    expect(asked.toSorted()).to.deep.equal([
      '/api/v5/public/funding-rate?instId=ANY',
      '/api/v5/public/mark-price?instType=SWAP',
    ])
  })

  it('tells candles oldest first, their volume in the base asset, whether they are closed or not', async () => {
    const { exchange, asked } = await open('okx', {
      ...instruments(btc),
      '/api/v5/market/candles': {
        code: '0',
        msg: '',
        data: [
          [
            '1747094040000',
            '102806.1',
            '102820.4',
            '102806.1',
            '102820.4',
            '1040.37',
            '10.4037',
            '1069603.3',
            '0',
          ],
          [
            '1747093980000',
            '102806',
            '102820.5',
            '102783.1',
            '102806.1',
            '7164.04',
            '71.6404',
            '7364701.5',
            '1',
          ],
        ],
      },
    })
    await exchange.fetchInstruments()
    expect(await exchange.fetchKlines('BTC-USDT-SWAP', '1m', { limit: 99 })).to.deep.equal([
      {
        openTime: 1_747_093_980_000,
        open: '102806',
        high: '102820.5',
        low: '102783.1',
        close: '102806.1',
        volume: '71.6404',
      },
      {
        openTime: 1_747_094_040_000,
        open: '102806.1',
        high: '102820.4',
        low: '102806.1',
        close: '102820.4',
        volume: '10.4037',
      },
    ])
    expect(asked.at(-1)).to.equal('/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=99')
  })

  it('tells the candles that are recorded', async function () {
    const path = findRecorded('okx/api_v5_market_candles_nautilus.json')
    if (path === undefined) {
      console.log('      skipped: no recorded data')
      return this.skip()
    }
    const payload = JSON.parse(readFileSync(path, 'utf8')) as { data: string[][] }
    const { exchange } = await open('okx', { ...instruments(btc), '/api/v5/market/candles': payload })
    await exchange.fetchInstruments()
    const rows = await exchange.fetchKlines('BTC-USDT-SWAP', '1m', { limit: 99 })
    expect(
      rows.map(({ openTime, open: first, high, low, close, volume }) => [
        String(openTime),
        ...[first, high, low, close, volume].map(Number),
      ]),
    ).to.deep.equal(
      payload.data
        .toReversed()
        .map(([time, first, high, low, close, , base]) => [
          time,
          ...[first, high, low, close, base].map(Number),
        ]),
    )
  })

  it('has days, and what is longer than four hours, begin at midnight UTC', async () => {
    const { exchange, asked } = await open('okx', {
      ...instruments(btc),
      '/api/v5/market/candles': { code: '0', data: [] },
    })
    await exchange.fetchInstruments()
    for (const interval of ['4h', '6h', '12h', '1d'] as const)
      await exchange.fetchKlines('BTC-USDT-SWAP', interval, { limit: 2 })
    expect(asked.slice(1).map((url) => /bar=(\w+)/.exec(url)?.[1])).to.deep.equal([
      '4H',
      '6Hutc',
      '12Hutc',
      '1Dutc',
    ])
  })

  it('tells its time', async () => {
    const { exchange } = await open('okx', {
      '/api/v5/public/time': { code: '0', data: [{ ts: '1621247923668' }] },
    })
    expect(await exchange.fetchTime()).to.equal(1_621_247_923_668)
  })
})

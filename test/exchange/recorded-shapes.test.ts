import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { checkShape } from '../../lib/exchange/check-shape.ts'
import type { Finding, Shape } from '../../lib/exchange/check-shape.ts'
import { shapesOf } from '../../lib/exchange/probe-venue.ts'
import type { Raw } from '../../lib/exchange/raw.ts'
import { findRecorded } from '../support/recording.ts'
import { changed, findingsOf, readPlaces } from '../support/shape-samples.ts'

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

/** What is known of a venue's endpoint. */
function bodyOf(venue: string, endpoint: string): Shape {
  const found = shapesOf(venue).endpoints.find(({ name }) => name === `GET ${endpoint}`)
  if (found === undefined) throw new Error(`nothing is known of ${endpoint}`)
  return found.body
}

/** What one venue's endpoint is recorded to have answered, in `body` where only its rows were kept. */
interface Recorded {
  readonly venue: string
  readonly endpoint: string
  readonly file: string
  readonly body?: (recorded: unknown) => unknown
  /** `KIND path COUNT` */
  readonly differs?: readonly string[]
}

const binance = (endpoint: string, file: string, of: Partial<Recorded> = {}): Recorded => ({
  venue: 'binanceusdm',
  endpoint: `/fapi/${endpoint}`,
  file: `binance-usdm/${file}`,
  ...of,
})
const okx = (endpoint: string, file: string, differs: readonly string[] = []): Recorded => ({
  venue: 'okx',
  endpoint: `/api/v5/${endpoint}`,
  file: `okx/api_v5_${file}`,
  differs,
})

const answers: readonly Recorded[] = [
  binance('v1/exchangeInfo', 'fapi_v1_exchangeInfo_mainnet_2021-07-22.json'),
  // The environment for trying things out says nothing of how many stops an instrument may have.
  binance('v1/exchangeInfo', 'fapi_v1_exchangeInfo_testnet_2026-03-31_nulls-stripped.json', {
    differs: ['missing symbols[].filters[MAX_NUM_ALGO_ORDERS] 705'],
  }),
  binance('v1/premiumIndex', 'fapi_v1_premiumIndex_all_2025-06-17_half-0.json'),
  binance('v1/klines', 'derived/fapi_v1_klines_BTCUSDT_1m_12col_from-trades.json'),
  binance('v1/symbolConfig', 'fapi_v1_symbolConfig_AAPLUSDT_2026-08-08.json'),
  // Version 2, of which version 3 says the same.
  binance('v3/balance', 'fapi_v2_balance_before-trade_2026-08-08.json'),
  binance('v3/balance', 'fapi_v2_balance_after-trade_2026-08-08.json'),
  binance('v2/positionRisk', 'fapi_v2_positionRisk_AAPLUSDT_flat-before_2026-08-08.json'),
  binance('v2/positionRisk', 'fapi_v2_positionRisk_AAPLUSDT_open_2026-08-08.json'),
  binance('v1/order', 'fapi_v1_batchOrders_partial-failure_LDOUSDT_2023-05-07.json', {
    body: (rows) => (rows as unknown[])[1],
  }),
  // Spot has neither; both are what makes a ticker newer than another.
  binance('v1/ticker/bookTicker', '', {
    file: 'binance-spot/derived/api_v3_ticker_bookTicker_from-24hr_372sym_2024-03-10.json',
    differs: ['missing [].lastUpdateId 372', 'missing [].time 372'],
  }),
  binance('v1/ticker/24hr', '', {
    file: 'binance-spot/api_v3_ticker_24hr_USDT-372sym_2024-03-10.json',
    body: (rows) => (rows as unknown[])[0],
    differs: ['askPrice', 'askQty', 'bidPrice', 'bidQty', 'prevClosePrice'].map(
      (field) => `unknown ${field} 1`,
    ),
  }),
  // Before there were contracts that trade ahead of their market.
  okx('public/instruments', 'public_instruments_SWAP_2022-05-13.json', ['missing data[].ruleType 166']),
  okx('public/instruments', 'public_instruments_SWAP_2025_trimmed_nautilus.json'),
  okx('market/candles', 'market_candles_nautilus.json'),
  okx('account/balance', 'account_balance_nautilus.json'),
  {
    venue: 'bybit',
    endpoint: '/v5/market/instruments-info',
    file: 'bybit/v5_market_instruments-info_linear_2026-08-09.json',
  },
]

const asItIs = (recorded: unknown) => recorded
const told = (findings: readonly Finding[]) =>
  findings.map(({ kind, path, count }) => `${kind} ${path} ${count}`).toSorted()
const names = (findings: readonly Finding[]) => findings.map(({ kind, path }) => `${kind} ${path}`)

describe('what was recorded of the venues', () => {
  for (const { venue, endpoint, file, body = asItIs, differs = [] } of answers) {
    const verdict = differs.length === 0 ? 'is as known' : `differs by ${differs.length}`
    it(`as ${endpoint} in ${file.split('/').at(-1)} ${verdict}`, function () {
      const payload = body(JSON.parse(readRecorded(this, file)))
      expect(told(checkShape(bodyOf(venue, endpoint), payload))).to.deep.equal(differs)
    })
  }

  it('has every field named that is dropped, renamed or becomes something else', function () {
    this.timeout(30_000)
    const payloads = answers.map((each) => {
      const { venue, endpoint, file, body = asItIs } = each
      const shape = bodyOf(venue, endpoint)
      const payload = body(JSON.parse(readRecorded(this, file)))
      return { shape, payload, places: readPlaces(shape, payload), before: names(checkShape(shape, payload)) }
    })
    const anyOf = fc
      .nat(payloads.length - 1)
      .chain((i) => fc.tuple(fc.constant(i), fc.nat((payloads[i]?.places.length ?? 1) - 1)))
    fc.assert(
      fc.property(anyOf, fc.constantFrom('drop', 'rename', 'retype'), ([i, nth], change) => {
        const of = payloads[i]
        const at = of?.places[nth]
        if (of === undefined || at === undefined) throw new RangeError('there is no such place')
        const after = names(checkShape(of.shape, changed(of.payload, at.steps, change)))
        expect(after.filter((each) => !of.before.includes(each))).to.have.members(findingsOf(at, change))
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 100) },
    )
  })
})

/** A venue's recorded messages, as its stream has them. */
function messagesIn(text: string): Raw[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { dir?: string; raw?: string })
    .filter(({ dir, raw }) => raw !== undefined && dir !== 'send')
    .map(({ raw = '' }) => JSON.parse(raw) as Raw)
    .map((message) => (message['stream'] === undefined ? message : (message['data'] as Raw)))
}

interface Stream {
  readonly venue: string
  readonly files: readonly string[]
  /** channel -> messages; of those that are described */
  readonly heard: Readonly<Record<string, number>>
  /** channels that nobody reads and nothing is known of */
  readonly others: readonly string[]
}

const streams: readonly Stream[] = [
  {
    venue: 'binanceusdm',
    files: [
      'binance-usdm/ws/ws_SUSHI-KEEP_kline1m-bookTicker-depth-aggTrade_2021-07-22_30s.ndjson.gz',
      'binance-usdm/ws/ws_btcusdt_depth-trade-bookTicker_2024-08-08_120s.ndjson.gz',
    ],
    heard: { bookTicker: 22_815, kline: 27 },
    others: ['aggTrade', 'depthUpdate', 'trade'],
  },
  {
    venue: 'binanceusdm',
    files: [
      'binance-usdm/ws/userdata_BTCUSDT_open-close_2024-11-18.ndjson',
      'binance-usdm/ws/userdata_USDC_transfer-funding_2026-04-21.ndjson',
      'binance-usdm/ws/userdata_assorted_2021-2025.ndjson',
    ],
    heard: { ACCOUNT_UPDATE: 11, ORDER_TRADE_UPDATE: 7, TRADE_LITE: 2 },
    others: [],
  },
  {
    venue: 'okx',
    files: [
      'okx/ws/tardis-fixtures_public-messages.ndjson',
      'okx/ws/ws_v5_public_UNI-USD-SWAP_BTC-USDT_books-tickers-trades_2022-05-13_12s.ndjson.gz',
    ],
    heard: { tickers: 28 },
    others: ['books', 'books-l2-tbt', 'funding-rate', 'index-tickers', 'mark-price', 'trades'],
  },
  {
    venue: 'bybit',
    files: [
      'bybit/ws/tardis-fixtures_public-messages.ndjson',
      'bybit/ws/ws_v5_linear_BTC-SOL_kline1-tickers-orderbook200-trades_2026-08-09.ndjson.gz',
    ],
    heard: { kline: 47, tickers: 4, 'tickers, changed': 377 },
    others: ['allLiquidation', 'liquidation', 'orderbook', 'publicTrade'],
  },
]

describe('what was recorded of streams', () => {
  for (const { venue, files, heard, others } of streams) {
    it(`of ${venue} is as known: ${Object.keys(heard).join(', ')}`, function () {
      this.timeout(20_000)
      const { channelOf, publicChannels, privateChannels } = shapesOf(venue)
      const counts: Record<string, number> = {}
      const unknown = new Set<string>()
      const differs = new Set<string>()
      for (const message of files.flatMap((file) => messagesIn(readRecorded(this, file)))) {
        const channel = channelOf(message)
        if (channel === undefined) continue
        const shape = publicChannels[channel] ?? privateChannels[channel]
        if (shape === undefined) {
          unknown.add(channel)
          continue
        }
        counts[channel] = (counts[channel] ?? 0) + 1
        for (const { kind, path, found } of checkShape(shape, message))
          differs.add(`${channel} ${kind} ${path} ${found}`)
      }
      expect(counts).to.deep.equal(heard)
      expect([...unknown].toSorted()).to.deep.equal(others)
      expect([...differs]).to.deep.equal([])
    })
  }

  for (const [venue, file, channel] of [
    ['okx', 'okx/ws_private_orders_swap_nautilus.json', 'orders'],
    ['bybit', 'bybit/ws_private_position_linear_nautilus.json', 'position'],
  ] as const) {
    it(`of ${venue} as ${channel} is as known`, function () {
      const { channelOf, privateChannels } = shapesOf(venue)
      const message = JSON.parse(readRecorded(this, file)) as Raw
      expect(channelOf(message)).to.equal(channel)
      expect(checkShape(privateChannels[channel] ?? 'text', message)).to.deep.equal([])
    })
  }
})

const row = (payload: Raw): unknown => [payload]
const same = (payload: Raw): unknown => payload
const inData = (payload: Raw): unknown => ({ code: '0', msg: '', data: [payload] })
const inList = (payload: Raw): unknown => ({
  retCode: 0,
  time: 1_795_365_026_426,
  result: { list: [payload] },
})

/** Payloads that ccxt's sources quote: [venue, line, endpoint, how it was answered, what differs]. */
const quoted: readonly (readonly [string, number, string, (payload: Raw) => unknown, ...string[]])[] = [
  ['binance', 9, '/fapi/v1/userTrades', row],
  ['binance', 13, '/fapi/v1/order', same],
  ['binance', 17, '/fapi/v1/order', same],
  ['binance', 18, '/fapi/v1/algoOrder', same],
  // ccxt had made text of the numbers.
  ['binance', 21, '/fapi/v1/income', row, 'type [].time 1'],
  ['binance', 22, '/fapi/v1/premiumIndex', row, 'type [].nextFundingTime 1', 'type [].time 1'],
  ['binance', 25, '/fapi/v3/positionRisk', same, 'type [].updateTime 1'],
  ['okx', 0, '/api/v5/public/time', same],
  ['okx', 5, '/api/v5/market/candles', inData],
  ['okx', 14, '/api/v5/trade/order-algo', inData],
  ['okx', 19, '/api/v5/account/positions', inData],
  ['okx', 21, '/api/v5/public/funding-rate', same],
  ['okx', 22, '/api/v5/account/bills', inData],
  ['okx', 33, '/api/v5/account/bills', same],
  // Of 2023, before stocks, and before the largest market order was told.
  [
    'bybit',
    1,
    '/v5/market/instruments-info',
    same,
    'missing result.list[].lotSizeFilter.maxMktOrderQty 1',
    'missing result.list[].lotSizeFilter.minNotionalValue 1',
    'missing result.list[].symbolType 1',
  ],
  ['bybit', 9, '/v5/execution/list', inList],
  ['bybit', 12, '/v5/order/history', inList],
  ['bybit', 17, '/v5/order/history', same],
  // Before rows had ids.
  ['bybit', 20, '/v5/account/transaction-log', inList, 'missing result.list[].id 1'],
  ['bybit', 26, '/v5/position/list', inList],
  ['bybit', 32, '/v5/execution/list', inList],
]

describe('what ccxt quotes of the venues', () => {
  for (const [venue, line, endpoint, body, ...differs] of quoted) {
    const verdict = differs.length === 0 ? 'is as known' : `differs by ${differs.length}`
    it(`as ${endpoint}, number ${line}, ${verdict}`, function () {
      const lines = readRecorded(this, `ccxt-samples/${venue}_payloads-from-comments.ndjson`).split('\n')
      const { payload } = JSON.parse(lines[line] ?? '') as { payload: Raw }
      const id = venue === 'binance' ? 'binanceusdm' : venue
      expect(told(checkShape(bodyOf(id, endpoint), body(payload)))).to.deep.equal(differs)
    })
  }
})

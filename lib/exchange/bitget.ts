import type { VenueLimit } from '../model/egress-budget.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import { decimalIf, nonZeroIf, textIn, timeIf, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Venue } from './venue.ts'
import type { Ask } from './venue-call.ts'

const second = 1_000
const minute = 60 * second

// By address and second, as the page of each endpoint says.
const byEndpoint: readonly (readonly [endpoint: string, limit: number])[] = [
  ['GET v2/mix/market/candles', 20],
  ['GET v2/mix/market/history-candles', 20],
  ['GET v2/mix/market/tickers', 20],
  ['GET v2/mix/market/contracts', 20],
]
const statuses: Readonly<Record<string, InstrumentStatus>> = {
  normal: 'trading',
  listed: 'pending',
  limit_open: 'settling',
  off: 'delisted',
}
const tickers = {
  api: ['public', 'mix'],
  method: 'GET',
  path: 'v2/mix/market/tickers',
  params: { productType: 'USDT-FUTURES' },
} as const

/**
 * Bitget's contracts in USDT, their public data alone. Experimental: it was held to the payloads of the venue's pages and
 * never met the venue. https://www.bitget.com/api-doc/contract/market/Get-All-Symbol-Ticker
 */
export const bitget: Venue = {
  id: 'bitget',
  module: 'bitget',
  publicApi: 'public',
  // Without `uta` a signed request asks what kind of account it is.
  options: {
    options: { defaultType: 'swap', fetchMarkets: { types: ['swap'] }, uta: false },
    has: { fetchCurrencies: false },
  },
  urls: (http) => ({ api: { mix: http, common: http, uta: http } }),
  limits: [
    {
      name: 'requests',
      scope: 'address',
      counts: 'requests',
      limit: 6_000,
      windowMs: minute,
      window: 'rolling',
    },
    ...byEndpoint.map(([endpoint, limit]): VenueLimit => ({
      name: endpoint.replace(/^GET v2\/mix\/market\//, ''),
      scope: 'address',
      counts: 'requests',
      limit,
      windowMs: second,
      window: 'rolling',
      endpoints: [endpoint],
    })),
  ],
  symbolParam: 'symbol',
  polls: {
    klines: { method: 'GET', path: 'v2/mix/market/candles', params: {} },
    tickers: { ...tickers, mostPerSecond: 4 },
    marks: { ...tickers, mostPerSecond: 1 },
    account: { method: 'GET', path: 'v2/mix/position/all-position', params: {} },
  },
  weigh: () => 1,
  usedWeight: () => undefined,
  refusal(status) {
    if (status === 403 || status === 418) return { closeForMs: 5 * minute, closes: 'address' }
    return status === 429 ? { closeForMs: second, closes: 'limits' } : undefined
  },
  status: (info) => statuses[String(info['symbolStatus'])] ?? 'paused',
  underlying: () => 'coin',
  deliveryTime: (info) => timeIf(info, 'deliveryTime') ?? timeIf(info, 'offTime'),
  maxMarketQty: (info) => decimalIf(info, 'maxMarketOrderQty'),
  tickerUpdateId: () => 0,
  fetchTickers: async (ask) =>
    new Map(
      (await readTickers(ask)).flatMap((row) => {
        const [bid, ask_, time] = [nonZeroIf(row, 'bidPr'), nonZeroIf(row, 'askPr'), timeIf(row, 'ts')]
        const [bidSize, askSize] = [decimalIf(row, 'bidSz'), decimalIf(row, 'askSz')]
        if (bid === undefined || ask_ === undefined || time === undefined) return []
        if (bidSize === undefined || askSize === undefined) return []
        return [[textIn(row, 'symbol'), { bid, bidSize, ask: ask_, askSize, time, updateId: 0 }] as const]
      }),
    ),
  fetchMarks: async (ask) =>
    new Map(
      (await readTickers(ask)).map((row) => [
        textIn(row, 'symbol'),
        {
          markPrice: nonZeroIf(row, 'markPrice'),
          indexPrice: nonZeroIf(row, 'indexPrice'),
          fundingRate: decimalIf(row, 'fundingRate'),
          // It tells when funding is paid by another endpoint, for one symbol at a time.
          fundingTime: undefined,
          time: timeIf(row, 'ts'),
        },
      ]),
    ),
  mostKlines: 200,
  lacks: ['8h'],
  prepare() {},
  useDemo: (client) => client.setSandboxMode(true),
}

async function readTickers(ask: Ask): Promise<Raw[]> {
  const { body } = await ask(tickers)
  return toRows(toRow(body, 'tickers')['data'], 'tickers')
}

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import type { Instrument, InstrumentStatus } from '../../lib/model/instrument.ts'
import { toPerpetual } from '../support/instrument.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { findRecorded } from '../support/recording.ts'
import { sendJson, startVenueServer } from '../support/venue-server.ts'

type Filter = Readonly<Record<string, string>>
interface RawSymbol {
  readonly symbol: string
  readonly contractType: string
  readonly deliveryDate: number
  readonly status: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly marginAsset: string
  readonly underlyingType: string
  readonly filters: readonly Filter[]
}

const statuses: Readonly<Record<string, InstrumentStatus>> = {
  TRADING: 'trading',
  PENDING_TRADING: 'pending',
  BREAK: 'paused',
}

/** What a row of exchangeInfo means, told by the rows themselves and by nothing of the code. */
function expected(raw: RawSymbol): Instrument {
  const of = (type: string, field: string) => {
    const text = raw.filters.find(({ filterType }) => filterType === type)?.[field]
    return text?.includes('.') === true ? text.replace(/\.?0+$/, '') : text
  }
  const [up, down] = [of('PERCENT_PRICE', 'multiplierUp'), of('PERCENT_PRICE', 'multiplierDown')]
  const algo = raw.filters.find(({ filterType }) => filterType === 'MAX_NUM_ALGO_ORDERS')
  const stops = algo?.['limit']
  const endless = raw.deliveryDate > Date.UTC(2100, 0, 1)
  return {
    symbol: raw.symbol,
    base: raw.baseAsset,
    quote: raw.quoteAsset,
    settle: raw.marginAsset,
    contract: raw.contractType.endsWith('PERPETUAL') || endless ? 'perpetual' : 'delivery',
    linear: raw.marginAsset === raw.quoteAsset,
    underlying: raw.underlyingType.toLowerCase(),
    status: statuses[raw.status] ?? 'settling',
    contractSize: '1',
    tickSize: of('PRICE_FILTER', 'tickSize'),
    lotSize: of('LOT_SIZE', 'stepSize'),
    minQty: of('LOT_SIZE', 'minQty'),
    minNotional: of('MIN_NOTIONAL', 'notional'),
    maxMarketQty: of('MARKET_LOT_SIZE', 'maxQty'),
    percentPrice: up === undefined || down === undefined ? undefined : { up, down },
    maxStops: stops === undefined ? undefined : Number(stops),
    deliveryTime: endless ? undefined : raw.deliveryDate,
  }
}

/** Serves a payload of exchangeInfo and compares what the exchange makes of it; gives how many instruments there are. */
async function compare(payload: { readonly symbols: readonly RawSymbol[] }): Promise<number> {
  const server = await startVenueServer((_, response) => sendJson(response, payload))
  const exchange = await openExchange('binanceusdm', {
    url: server.url,
    localAddress: '',
    proxy: '',
    gate: openRecordingGate(),
  })
  try {
    const bySymbol = (a: Instrument, b: Instrument) => (a.symbol < b.symbol ? -1 : 1)
    const instruments = (await exchange.fetchInstruments()).toSorted(bySymbol)
    const wanted = payload.symbols.map(expected).toSorted(bySymbol)
    expect(instruments.map(({ symbol }) => symbol)).to.deep.equal(wanted.map(({ symbol }) => symbol))
    for (const [at, instrument] of instruments.entries()) expect(instrument).to.deep.equal(wanted[at])
    return instruments.length
  } finally {
    await exchange.close()
    await server.close()
  }
}

describe('the instruments of Binance', () => {
  for (const [file, count] of [
    ['fapi_v1_exchangeInfo_mainnet_2021-07-22.json', 122],
    ['fapi_v1_exchangeInfo_testnet_2026-03-31_nulls-stripped.json', 705],
  ] as const) {
    it(`are all ${count} of ${file}, term for term`, async function () {
      const path = findRecorded(`binance-usdm/${file}`)
      if (path === undefined) {
        console.log('      skipped: no recorded data')
        this.skip()
      }
      expect(await compare(JSON.parse(readFileSync(path, 'utf8')) as { symbols: RawSymbol[] })).to.equal(
        count,
      )
    })
  }

  it('are asked for by their ids, also where two of them have one base, quote and settle', async () => {
    const asked: (string | null)[] = []
    const server = await startVenueServer(({ url = '' }, response) => {
      asked.push(new URL(url, 'http://venue').searchParams.get('symbol'))
      sendJson(response, [])
    })
    const exchange = await openExchange('binanceusdm', {
      url: server.url,
      localAddress: '',
      proxy: '',
      gate: openRecordingGate(),
    })
    const symbols = ['IDOL', 'IDOLUSDT']
    exchange.useInstruments(symbols.map(toPerpetual))
    for (const symbol of symbols) await exchange.fetchKlines(symbol, '1m', { limit: 99 })
    await exchange.close()
    await server.close()
    expect(asked).to.deep.equal(symbols)
  })

  it('are one of each kind, term for term', async () => {
    const never = 4_133_404_800_000
    const quarter = Date.UTC(2026, 8, 25, 8)
    const kinds: Partial<RawSymbol>[] = [
      {},
      { symbol: 'DEFIUSDT', baseAsset: 'DEFI', underlyingType: 'INDEX' },
      { symbol: 'TSLAUSDT', baseAsset: 'TSLA', underlyingType: 'EQUITY', contractType: 'TRADIFI_PERPETUAL' },
      {
        symbol: 'XAUUSDT',
        baseAsset: 'XAU',
        underlyingType: 'COMMODITY',
        contractType: 'TRADIFI_PERPETUAL',
        status: 'PENDING_TRADING',
      },
      { symbol: 'EARLYUSDT', baseAsset: 'EARLY', underlyingType: 'PREMARKET' },
      { symbol: 'GONEUSDT', baseAsset: 'GONE', status: 'SETTLING', deliveryDate: Date.UTC(2026, 2, 31, 9) },
      { symbol: 'HALTUSDT', baseAsset: 'HALT', status: 'BREAK' },
      { symbol: 'BTCUSDC', quoteAsset: 'USDC', marginAsset: 'USDC' },
      { symbol: 'BTCUSDT_260925', contractType: 'CURRENT_QUARTER', deliveryDate: quarter },
      {
        symbol: 'ETHUSDT_260925',
        baseAsset: 'ETH',
        contractType: 'CURRENT_QUARTER DELIVERING',
        status: 'DELIVERING',
        deliveryDate: quarter,
      },
    ]
    const symbols = kinds.map((kind): RawSymbol => ({
      symbol: 'BTCUSDT',
      contractType: 'PERPETUAL',
      deliveryDate: never,
      status: 'TRADING',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      marginAsset: 'USDT',
      underlyingType: 'COIN',
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.0000100', maxPrice: '200', tickSize: '0.0000100' },
        { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.0010' },
        { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '120.50', stepSize: '0.001' },
        { filterType: 'MIN_NOTIONAL', notional: '5' },
      ],
      ...kind,
    }))
    expect(await compare({ symbols })).to.equal(kinds.length)
  })
})

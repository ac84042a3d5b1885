import { expect } from 'chai'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { RetryLaterError } from '../../lib/model/errors.ts'
import { shapesOf } from '../../lib/exchange/probe-venue.ts'
import { startChangedVenue } from '../support/changed-venue.ts'
import type { ChangedVenue } from '../support/changed-venue.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { changed, readPlaces } from '../support/shape-samples.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

/** What ccxt makes of an endpoint that no map of ours reads by itself. */
interface ReadByCcxt {
  readonly venue: 'binanceusdm' | 'okx' | 'bybit'
  readonly endpoint: string
  readonly run: (exchange: Exchange) => Promise<unknown>
  /** paths that change nothing in this market, and why */
  readonly without?: Readonly<Record<string, string>>
}

const instruments = async (exchange: Exchange) => exchange.fetchInstruments()
const klines = (symbol: string) => async (exchange: Exchange) =>
  exchange.fetchKlines(symbol, '1m', { limit: 2 })

const all: readonly ReadByCcxt[] = [
  { venue: 'binanceusdm', endpoint: '/fapi/v1/exchangeInfo', run: instruments },
  { venue: 'binanceusdm', endpoint: '/fapi/v1/klines', run: klines('BTCUSDT') },
  {
    venue: 'binanceusdm',
    endpoint: '/fapi/v1/ticker/bookTicker',
    run: async (exchange) => [...(await exchange.fetchTickers())],
  },
  {
    venue: 'okx',
    endpoint: '/api/v5/public/instruments',
    run: instruments,
    without: { 'data[].ctMult': 'it is 1' },
  },
  {
    venue: 'okx',
    endpoint: '/api/v5/market/candles',
    run: klines('BTC-USDT-SWAP'),
    without: { 'data[][5]': 'contracts; the volume is read in coins, which stand next to them' },
  },
  {
    venue: 'bybit',
    endpoint: '/v5/market/instruments-info',
    run: instruments,
    without: { 'result.list[].symbolType': 'all are coins' },
  },
  { venue: 'bybit', endpoint: '/v5/market/kline', run: klines('BTCUSDT') },
]

describe('what is known to be read by ccxt', function () {
  this.timeout(40_000)

  let simulator: Simulator
  let venue: ChangedVenue

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--weight-limit', '1000000')
    venue = await startChangedVenue(simulator.url)
  })
  after(async () => {
    await venue.close()
    await simulator.stop()
  })

  let exchange: Exchange
  afterEach(() => exchange.close())

  /** What it makes of an answer; a failure is something too, unless the venue refused to answer so often. */
  async function outcome({ run }: ReadByCcxt): Promise<string> {
    await simulator.reset()
    try {
      return JSON.stringify(await run(exchange))
    } catch (error) {
      if (error instanceof RetryLaterError) throw error
      return String(error)
    }
  }

  for (const each of all) {
    it(`is read indeed, of ${each.endpoint}`, async () => {
      const shape = shapesOf(each.venue).endpoints.find(({ name }) => name === `GET ${each.endpoint}`)?.body
      if (shape === undefined) throw new Error(`nothing is known of ${each.endpoint}`)
      const gate = openRecordingGate()
      exchange = await openExchange(each.venue, { url: venue.url, localAddress: '', proxy: '', gate })
      // What is read of an instrument's candles depends on the instrument.
      await exchange.fetchInstruments()
      // The answer stands still, so that what changes is what was dropped.
      let first: unknown
      venue.change((path, body) => (path === each.endpoint ? (first ??= body) : body))
      const whole = await outcome(each)
      const places = readPlaces(shape, first)
      const unread: string[] = []
      for (const path of new Set(places.map((place) => place.path))) {
        const everywhere = places.filter((place) => place.path === path)
        const dropped = everywhere.reduce<unknown>((body, { steps }) => changed(body, steps, 'drop'), first)
        venue.change((at, body) => (at === each.endpoint ? dropped : body))
        if ((await outcome(each)) === whole) unread.push(path)
      }
      expect(unread).to.deep.equal(Object.keys(each.without ?? {}))
    })
  }
})

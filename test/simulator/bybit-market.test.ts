import ccxt from 'ccxt'
import { expect } from 'chai'
import { getJson, postJson, request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

interface Answer<T> {
  readonly retCode: number
  readonly retMsg: string
  readonly result: { readonly list: T[]; readonly nextPageCursor?: string; readonly symbol?: string }
  readonly time: number
}
type Row = Record<string, string>

describe('simulated market of Bybit', function () {
  this.timeout(30_000)

  const MINUTE = 60_000
  let simulator: Started

  before(async () => {
    simulator = await startSimulator('--symbols', '12')
  })

  after(() => simulator.stop())

  const ask = <T = Row>(path: string) => getJson<Answer<T>>(`${simulator.url}/v5/market/${path}`)

  it('pages instruments by name until the cursor is empty', async () => {
    const whole = await ask('instruments-info?category=linear&limit=1000')
    expect(whole.result.nextPageCursor).to.equal('')
    const names = whole.result.list.map((each) => each['symbol']!)
    expect(names).to.include.members(['BTCUSDT', 'BTCPERP']).and.not.include('SETTLINGUSDT')
    expect(names.find((each) => /^BTCUSDT-\d\d[A-Z]{3}\d\d$/.test(each))).to.be.a('string')
    // As it came, and encoded once more, as ccxt sends it.
    for (const encode of [(text: string) => text, encodeURIComponent]) {
      const paged: string[] = []
      let cursor = ''
      do {
        const suffix = cursor === '' ? '' : `&cursor=${encode(cursor)}`
        const { result } = await ask(`instruments-info?category=linear&limit=5${suffix}`)
        expect(result.list).to.have.length.within(1, 5)
        paged.push(...result.list.map((each) => each['symbol']!))
        cursor = result.nextPageCursor!
      } while (cursor !== '')
      expect(paged).to.deep.equal(names)
    }
    const settling = await ask('instruments-info?category=linear&symbol=SETTLINGUSDT')
    expect(settling.result.list[0]).to.include({ status: 'Delivering' })
  })

  it('answers klines newest first, from a start and up to an end, equal to the candles', async () => {
    const { time } = await ask('time')
    const minute = Math.floor(time / MINUTE) * MINUTE
    const from = minute - 30 * MINUTE
    const to = minute - 11 * MINUTE
    const kline = (query: string) =>
      ask<string[]>(`kline?category=linear&symbol=BTCUSDT&interval=1&${query}`).then(({ result }) => result)
    const between = await kline(`start=${from}&end=${to}`)
    const truth = await getJson<{ candles: unknown[][] } | unknown[][]>(
      `${simulator.url}/_sim/candles?symbol=BTCUSDT&interval=1m&startTime=${from}&endTime=${to}`,
    )
    const candles = Array.isArray(truth) ? truth : truth.candles
    expect(between.symbol).to.equal('BTCUSDT')
    expect(between.list).to.have.length(20)
    expect(between.list.toReversed().map((row) => row.slice(0, 6))).to.deep.equal(
      candles.map((row) => row.map(String)),
    )
    expect((await kline(`start=${from}&limit=3`)).list).to.deep.equal(between.list.slice(-3))
    expect((await kline(`end=${to}&limit=3`)).list).to.deep.equal(between.list.slice(0, 3))
    const latest = (await kline('limit=2')).list
    expect(Number(latest[0]![0])).to.be.at.least(minute)
    expect(Number(latest[1]![0])).to.equal(Number(latest[0]![0]) - MINUTE)
  })

  it('settles a funding rate every eight hours, newest first', async () => {
    const { result } = await ask('funding/history?category=linear&symbol=BTCUSDT&limit=4')
    const times = result.list.map((each) => Number(each['fundingRateTimestamp']))
    expect(times).to.have.length(4)
    for (const [i, time] of times.entries()) {
      expect(time % 28_800_000).to.equal(0)
      if (i > 0) expect(times[i - 1]! - time).to.equal(28_800_000)
    }
    expect((await ask('funding/history?category=linear&symbol=BTCUSDT&startTime=1')).retCode).to.equal(10001)
  })

  it('refuses with 200 and a code what it cannot answer', async () => {
    const wrong = [
      'kline?category=linear&symbol=NONE&interval=1',
      'kline?category=linear&symbol=BTCUSDT&interval=7',
      'kline?category=linear&symbol=BTCUSDT&interval=1&limit=x',
      'tickers',
      'tickers?category=elsewhere',
      'orderbook?category=linear',
      'orderbook?category=linear&symbol=BTCUSDT&limit=501',
      'instruments-info?category=linear&cursor=lost',
    ]
    for (const path of wrong) {
      const { retCode, retMsg, result } = await ask(path)
      expect({ path, retCode, result }).to.deep.equal({ path, retCode: 10001, result: {} })
      expect(retMsg).to.not.equal('')
    }
    expect((await request(`${simulator.url}/v5/market/nothing`)).status).to.equal(404)
  })

  describe('under the real ccxt', () => {
    const symbol = 'BTC/USDT:USDT'
    let venue: InstanceType<typeof ccxt.bybit>

    before(async () => {
      const { url } = simulator
      venue = new ccxt.bybit({
        enableRateLimit: false,
        urls: { api: { public: url, private: url } },
        options: { fetchMarkets: { types: ['linear'] } },
        has: { fetchCurrencies: false },
      })
      await venue.loadMarkets()
    })

    it('lists markets with their steps, and futures by their day', () => {
      const market = venue.market(symbol)
      expect(market).to.include({ id: 'BTCUSDT', swap: true, linear: true, active: true, contractSize: 1 })
      // What an order of this symbol is held to.
      expect(market.limits.cost?.min).to.equal(100)
      expect(market.precision.price).to.be.above(0)
      const future = Object.values(venue.markets ?? {}).find((each) => each?.future)
      expect(future?.expiry).to.be.above(Date.now())
      expect(venue.market('BTC/USDC:USDC').id).to.equal('BTCPERP')
    })

    it('reads the clock, candles, tickers, books and funding', async () => {
      expect(await venue.fetchTime()).to.be.closeTo(Date.now(), 5000)
      const candles = await venue.fetchOHLCV(symbol, '1m', undefined, 45)
      expect(candles).to.have.length(45)
      for (let i = 1; i < 45; i++) expect(candles[i]![0]! - candles[i - 1]![0]!).to.equal(MINUTE)
      const since = candles[10]![0]
      const later = await venue.fetchOHLCV(symbol, '1m', since, 5)
      expect(later).to.deep.equal(candles.slice(10, 15))
      const tickers = await venue.fetchTickers()
      const ticker = tickers[symbol]!
      expect(ticker.ask).to.be.above(ticker.bid!)
      expect(ticker.markPrice).to.be.closeTo(ticker.last!, ticker.last! * 0.01)
      expect(ticker.high).to.be.at.least(ticker.low!)
      const book = await venue.fetchOrderBook(symbol, 5)
      expect([book.bids.length, book.asks.length]).to.deep.equal([5, 5])
      expect(book.asks[0]![0]).to.be.above(book.bids[0]![0]!)
      const rates = await venue.fetchFundingRates([symbol])
      expect(rates[symbol]?.fundingTimestamp).to.be.above(Date.now())
      const history = await venue.fetchFundingRateHistory(symbol, undefined, 3)
      expect(history).to.have.length(3)
    })

    it('throws what ccxt makes of the codes', async () => {
      await postJson(`${simulator.url}/_sim/faults`, [
        { kind: 'reject', code: 10006, path: '/v5/market/time', count: 1 },
        { kind: 'reject', code: 10002, path: '/v5/market/time', count: 1 },
      ])
      const errors: unknown[] = []
      for (let i = 0; i < 2; i++) errors.push(await venue.fetchTime().catch((error: unknown) => error))
      expect(errors.filter((each) => each instanceof ccxt.RateLimitExceeded)).to.have.length(1)
      expect(errors.filter((each) => each instanceof ccxt.InvalidNonce)).to.have.length(1)
      await postJson(`${simulator.url}/_sim/faults`, [])
    })
  })
})

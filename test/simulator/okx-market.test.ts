import { Agent } from 'node:http'
import ccxt from 'ccxt'
import { expect } from 'chai'
import { getJson, postJson, request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

interface Answer<T> {
  readonly code: string
  readonly msg: string
  readonly data: T[]
}
type Row = Record<string, string>
type Candle = [ts: string, ...values: string[]]

describe('simulated market of OKX', function () {
  this.timeout(30_000)

  const MINUTE = 60_000
  let simulator: Started

  before(async () => {
    simulator = await startSimulator('--venue', 'okx', '--symbols', '12')
  })

  beforeEach(() => postJson(`${simulator.url}/_sim/reset`, {}))

  after(() => simulator.stop())

  const get = <T = Record<string, string>>(path: string) =>
    getJson<Answer<T>>(`${simulator.url}/api/v5/${path}`)
  const truth = (query: string) =>
    getJson<[number, string, string, string, string, string][]>(`${simulator.url}/_sim/candles?${query}`)

  it('lists swaps in contracts of a hundred lots', async () => {
    const { data } = await get('public/instruments?instType=SWAP')
    const bitcoin = data.find((each) => each['instId'] === 'BTC-USDT-SWAP')
    expect(bitcoin).to.include({ ctVal: '0.1', ctValCcy: 'BTC', settleCcy: 'USDT', ctType: 'linear' })
    expect(bitcoin).to.include({ lotSz: '0.01', tickSz: '0.1', state: 'live', expTime: '' })
    const doge = data.find((each) => each['instId'] === 'DOGE-USDT-SWAP')
    expect(doge).to.include({ ctVal: '100', lotSz: '0.01' })
    expect(data.find((each) => each['instId'] === 'SETTLING-USDT-SWAP')).to.include({ state: 'suspend' })
    const futures = await get('public/instruments?instType=FUTURES')
    expect(futures.data).to.have.length(1)
    expect(futures.data[0]!['instId']).to.match(/^BTC-USDT-\d{6}$/)
  })

  it('answers candles newest first, in contracts, and pages by after and before', async () => {
    const { data } = await get<Candle>('market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=20')
    expect(data.map((each) => Number(each[0]))).to.deep.equal(
      data.map((_, i) => Number(data[0]![0]) - i * MINUTE),
    )
    expect(data[0]![8]).to.equal('0')
    expect(data.slice(1).every((each) => each[8] === '1')).to.equal(true)
    const [oldest, newest] = [Number(data.at(-1)![0]), Number(data[1]![0])]
    const rows = await truth(`symbol=BTCUSDT&startTime=${oldest}&endTime=${newest}`)
    expect(
      data
        .slice(1)
        .toReversed()
        .map(([ts, ...values]) => [Number(ts), ...values.slice(0, 4).map(Number), Number(values[5])]),
    ).to.deep.equal(rows.map(([ts, ...values]) => [ts, ...values.map(Number)]))
    expect(data.every((each) => Math.abs(Number(each[5]) * 0.1 - Number(each[6])) < 1e-9)).to.equal(true)
    const page = await get<Candle>(
      `market/candles?instId=BTC-USDT-SWAP&bar=1m&before=${oldest}&after=${newest}&limit=300`,
    )
    expect(page.data).to.deep.equal(data.slice(2, -1))
    const past = await get<Candle>(`market/history-candles?instId=BTC-USDT-SWAP&after=${oldest}&limit=500`)
    expect(past.data).to.have.length(100)
    expect(Number(past.data[0]![0])).to.equal(oldest - MINUTE)
    const all = await get<Candle>(`market/candles?instId=BTC-USDT-SWAP&limit=1000`)
    expect(all.data).to.have.length(300)
  })

  it('begins bars of six hours and more at midnight in Hong Kong, or with utc in Greenwich', async () => {
    const HOUR = 60 * MINUTE
    // Hong Kong's midnight is 16:00 in Greenwich.
    const begins = { '4H': 0, '6H': 4, '6Hutc': 0, '12H': 4, '12Hutc': 0, '1D': 16, '1Dutc': 0 }
    for (const [bar, hour] of Object.entries(begins)) {
      const hours = Number(bar.replace(/\D+/g, '')) * (bar.includes('D') ? 24 : 1)
      const { data } = await get<Candle>(`market/candles?instId=BTC-USDT-SWAP&bar=${bar}&limit=3`)
      for (const [ts] of data) expect((Number(ts) / HOUR) % hours, bar).to.equal(hour)
      const [from, to] = [Number(data[1]![0]), Number(data[0]![0])]
      const parts = await get<Candle>(
        `market/history-candles?instId=BTC-USDT-SWAP&bar=1H&before=${from - 1}&after=${to}`,
      )
      expect(parts.data, bar).to.have.length(hours)
      const column = (i: number) => parts.data.toReversed().map((each) => Number(each[i]))
      expect(data[1]!.slice(1, 5).map(Number), bar).to.deep.equal([
        column(1)[0],
        Math.max(...column(2)),
        Math.min(...column(3)),
        column(4).at(-1),
      ])
    }
  })

  it('names what is wrong with a request', async () => {
    const ask = async (path: string) => {
      const { status, body } = await request(`${simulator.url}/api/v5/${path}`)
      const { code, data } = JSON.parse(body) as Answer<Row>
      return { status, code, data }
    }
    expect(await ask('public/instruments')).to.deep.equal({ status: 400, code: '50014', data: [] })
    expect(await ask('public/instruments?instType=X')).to.include({ status: 400, code: '51000' })
    expect(await ask('market/candles?instId=NONE-USDT-SWAP')).to.include({ status: 200, code: '51001' })
    expect(await ask('market/candles?instId=BTC-USDT-SWAP&bar=7m')).to.include({ code: '51000' })
  })

  it('refuses the 41st request for candles in 2 s with 429, by address and endpoint', async () => {
    const ask = (localAddress: string, path = 'market/candles?instId=BTC-USDT-SWAP&limit=1') =>
      request(`${simulator.url}/api/v5/${path}`, { localAddress })
    for (const address of ['127.0.0.2', '127.0.0.3']) {
      const answers = await Promise.all(Array.from({ length: 41 }, () => ask(address)))
      const refused = answers.filter((each) => each.status === 429)
      expect(refused.map((each) => each.body)).to.deep.equal(['{"msg":"Too Many Requests","code":"50011"}'])
    }
    expect((await ask('127.0.0.2', 'market/books?instId=BTC-USDT-SWAP')).status).to.equal(200)
    const stats = await getJson<{ addresses: Record<string, { http429: number }> }>(
      `${simulator.url}/_sim/stats`,
    )
    expect(stats.addresses['127.0.0.2']!.http429).to.equal(1)
  })

  it('counts a rolling 2 s of its clock', async () => {
    const fast = await startSimulator('--venue', 'okx', '--symbols', '1', '--rate', '4')
    const ask = () => request(`${fast.url}/api/v5/public/time`)
    const begun = performance.now()
    const first = await Promise.all(Array.from({ length: 11 }, ask))
    const deadline = begun + 5000
    let answer = await ask()
    while (answer.status === 429 && performance.now() < deadline) answer = await ask()
    const took = performance.now() - begun
    await fast.stop()
    expect(first.filter((each) => each.status === 429)).to.have.length.within(1, 2)
    expect(answer.status).to.equal(200)
    expect(took).to.be.within(450, 3000)
  })

  it('rejects, bans and limits by fault', async () => {
    const set = (...faults: object[]) => postJson(`${simulator.url}/_sim/faults`, faults)
    await set({ kind: 'reject', code: 50013, msg: 'Systems are busy.', path: 'tickers' })
    expect(await get('market/tickers?instType=SWAP')).to.deep.equal({
      code: '50013',
      data: [],
      msg: 'Systems are busy.',
    })
    await set({ kind: 'ban', ms: 60_000, count: 1, address: '127.0.0.4' })
    const ask = () => request(`${simulator.url}/api/v5/public/time`, { localAddress: '127.0.0.4' })
    expect([(await ask()).status, (await ask()).status]).to.deep.equal([403, 403])
    await set({ kind: 'rateLimit', ms: 60_000, count: 1 })
    expect((await request(`${simulator.url}/api/v5/public/time`)).status).to.equal(429)
    await set()
  })

  it('is read by the real ccxt', async () => {
    const venue = new ccxt.okx({
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: { api: { rest: simulator.url } },
      options: { fetchMarkets: { types: ['swap'] } },
    })
    const markets = await venue.loadMarkets()
    expect(markets['BTC/USDT:USDT']).to.deep.include({
      id: 'BTC-USDT-SWAP',
      contractSize: 0.1,
      linear: true,
      active: true,
    })
    expect(markets['BTC/USDT:USDT']!.precision).to.deep.include({ amount: 0.01, price: 0.1 })
    const symbol = 'ETH/USDT:USDT'
    const candles = await venue.fetchOHLCV(symbol, '1m', undefined, 45)
    expect(candles).to.have.length(45)
    const rows = await truth(`symbol=ETHUSDT&startTime=${candles[0]![0]}&endTime=${candles[43]![0]}`)
    expect(candles.slice(0, 44)).to.deep.equal(rows.map(([ts, ...values]) => [ts, ...values.map(Number)]))
    const since = candles[10]![0]!
    const later = await venue.fetchOHLCV(symbol, '1m', since, 20)
    expect([later[0]![0], later.length]).to.deep.equal([since, 20])
    const old = await venue.fetchOHLCV(symbol, '1m', since - 3000 * MINUTE, 30)
    expect([old[0]![0], old.length]).to.deep.equal([since - 3000 * MINUTE, 30])
    const tickers = await venue.fetchTickers(undefined, { type: 'swap' })
    expect(tickers[symbol]!.bid).to.be.below(tickers[symbol]!.ask!)
    const book = await venue.fetchOrderBook(symbol, 5)
    expect([book.bids.length, book.asks.length]).to.deep.equal([5, 5])
    const rates = await venue.fetchFundingRates()
    expect(rates[symbol]!.fundingTimestamp).to.be.above(Date.now())
    expect(Number(await venue.fetchTime())).to.be.closeTo(Date.now(), 2000)
    const marks = await venue.fetchMarkPrices(undefined, { instType: 'SWAP' })
    expect(marks[symbol]!.markPrice).to.be.above(0)
  })

  it('takes the batch of one that the real ccxt places an order by, in contracts', async () => {
    const venue = new ccxt.okx({
      apiKey: 'demo',
      secret: 'demo',
      password: 'any',
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: { api: { rest: simulator.url } },
      options: { fetchMarkets: { types: ['swap'] }, fetchCurrencies: false },
    })
    venue.has.fetchCurrencies = false
    const symbol = 'ETH/USDT:USDT'
    await venue.loadMarkets()
    const size = venue.market(symbol).contractSize!
    const placed = await venue.createOrder(symbol, 'market', 'buy', 1.5, undefined, {
      clientOrderId: 'batch1',
    })
    expect(placed.clientOrderId).to.equal('batch1')
    expect(await venue.fetchOrder(placed.id!, symbol)).to.include({ status: 'closed', filled: 1.5 })
    const [position] = await venue.fetchPositions([symbol])
    expect(position).to.include({ contracts: 1.5, contractSize: size, side: 'long' })
    const account = await getJson<{ positions: { symbol: string; size: string }[] }>(
      `${simulator.url}/_sim/account?key=demo`,
    )
    const held = account.positions.find((each) => each.symbol === 'ETHUSDT')!
    expect(Number(held.size)).to.be.closeTo(1.5 * size, 1e-9)
    const { bid } = await venue.fetchTicker(symbol)
    const far = await venue.createOrder(symbol, 'limit', 'buy', 1_000, bid).catch((error: Error) => error)
    expect(far).to.be.instanceOf(ccxt.InsufficientFunds)
  })
})

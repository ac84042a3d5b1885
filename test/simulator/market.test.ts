import { expect } from 'chai'
import { getJson, postJson, request, type KlineRow } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

interface SymbolRow {
  symbol: string
  status: string
  contractType: string
  underlyingType: string
  quoteAsset: string
  pricePrecision: number
  filters: Record<string, string>[]
}
interface Gaps {
  symbols: number
  count: number
  p50: number
  max: number
  missing: string[]
}
type Ticker = Record<string, string> & { time: number; lastUpdateId: number }

describe('simulator market', function () {
  this.timeout(20_000)

  let simulator: Started
  let url: string

  before(async () => {
    simulator = await startSimulator('--symbols', '60', '--seed', '7', '--weight-limit', '1000000')
    url = simulator.url
  })

  after(() => simulator.stop())

  const exchangeInfo = () =>
    getJson<{ symbols: SymbolRow[]; rateLimits: object[] }>(`${url}/fapi/v1/exchangeInfo`)

  it('is the same for the same seed in another process, and another for another', async () => {
    const end = Math.floor(Date.now() / 14_400_000) * 14_400_000 - 1
    const read = async (from: string) => {
      const ofSymbol = (symbol: string, interval: string, limit: number) =>
        request(`${from}/fapi/v1/klines?symbol=${symbol}&interval=${interval}&limit=${limit}&endTime=${end}`)
      const answers = await Promise.all([
        ofSymbol('BTCUSDT', '1m', 1000),
        ofSymbol('DOGEUSDT', '1m', 1000),
        ofSymbol('ETHUSDT', '4h', 200),
      ])
      return answers.map((each) => each.body)
    }
    const [same, other] = await Promise.all([
      startSimulator('--symbols', '20', '--seed', '7'),
      startSimulator('--symbols', '20', '--seed', '8'),
    ])
    try {
      const [own, theirs, others] = await Promise.all([read(url), read(same.url), read(other.url)])
      expect(own).to.deep.equal(theirs)
      for (const [index, body] of own.entries()) expect(body).to.not.equal(others[index])
    } finally {
      await Promise.all([same.stop(), other.stop()])
    }
  })

  it('lists the symbols asked for and one of each kind a universe must leave out', async () => {
    const { symbols, rateLimits } = await exchangeInfo()
    const plain = symbols.filter(
      (each) =>
        each.contractType === 'PERPETUAL' &&
        each.status === 'TRADING' &&
        each.underlyingType === 'COIN' &&
        each.quoteAsset === 'USDT',
    )
    expect(plain).to.have.length(60)
    const rest = symbols.filter((each) => !plain.includes(each))
    expect(
      rest.map((each) => `${each.contractType} ${each.status} ${each.underlyingType} ${each.quoteAsset}`),
    ).to.have.members([
      'PERPETUAL TRADING INDEX USDT',
      'TRADIFI_PERPETUAL TRADING EQUITY USDT',
      'PERPETUAL TRADING PREMARKET USDT',
      'PERPETUAL SETTLING COIN USDT',
      'PERPETUAL TRADING COIN USDC',
      'CURRENT_QUARTER TRADING COIN USDT',
    ])
    expect(rateLimits[0]).to.include({ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1 })
    for (const { filters, pricePrecision } of symbols) {
      const byType = Object.fromEntries(filters.map((each) => [each['filterType'], each]))
      expect(byType).to.include.all.keys(
        'PRICE_FILTER',
        'LOT_SIZE',
        'MARKET_LOT_SIZE',
        'MAX_NUM_ORDERS',
        'MAX_NUM_ALGO_ORDERS',
        'MIN_NOTIONAL',
        'PERCENT_PRICE',
      )
      expect(Number(byType['PRICE_FILTER']!['tickSize'])).to.be.closeTo(10 ** -pricePrecision, 1e-12)
    }
  })

  it('has symbols that trade for billions, for less than a million, and minutes without a trade', async () => {
    const tickers = await getJson<Ticker[]>(`${url}/fapi/v1/ticker/24hr`)
    const volumes = tickers.map((each) => Number(each['quoteVolume'])).toSorted((a, b) => a - b)
    expect(volumes.at(-1)).to.be.above(1e9)
    expect(volumes[0]).to.be.below(1e6)
    const quiet = tickers.find((each) => Number(each['quoteVolume']) === volumes[0])!['symbol']
    const rows = await getJson<KlineRow[]>(`${url}/fapi/v1/klines?symbol=${quiet}&interval=1m&limit=1000`)
    const flat = rows.slice(0, -1).filter((row) => Number(row[5]) === 0)
    expect(flat).to.not.have.length(0)
    for (const [index, row] of rows.slice(0, -1).entries()) {
      if (Number(row[5]) > 0) continue
      expect(new Set(row.slice(1, 5)).size).to.equal(1)
      if (index > 0) expect(row[1]).to.equal(rows[index - 1]![4])
    }
  })

  it('tells the last day as its candles do', async () => {
    const minute = Math.floor(Date.now() / 60_000)
    const day = await getJson<Ticker>(`${url}/fapi/v1/ticker/24hr?symbol=ETHUSDT`)
    const rows = await getJson<KlineRow[]>(`${url}/fapi/v1/klines?symbol=ETHUSDT&interval=1m&limit=1441`)
    // A minute that ended in between belongs to the one answer and not to the other.
    if (Math.floor(Date.now() / 60_000) !== minute) return
    expect(Number(day['openTime'])).to.equal(rows[0]![0])
    expect(day['openPrice']).to.equal(rows[0]![1])
    const closed = rows.slice(0, -1)
    expect(Number(day['highPrice'])).to.be.at.least(Math.max(...closed.map((row) => Number(row[2]))))
    expect(Number(day['lowPrice'])).to.be.at.most(Math.min(...closed.map((row) => Number(row[3]))))
    expect(Number(day['volume'])).to.be.at.least(closed.reduce((sum, row) => sum + Number(row[5]), 0) - 1e-6)
    expect(Number(day['volume'])).to.be.at.most(rows.reduce((sum, row) => sum + Number(row[5]), 0) + 1e-6)
  })

  it('quotes a book around the open candle with rising update ids', async () => {
    const ask = async () => {
      const top = await getJson<Ticker>(`${url}/fapi/v1/ticker/bookTicker?symbol=BTCUSDT`)
      const [row] = await getJson<KlineRow[]>(`${url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1`)
      return { top, row: row! }
    }
    let before: Ticker | undefined
    for (let i = 0; i < 30; i++) {
      const { top, row } = await ask()
      expect(Number(top['askPrice'])).to.be.above(Number(top['bidPrice']))
      if (top.time >= row[0]) expect(Number(top['bidPrice'])).to.be.at.most(Number(row[2]))
      if (before !== undefined) {
        expect(top.lastUpdateId).to.be.at.least(before.lastUpdateId)
        if (top.lastUpdateId === before.lastUpdateId) expect(top).to.deep.equal(before)
      }
      before = top
    }
  })

  it('deepens the book level by level from the same top', async () => {
    type Depth = { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] }
    for (;;) {
      const top = await getJson<Ticker>(`${url}/fapi/v1/ticker/bookTicker?symbol=ETHUSDT`)
      const depth = await getJson<Depth>(`${url}/fapi/v1/depth?symbol=ETHUSDT&limit=100`)
      if (depth.lastUpdateId !== top.lastUpdateId) continue
      expect(depth.bids[0]).to.deep.equal([top['bidPrice'], top['bidQty']])
      expect(depth.asks[0]).to.deep.equal([top['askPrice'], top['askQty']])
      expect(depth.bids).to.have.length(100)
      const falls = (prices: number[]) =>
        prices.every((price, index) => index === 0 || price < prices[index - 1]!)
      expect(falls(depth.bids.map((each) => Number(each[0])))).to.equal(true)
      expect(falls(depth.asks.map((each) => -Number(each[0])))).to.equal(true)
      break
    }
    const wrong = await request(`${url}/fapi/v1/depth?symbol=ETHUSDT&limit=7`)
    expect(JSON.parse(wrong.body)).to.have.property('code', -4021)
  })

  it('marks every symbol near its price, and funds the perpetual ones', async () => {
    const [marks, tickers] = await Promise.all([
      getJson<Ticker[]>(`${url}/fapi/v1/premiumIndex`),
      getJson<Ticker[]>(`${url}/fapi/v1/ticker/24hr`),
    ])
    expect(marks.map((each) => each['symbol'])).to.deep.equal(tickers.map((each) => each['symbol']))
    marks.forEach((mark, index) => {
      const last = Number(tickers[index]!['lastPrice'])
      expect(Number(mark['markPrice'])).to.be.within(last * 0.98, last * 1.02)
      const quarterly = mark['symbol']!.includes('_')
      expect(Number(mark['nextFundingTime']) % 28_800_000).to.equal(0)
      expect(mark['lastFundingRate'] === '').to.equal(quarterly)
    })
  })

  it('changes its symbols on request', async () => {
    const change = (body: unknown) => postJson(`${url}/_sim/symbols`, body)
    const find = async (symbol: string) =>
      (await exchangeInfo()).symbols.find((each) => each.symbol === symbol)
    expect((await change({ symbol: 'XRPUSDT', status: 'SETTLING' })).status).to.equal(200)
    expect(await find('XRPUSDT')).to.have.property('status', 'SETTLING')
    expect((await change([{ add: 'NEWUSDT' }, { remove: 'SOLUSDT' }])).status).to.equal(200)
    expect(await find('NEWUSDT')).to.include({ status: 'TRADING', quoteAsset: 'USDT' })
    expect(await find('SOLUSDT')).to.equal(undefined)
    const fresh = await getJson<KlineRow[]>(`${url}/fapi/v1/klines?symbol=NEWUSDT&interval=1m`)
    expect(fresh).to.have.length.within(1, 2)
    const gone = await request(`${url}/fapi/v1/klines?symbol=SOLUSDT&interval=1m`)
    expect(JSON.parse(gone.body)).to.have.property('code', -1121)
    for (const wrong of [{ add: 'NEWUSDT' }, { remove: 'NOSUCH' }, { symbol: 'BTCUSDT', status: 'ON' }, 1]) {
      expect((await change(wrong)).status, JSON.stringify(wrong)).to.equal(400)
    }
    const { status } = await request(`${url}/fapi/v1/ticker/24hr?symbol=NEWUSDT`)
    expect(status).to.equal(200)
  })

  it('counts the wall time between two answered polls of a symbol', async () => {
    await request(`${url}/_sim/reset`, { method: 'POST' })
    const since = Date.now()
    const poll = (symbol: string, more = '') =>
      request(`${url}/fapi/v1/klines?symbol=${symbol}&interval=1m&limit=99${more}`)
    for (let i = 0; i < 5; i++) await Promise.all([poll('BTCUSDT'), poll('ETHUSDT')])
    await poll('ADAUSDT')
    await poll('BNBUSDT', `&endTime=${since - 86_400_000}`)
    const gaps = await getJson<Gaps>(`${url}/_sim/gaps?since=${since - 1}&interval=1m`)
    expect(gaps).to.include({ symbols: 2, count: 8 })
    expect(gaps.max).to.be.within(gaps.p50, Date.now() - since)
    expect(gaps.missing).to.include('BNBUSDT').and.not.include('ADAUSDT')
    const later = await getJson<Gaps>(`${url}/_sim/gaps?since=${Date.now() + 1000}&interval=1m`)
    expect(later.count).to.equal(0)
    expect(later.missing).to.include('BTCUSDT')
  })
})

import { Agent } from 'node:http'
import ccxt from 'ccxt'
import { expect } from 'chai'
import { openStream, type Event, type Stream } from './open-stream.ts'
import { getJson, postJson } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

describe('simulated streams of Bybit', function () {
  this.timeout(40_000)

  let simulator: Started
  let stream: Stream

  before(async () => {
    // A minute takes two seconds.
    simulator = await startSimulator('--symbols', '3', '--rate', '30')
  })

  after(() => simulator.stop())

  beforeEach(async () => {
    stream = await openStream(simulator.url, '/v5/public/linear')
  })

  afterEach(() => stream.close())

  const topic = (name: string) => (event: Event) => event['topic'] === name
  const dataOf = (event: Event): unknown => event['data']

  it('answer pings and subscriptions, and say what is wrong', async () => {
    stream.send({ op: 'ping', req_id: '7' })
    expect(await stream.wait((event) => event['req_id'] === '7')).to.include({
      success: true,
      ret_msg: 'pong',
      op: 'ping',
    })
    const problems: [args: unknown, text: string][] = [
      [['kline.7.BTCUSDT'], 'handler not found'],
      [['tickers.NONE'], 'handler not found'],
      [['orderbook.200.BTCUSDT'], 'handler not found'],
      [['tickers.BTCUSDT', 'tickers.BTCUSDT'], 'already subscribed'],
      ['tickers.BTCUSDT', 'args'],
    ]
    for (const [i, [args, text]] of problems.entries()) {
      stream.send({ op: 'subscribe', req_id: `wrong-${i}`, args })
      const answer = await stream.wait((event) => event['req_id'] === `wrong-${i}`)
      expect(answer).to.include({ success: false, op: 'subscribe' })
      expect(answer['ret_msg']).to.contain(text)
    }
    expect(stream.heard.filter((event) => event['topic'] !== undefined)).to.deep.equal([])
  })

  it('tell a ticker whole and then what changed, until it is unsubscribed', async () => {
    stream.send({ op: 'subscribe', req_id: '1', args: ['tickers.BTCUSDT'] })
    const first = await stream.wait(topic('tickers.BTCUSDT'))
    expect(first).to.include({ type: 'snapshot' })
    const whole = dataOf(first) as Record<string, string>
    expect(whole).to.include.keys('lastPrice', 'markPrice', 'bid1Price', 'ask1Price', 'fundingRate')
    const next = await stream.wait((event) => event['type'] === 'delta')
    const changed = dataOf(next) as Record<string, string>
    expect(changed['symbol']).to.equal('BTCUSDT')
    for (const [name, value] of Object.entries(changed)) {
      if (name !== 'symbol') expect(value, name).to.not.equal(whole[name])
    }
    stream.send({ op: 'unsubscribe', req_id: '2', args: ['tickers.BTCUSDT'] })
    await stream.wait((event) => event['req_id'] === '2')
    const heard = stream.heard.length
    stream.send({ op: 'subscribe', req_id: '3', args: ['orderbook.1.BTCUSDT'] })
    await stream.wait(topic('orderbook.1.BTCUSDT'), heard)
    expect(stream.heard.slice(heard).filter(topic('tickers.BTCUSDT'))).to.deep.equal([])
  })

  it('confirm a candle with its last state beside the next, equal to what REST answers', async () => {
    interface Row {
      start: number
      open: string
      high: string
      low: string
      close: string
      volume: string
      confirm: boolean
    }
    stream.send({ op: 'subscribe', args: ['kline.1.ETHUSDT'] })
    const message = await stream.wait(
      (event) => topic('kline.1.ETHUSDT')(event) && (dataOf(event) as Row[]).some((row) => row.confirm),
    )
    const [closed, open] = dataOf(message) as Row[]
    expect(closed!.confirm).to.equal(true)
    expect(open).to.include({ start: closed!.start + 60_000, confirm: false })
    const { result } = await getJson<{ result: { list: string[][] } }>(
      `${simulator.url}/v5/market/kline?category=linear&symbol=ETHUSDT&interval=1&start=${closed!.start}&limit=1`,
    )
    const { start, open: o, high, low, close, volume } = closed!
    expect([start, o, high, low, close, volume].map(Number)).to.deep.equal(
      result.list[0]!.slice(0, 6).map(Number),
    )
  })

  it('tell trades and best prices in order, and are cut by faults', async () => {
    stream.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT', 'orderbook.1.BTCUSDT'] })
    const trade = await stream.wait(topic('publicTrade.BTCUSDT'))
    expect((dataOf(trade) as Event[])[0]).to.include.keys('T', 's', 'S', 'v', 'p', 'L', 'i', 'BT', 'seq')
    const first = dataOf(await stream.wait(topic('orderbook.1.BTCUSDT'))) as { u: number }
    await stream.wait(
      (event) => topic('orderbook.1.BTCUSDT')(event) && (dataOf(event) as { u: number }).u > first.u,
    )
    const closed = new Promise((resolve) => stream.socket.once('close', resolve))
    await postJson(`${simulator.url}/_sim/faults`, [
      { kind: 'cut', path: 'stream/public/orderbook', count: 1 },
    ])
    await closed
    await postJson(`${simulator.url}/_sim/faults`, [])
  })

  it('are told late of a closed candle by a fault', async () => {
    await postJson(`${simulator.url}/_sim/faults`, [
      { kind: 'lateClose', ms: 20_000, path: 'stream/public/kline' },
    ])
    stream.send({ op: 'subscribe', args: ['kline.1.ETHUSDT'] })
    const rowsOf = (event: Event) => dataOf(event) as { start: number; confirm: boolean }[]
    const closed = await stream.wait(
      (event) => topic('kline.1.ETHUSDT')(event) && rowsOf(event).some(({ confirm }) => confirm),
    )
    const before = rowsOf(stream.heard[stream.heard.indexOf(closed) - 1]!)
    expect(before[0]!.start).to.equal(rowsOf(closed)[0]!.start + 60_000)
    await postJson(`${simulator.url}/_sim/faults`, [])
  })

  it('end with their lives, private ones too', async () => {
    // Two wall seconds.
    const short = await startSimulator('--symbols', '1', '--rate', '30', '--stream-life', '60000')
    const streams = await Promise.all(
      ['/v5/public/linear', '/v5/private'].map((path) => openStream(short.url, path)),
    )
    const openedAt = performance.now()
    await Promise.all(streams.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve))))
    expect(performance.now() - openedAt).to.be.within(1900, 10_000)
    await short.stop()
  })

  it('are understood by the real ccxt', async () => {
    const { url } = simulator
    const venue = new ccxt.pro.bybit({
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: {
        api: {
          public: url,
          private: url,
          ws: { public: { linear: `${url.replace('http', 'ws')}/v5/public/linear` } },
        },
      },
      options: { fetchMarkets: { types: ['linear'] } },
      has: { fetchCurrencies: false },
    })
    try {
      await venue.loadMarkets()
      const symbol = 'BTC/USDT:USDT'
      const [candles, ticker, book, trades] = await Promise.all([
        venue.watchOHLCV(symbol, '1m'),
        venue.watchTicker(symbol),
        venue.watchBidsAsks([symbol]),
        venue.watchTrades(symbol),
      ])
      expect(candles.at(-1)).to.have.length(6)
      expect(ticker.ask).to.be.above(ticker.bid!)
      expect(book[symbol]!.ask).to.be.above(book[symbol]!.bid!)
      expect(trades.at(-1)).to.include({ symbol })
    } finally {
      await venue.close()
    }
  })
})

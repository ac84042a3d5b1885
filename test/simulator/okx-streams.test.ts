import { Agent } from 'node:http'
import ccxt from 'ccxt'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { isError, isOf, rowsOf, subscribe } from './okx-events.ts'
import { openStream, type Event } from './open-stream.ts'
import { getJson, postJson, until } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import type { Told } from './venue-client.ts'
import { withStreams } from './with-streams.ts'

const instId = 'BTC-USDT-SWAP'

describe('simulated streams of OKX', function () {
  this.timeout(40_000)

  const simulator = withStreams()

  it('answer pings and requests, and say what is wrong', async () => {
    const stream = await simulator.connect('/ws/v5/public')
    stream.socket.send('ping')
    await stream.wait(({ text }) => text === 'pong')
    const problems: [args: object, code: string, text: string][] = [
      // As recorded from the venue.
      [
        { channel: 'tickers', instId: 'XX' },
        '60018',
        "Wrong URL or channel:tickers,instId:XX doesn't exist.",
      ],
      [{ channel: 'candle1m', instId }, '60018', 'candle1m'],
      [{ channel: 'nothing', instId }, '60018', 'nothing'],
      [{ channel: 'orders', instType: 'SWAP' }, '60018', 'orders'],
    ]
    for (const [arg, code, text] of problems) {
      const from = stream.heard.length
      stream.send(subscribe(arg))
      const answer = await stream.wait(isError, from)
      expect(answer).to.include({ code })
      expect(answer['msg']).to.contain(text)
    }
    const from = stream.heard.length
    stream.socket.send('{"op":')
    expect(await stream.wait(isError, from)).to.include({ code: '60012' })
    stream.send({ op: 'dance', args: [] })
    expect(await stream.wait(isError, from + 1)).to.include({ code: '60012' })
    const arg = { channel: 'tickers', instId }
    stream.send(subscribe(arg))
    const ack = await stream.wait(({ event }) => event === 'subscribe')
    expect(ack['arg']).to.deep.equal(arg)
    expect(ack['connId']).to.be.a('string')
    await stream.wait(isOf('tickers'))
    stream.send({ op: 'unsubscribe', args: [arg] })
    const ended = await stream.wait(({ event }) => event === 'unsubscribe')
    expect(ended['arg']).to.deep.equal(arg)
    const heard = stream.heard.length
    stream.send(subscribe({ channel: 'bbo-tbt', instId }))
    await stream.wait(isOf('bbo-tbt'), heard)
    expect(stream.heard.slice(heard).filter(isOf('tickers'))).to.deep.equal([])
  })

  it('tell of the market what REST tells, in the fields that were recorded', async () => {
    const stream = await simulator.connect('/ws/v5/public')
    const channels = ['tickers', 'bbo-tbt', 'books5', 'trades', 'mark-price', 'funding-rate']
    stream.send(subscribe(...channels.map((channel) => ({ channel, instId }))))
    const told = new Map<string, Told>()
    for (const channel of channels) told.set(channel, rowsOf(await stream.wait(isOf(channel)))[0]!)
    const read = async (path: string) => {
      const { data } = await getJson<{ data: Told[] }>(`${simulator.url()}/api/v5/${path}`)
      return data[0]!
    }
    expect(told.get('tickers')).to.have.keys(Object.keys(await read(`market/ticker?instId=${instId}`)))
    expect(told.get('tickers')).to.include({ instType: 'SWAP', instId })
    expect(told.get('mark-price')).to.have.keys('instId', 'instType', 'markPx', 'ts')
    expect(told.get('funding-rate')).to.include.keys('fundingTime', 'instId', 'instType', 'nextFundingRate')
    const rate = await read(`public/funding-rate?instId=${instId}`)
    expect(told.get('funding-rate')!['fundingTime']).to.equal(rate['fundingTime'])
    expect(told.get('bbo-tbt')).to.have.keys('asks', 'bids', 'ts', 'seqId')
    expect(told.get('bbo-tbt')!['asks']).to.have.length(1)
    expect(told.get('books5')).to.include({ instId })
    expect(told.get('books5')!['bids']).to.have.length(5)
    expect(told.get('trades')).to.include.keys('instId', 'tradeId', 'px', 'sz', 'side', 'ts')
    // Best prices come in the order of the book.
    await stream.wait(
      (event) => isOf('bbo-tbt')(event) && rowsOf(event)[0]!['seqId'] !== told.get('bbo-tbt')!['seqId'],
    )
    const ids = stream.heard.filter(isOf('bbo-tbt')).map((event) => Number(rowsOf(event)[0]!['seqId']))
    expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b))
  })

  it('confirm a candle with its last state, equal to what REST answers, before the next', async () => {
    const stream = await simulator.connect('/ws/v5/business')
    stream.send(subscribe({ channel: 'candle1m', instId }))
    const rowOf = (event: Event) => (event['data'] as string[][])[0]!
    const closed = rowOf(await stream.wait((event) => isOf('candle1m')(event) && rowOf(event)[8] === '1'))
    const next = stream.heard.filter(isOf('candle1m')).map(rowOf)
    const at = next.findIndex((row) => row[8] === '1')
    const after = await stream.wait(
      (event) => isOf('candle1m')(event) && Number(rowOf(event)[0]) > Number(closed[0]),
    )
    expect(next.slice(0, at).every((row) => row[0] === closed[0] && row[8] === '0')).to.equal(true)
    expect(Number(rowOf(after)[0])).to.equal(Number(closed[0]) + 60_000)
    const query = `instId=${instId}&bar=1m&before=${Number(closed[0]) - 1}&after=${Number(closed[0]) + 1}`
    const { data } = await getJson<{ data: string[][] }>(
      `${simulator.url()}/api/v5/market/history-candles?${query}`,
    )
    expect(data).to.deep.equal([closed])
  })

  it('are cut, and told late, by faults', async () => {
    const stream = await simulator.connect('/ws/v5/business')
    await postJson(`${simulator.url()}/_sim/faults`, [
      { kind: 'lateClose', ms: 40_000, path: 'stream/public/candle1m' },
    ])
    stream.send(subscribe({ channel: 'candle1m', instId }))
    const rowOf = (event: Event) => (event['data'] as string[][])[0]!
    let newest = 0
    const isLate = (event: Event) => {
      const openTime = Number(rowOf(event)[0])
      newest = Math.max(newest, openTime)
      return rowOf(event)[8] === '1' && openTime < newest
    }
    await stream.wait((event) => isOf('candle1m')(event) && isLate(event))
    const closed = new Promise((resolve) => stream.socket.once('close', resolve))
    await postJson(`${simulator.url()}/_sim/faults`, [
      { kind: 'cut', path: 'stream/public/candle', count: 1 },
    ])
    await closed
  })

  it('take 480 requests in an hour of a connection', async () => {
    const stream = await simulator.connect('/ws/v5/public')
    const arg = { channel: 'funding-rate', instId }
    for (let i = 0; i < 240; i++) {
      stream.send(subscribe(arg))
      stream.send({ op: 'unsubscribe', args: [arg] })
    }
    await until(async () =>
      stream.heard.filter(({ event }) => event === 'unsubscribe').length === 240 ? true : undefined,
    )
    stream.send(subscribe(arg))
    expect(await stream.wait(isError)).to.include({ code: '60014' })
  })

  it('are understood by the real ccxt', async () => {
    const url = simulator.url()
    const venue = new ccxt.pro.okx({
      apiKey: 'demo',
      secret: 'demo',
      password: 'p',
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: { api: { rest: url, ws: `${url.replace('http', 'ws')}/ws/v5` } },
      options: { defaultType: 'swap', fetchMarkets: { types: ['swap'] } },
      has: { fetchCurrencies: false },
    })
    try {
      await venue.loadMarkets()
      const symbol = 'BTC/USDT:USDT'
      const [candles, ticker, best, book, trades] = await Promise.all([
        venue.watchOHLCV(symbol, '1m'),
        venue.watchTicker(symbol),
        venue.watchBidsAsks([symbol]),
        venue.watchOrderBook(symbol, 5),
        venue.watchTrades(symbol),
      ])
      expect(candles.at(-1)).to.have.length(6)
      expect(ticker.ask).to.be.above(ticker.bid!)
      expect(best[symbol]!.ask).to.be.above(best[symbol]!.bid!)
      expect(book.asks).to.have.length(5)
      expect(trades.at(-1)).to.include({ symbol })
    } finally {
      await venue.close()
    }
  })

  describe('with a slow clock', () => {
    let slow: Started

    before(async () => {
      // A simulated second lasts four.
      const lives = ['--stream-idle', '300', '--stream-life', '60600']
      slow = await startSimulator('--symbols', '1', '--rate', '0.25', ...lives)
    })

    after(() => slow.stop())

    it('take three connections a second of an address, on all paths together', async () => {
      const outcomes: string[] = []
      for (const path of ['public', 'business', 'private', 'public']) {
        const socket = new WebSocket(`${slow.url.replace('http', 'ws')}/ws/v5/${path}`)
        outcomes.push(
          await new Promise<string>((resolve) => {
            socket.once('open', () => resolve('open'))
            socket.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)))
            socket.once('error', () => {})
          }),
        )
        socket.terminate()
      }
      expect(outcomes).to.deep.equal(['open', 'open', 'open', '429'])
      const { addresses } = await getJson<{ addresses: Record<string, { limitRefusals: number }> }>(
        `${slow.url}/_sim/stats`,
      )
      expect(addresses['127.0.0.1']).to.include({ limitRefusals: 1 })
      await postJson(`${slow.url}/_sim/reset`, {})
      const again = await openStream(slow.url, '/ws/v5/public')
      again.close()
    })

    it('end what is told nothing and asks for nothing, and tell of the end of a life', async () => {
      const [quiet, asking] = await Promise.all([1, 2].map(() => openStream(slow.url, '/ws/v5/public')))
      const closed = new Promise((resolve) => quiet!.socket.once('close', resolve))
      const asks = setInterval(() => asking!.socket.send('ping'), 100)
      await closed
      expect(await asking!.wait(({ event }) => event === 'notice')).to.include({ code: '64008' })
      expect(asking!.socket.readyState).to.equal(WebSocket.OPEN)
      clearInterval(asks)
      asking!.close()
    })
  })
})

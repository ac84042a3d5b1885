import { expect } from 'chai'
import { openStream, type Stream } from './open-stream.ts'
import { getJson, postJson, type KlineRow } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

type Fields = Readonly<Record<string, string>>
interface KlineEvent {
  readonly E: number
  readonly s: string
  readonly k: { readonly t: number; readonly x: boolean; readonly n: number } & Readonly<
    Record<string, unknown>
  >
}

describe('simulator market streams', function () {
  this.timeout(30_000)

  let simulator: Started
  const streams: Stream[] = []

  before(async () => {
    // A simulated minute lasts two seconds.
    simulator = await startSimulator('--symbols', '5', '--rate', '30', '--weight-limit', '1000000')
  })

  after(() => simulator.stop())

  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    await postJson(`${simulator.url}/_sim/faults`, [])
  })

  async function open(path: string): Promise<Stream> {
    const stream = await openStream(simulator.url, path)
    streams.push(stream)
    return stream
  }

  const isKline = (event: object) => 'k' in event
  const klineOf = (event: object) => event as unknown as KlineEvent

  it('tell a candle as it grows, then closed as REST has it', async () => {
    const stream = await open('/market/ws/btcusdt@kline_1m')
    const closed = klineOf(await stream.wait((event) => isKline(event) && klineOf(event).k.x))
    const { k } = closed
    const rows = await getJson<KlineRow[]>(
      `${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=${k.t}&limit=1`,
    )
    const [openTime, o, h, l, c, v, T, q, n, V, Q] = rows[0]!
    expect(k).to.deep.include({ t: openTime, T, o, h, l, c, v, q, n, V, Q, i: '1m', s: 'BTCUSDT' })
    expect(closed.E).to.be.at.least(T)
    const growing = stream.heard.map(klineOf).filter((each) => each.k.t === k.t && !each.k.x)
    const volumes = growing.map((each) => Number(each.k['v']))
    expect(volumes).to.deep.equal([...new Set(volumes)].toSorted((a, b) => a - b))
    await stream.wait((event) => isKline(event) && klineOf(event).k.t === k.t + 60_000)
  })

  it('tell best prices, trades and marks that are those of REST', async () => {
    const [books, market] = [await open('/public/ws/0'), await open('/market/ws/1')]
    books.send({
      method: 'SUBSCRIBE',
      params: ['btcusdt@bookTicker', 'btcusdt@trade', 'ethusdt@depth5'],
      id: 1,
    })
    const params = ['btcusdt@aggTrade', 'ethusdt@markPrice@1s', '!markPrice@arr@1s', 'ethusdt@miniTicker']
    market.send({ method: 'SUBSCRIBE', params, id: 7 })
    expect(await market.wait((event) => 'result' in event)).to.deep.equal({ result: null, id: 7 })
    const kinds = ['bookTicker', 'trade', 'depthUpdate']
    const [book, trade, depth] = await Promise.all(
      kinds.map((kind) => books.wait((event) => event['e'] === kind)),
    )
    expect(Number(book!['a'])).to.be.above(Number(book!['b']))
    const [row] = await getJson<KlineRow[]>(
      `${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=2`,
    )
    expect(Number(trade!['p'])).to.be.within(Number(row![3]) * 0.97, Number(row![2]) * 1.03)
    expect(depth!['b']).to.have.length(5)
    const [agg, mark, mini] = await Promise.all([
      market.wait((event) => event['e'] === 'aggTrade'),
      market.wait((event) => event['e'] === 'markPriceUpdate' && event['s'] === 'ETHUSDT'),
      market.wait((event) => event['e'] === '24hrMiniTicker'),
    ])
    expect(Number(agg['q'])).to.be.above(0)
    expect(mark).to.include.keys('p', 'i', 'r', 'T')
    expect(mini).to.include({ s: 'ETHUSDT' })
    await market.wait((event) => event['e'] === 'markPriceUpdate' && event['s'] === 'XRPUSDT')
    const before = books.of('bookTicker').length
    const ids = (books.of('bookTicker') as unknown as { u: number }[]).map((each) => each.u)
    expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b))
    await books.wait((event) => event['e'] === 'bookTicker' && books.of('bookTicker').length > before)
  })

  it('are acknowledged and silent on the wrong route, and on the routes of before', async () => {
    const [wrong, old, right] = [await open('/public/ws/0'), await open('/ws'), await open('/market/ws/0')]
    for (const stream of [wrong, old, right]) {
      stream.send({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1m', 'btcusdt@nothing'], id: 1 })
    }
    await right.wait(isKline)
    await right.wait(isKline, right.heard.length)
    expect(wrong.heard).to.deep.equal([{ result: null, id: 1 }])
    expect(old.heard).to.deep.equal([{ result: null, id: 1 }])
  })

  it('end when they are unsubscribed, and explain what they do not understand', async () => {
    const stream = await open('/market/ws/0')
    stream.send({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1m'], id: 1 })
    await stream.wait(isKline)
    stream.send({ method: 'UNSUBSCRIBE', params: ['btcusdt@kline_1m'], id: 2 })
    await stream.wait((event) => event['id'] === 2)
    const heard = stream.heard.length
    stream.send({ method: 'LIST_SUBSCRIPTIONS', id: 3 })
    expect(await stream.wait((event) => event['id'] === 3)).to.deep.equal({ result: [], id: 3 })
    stream.send({ method: 'SHOUT', id: 4 })
    expect(await stream.wait((event) => event['id'] === 4)).to.have.nested.property('error.code', 2)
    stream.socket.send('nonsense')
    expect(await stream.wait((event) => 'error' in event && !('id' in event))).to.have.nested.property(
      'error.code',
      3,
    )
    expect(stream.heard.slice(heard).some(isKline)).to.equal(false)
  })

  it('come in the combined form with the name of the stream', async () => {
    const stream = await open('/market/stream?streams=btcusdt@kline_1m/ethusdt@kline_5m')
    for (const [name, symbol] of [
      ['btcusdt@kline_1m', 'BTCUSDT'],
      ['ethusdt@kline_5m', 'ETHUSDT'],
    ]) {
      const event = await stream.wait((each) => each['stream'] === name)
      expect((event['data'] as Fields)['s']).to.equal(symbol)
    }
  })

  it('lose, repeat, swap and hold back messages as the faults say, and tell an older E', async () => {
    const set = (rules: unknown) => postJson(`${simulator.url}/_sim/faults`, rules)
    const path = 'stream/market/markPriceUpdate'
    const stream = await open('/market/ws/btcusdt@markPrice@1s')
    const isMark = (event: object) => 'p' in event
    const collect = async (count: number) => {
      const from = stream.heard.length
      await stream.wait(() => stream.heard.length >= from + count, from)
      return stream.heard.slice(from, from + count).map((event) => Number(event['E']))
    }
    await stream.wait(isMark)
    await set({ kind: 'duplicate', path })
    const twice = await collect(6)
    expect(new Set(twice).size).to.be.within(3, 4)
    await set({ kind: 'reorder', path, ms: 10_000, probability: 0.5 })
    const swapped = await collect(12)
    expect(swapped).to.not.deep.equal(swapped.toSorted((a, b) => a - b))
    await set({ kind: 'drop', path, probability: 0.5 })
    const thinned = await collect(8)
    expect(thinned.at(-1)! - thinned[0]!).to.be.at.least(8000)
    await set({ kind: 'eventTimeBehind', path, ms: 60_000 })
    const { now } = await getJson<{ now: number }>(`${simulator.url}/_sim/stats`)
    expect((await collect(2))[1]).to.be.below(now - 50_000)
    await set({ kind: 'silence', path, ms: 15_000 })
    const quietFrom = performance.now()
    await collect(1)
    expect(performance.now() - quietFrom).to.be.at.least(400)
    await set({ kind: 'delay', path: 'stream', ms: 30_000 })
    const lateFrom = stream.heard.length
    const late = await stream.wait((event) => isMark(event), lateFrom)
    const heardAt = (await getJson<{ now: number }>(`${simulator.url}/_sim/stats`)).now
    expect(heardAt - Number(late['E'])).to.be.within(29_000, 40_000)
    await set({ kind: 'cut', path: 'stream/market' })
    const ended = new Promise((resolve) => stream.socket.once('close', resolve))
    await ended
    await set({ kind: 'refuse', path: 'stream' })
    const refused = await openStream(simulator.url, '/market/ws/0').catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
  })

  it('tell a closed candle late when asked to', async () => {
    await postJson(`${simulator.url}/_sim/faults`, { kind: 'lateClose', ms: 15_000 })
    const stream = await open('/market/ws/btcusdt@kline_1m')
    const closed = klineOf(await stream.wait((event) => isKline(event) && klineOf(event).k.x))
    const place = stream.heard.findIndex((event) => klineOf(event) === closed)
    const before = klineOf(stream.heard[place - 1]!)
    // The next candle was told of first.
    expect(before.k.t).to.equal(closed.k.t + 60_000)
  })
})

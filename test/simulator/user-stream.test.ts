import { expect } from 'chai'
import { AccountClient } from './account-client.ts'
import { openStream, openUserStream, type Stream } from './open-stream.ts'
import { getJson, postJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { startWave } from './wave.ts'

type Fields = Readonly<Record<string, string>>
interface AccountUpdate {
  readonly E: number
  readonly T: number
  readonly a: { readonly m: string; readonly B: readonly Fields[]; readonly P: readonly Fields[] }
}

describe('simulator user stream', function () {
  this.timeout(30_000)

  const symbol = 'AAAUSDT'
  let simulator: Started
  let client: AccountClient
  const streams: Stream[] = []

  async function start(...more: string[]): Promise<void> {
    simulator = await startWave('--weight-limit', '1000000', ...more)
    client = await AccountClient.open(simulator.url)
  }

  async function open(path?: string): Promise<Stream> {
    const stream = path === undefined ? await openUserStream(client) : await openStream(simulator.url, path)
    streams.push(stream)
    return stream
  }

  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    await simulator.stop()
  })

  const updates = (stream: Stream) => stream.of('ACCOUNT_UPDATE') as unknown as AccountUpdate[]

  it('tells a fill as order, balance with position, and order again, all of one T', async () => {
    await start()
    const stream = await open()
    const { updateTime } = await client.market(symbol, 'BUY', '1')
    await stream.wait((event) => (event['o'] as { X?: string } | undefined)?.X === 'FILLED')
    expect(stream.heard.map((event) => event['e'])).to.deep.equal([
      'ORDER_TRADE_UPDATE',
      'TRADE_LITE',
      'ACCOUNT_UPDATE',
      'ORDER_TRADE_UPDATE',
    ])
    expect(new Set(stream.heard.map((event) => event['T']))).to.deep.equal(new Set([updateTime]))
    for (const { E, T } of stream.heard) expect(Number(E)).to.be.at.least(Number(T))
    const [{ a }] = updates(stream) as [AccountUpdate]
    const truth = await client.truth()
    expect(a.m).to.equal('ORDER')
    expect(Number(a.B[0]!['wb'])).to.equal(Number(truth.balances['USDT']!.balance))
    expect(a.B[0]).to.include({ a: 'USDT', bc: '0' })
    const { size, entryPrice } = truth.positions[0]!
    expect(a.P[0]).to.include({ s: symbol, pa: size, ep: entryPrice, ps: 'BOTH', mt: 'cross', ma: 'USDT' })
    const [row] = await client.ask<{ updateTime: number }[]>('GET /fapi/v3/positionRisk')
    expect(row!.updateTime).to.equal(updateTime)
  })

  it('tells a sweep of the book as several account updates of one T, and the close as zero', async () => {
    await start()
    const stream = await open()
    const { updateTime } = await client.market(symbol, 'BUY', '1000')
    await client.market(symbol, 'SELL', '1000')
    const last = await stream.wait(
      (event) => event['e'] === 'ACCOUNT_UPDATE' && (event as unknown as AccountUpdate).a.P[0]!['pa'] === '0',
    )
    const swept = updates(stream).filter((each) => each.T === updateTime)
    expect(swept.length).to.be.at.least(2)
    const { P } = (last as unknown as AccountUpdate).a
    expect(P[0]).to.include({ ep: '0', bep: '0', up: '0' })
    const { positions } = await client.truth()
    expect(Number(P[0]!['cr'])).to.equal(Number(positions[0]!.realized))
  })

  it('tells transfers with what they changed, and settings', async () => {
    await start()
    const stream = await open()
    const move = (amount: string) =>
      postJson(`${simulator.url}/_sim/transfer`, { key: 'demo', asset: 'USDC', amount })
    await move('10')
    await move('-2.5')
    await client.ask('POST /fapi/v1/leverage', { symbol, leverage: 7 })
    const config = await stream.wait((event) => event['e'] === 'ACCOUNT_CONFIG_UPDATE')
    expect(config['ac']).to.deep.equal({ s: symbol, l: 7 })
    const told = updates(stream).map(({ a }) => [
      a.m,
      a.B[0]!['a'],
      a.B[0]!['bc'],
      Number(a.B[0]!['wb']),
      a.P,
    ])
    expect(told).to.deep.equal([
      ['DEPOSIT', 'USDC', '10', 10, []],
      ['WITHDRAW', 'USDC', '-2.5', 7.5, []],
    ])
  })

  it('in hedge mode tells the unused side BOTH beside the one that changed', async () => {
    await start()
    await client.ask('POST /fapi/v1/positionSide/dual', { dualSidePosition: true })
    const stream = await open()
    await client.market(symbol, 'SELL', '2', { positionSide: 'SHORT' })
    await stream.wait((event) => event['e'] === 'ACCOUNT_UPDATE')
    const [{ a }] = updates(stream) as [AccountUpdate]
    expect(a.P.map((each) => [each['ps'], each['pa']])).to.deep.equal([
      ['BOTH', '0'],
      ['SHORT', '-2'],
    ])
  })

  it('of an account is its own, on the private route only, also in the combined form', async () => {
    await start('--account', 'demo:demo', '--account', 'other:o')
    const other = await AccountClient.open(simulator.url, 'other', 'o')
    const foreign = await openUserStream(other)
    streams.push(foreign)
    const { listenKey } = await client.ask<{ listenKey: string }>('POST /fapi/v1/listenKey')
    const paths = [
      '/private/ws?listenKey=',
      '/private/ws/',
      '/ws/',
      '/public/ws/',
      '/private/stream?listenKey=',
    ]
    const [query, named, old, wrong, combined] = await Promise.all(
      paths.map((path) => open(`${path}${listenKey}`)),
    )
    await client.market(symbol, 'BUY', '1')
    const isFilled = (event: object) => JSON.stringify(event).includes('"FILLED"')
    await Promise.all([query!.wait(isFilled), named!.wait(isFilled), combined!.wait(isFilled)])
    expect(combined!.heard[0]).to.have.property('stream', listenKey)
    expect([old!.heard, wrong!.heard, foreign.heard]).to.deep.equal([[], [], []])
  })

  it('ends with listenKeyExpired when nobody renews the key, and stays open and silent', async () => {
    // A key lives 2 simulated minutes, which are 2 seconds.
    await start('--rate', '60', '--listen-key-life', '120000')
    const stream = await open()
    const again = await client.ask<{ listenKey: string }>('POST /fapi/v1/listenKey')
    const expired = await stream.wait((event) => event['e'] === 'listenKeyExpired')
    expect(expired['listenKey']).to.equal(again.listenKey)
    expect(await client.codeOf('PUT /fapi/v1/listenKey')).to.equal(-1125)
    await client.market(symbol, 'BUY', '1')
    const fresh = await open()
    await client.market(symbol, 'BUY', '1')
    await fresh.wait((event) => event['e'] === 'ACCOUNT_UPDATE')
    expect(updates(stream)).to.deep.equal([])
    expect(stream.socket.readyState).to.equal(stream.socket.OPEN)
    const renewed = await client.ask<{ listenKey: string }>('PUT /fapi/v1/listenKey')
    expect(renewed.listenKey).to.not.equal(again.listenKey)
    const closed = new Promise((resolve) => fresh.socket.once('close', resolve))
    await client.ask('DELETE /fapi/v1/listenKey')
    await closed
  })

  it('is pinged every three minutes, dropped without pongs, and ended at the end of its life', async () => {
    await start('--rate', '600', '--stream-life', '3600000')
    const [deaf, polite] = [await open('/market/ws/0'), await open('/public/ws/1')]
    // ws answers pings by this method.
    Object.assign(deaf.socket, { pong: () => {} })
    const startedAt = performance.now()
    let pings = 0
    polite.socket.on('ping', () => (pings += 1))
    const end = (stream: Stream) =>
      new Promise<number>((resolve) => stream.socket.once('close', () => resolve(performance.now())))
    const [deafEnd, politeEnd] = [end(deaf), end(polite)]
    // 10 to 14 minutes at 600 times the speed are 1 to 1.4 s; an hour is 6 s.
    expect((await deafEnd) - startedAt).to.be.within(950, 5000)
    expect(polite.socket.readyState).to.equal(polite.socket.OPEN)
    expect(pings).to.be.at.least(3)
    expect((await politeEnd) - startedAt).to.be.within(5000, 15_000)
  })

  it('closes on a client that says more than ten things in a second', async () => {
    await start()
    const stream = await open('/market/ws/0')
    const closed = new Promise<number>((resolve) => stream.socket.once('close', resolve))
    for (let id = 0; id < 11; id++) stream.send({ method: 'LIST_SUBSCRIPTIONS', id })
    expect(await closed).to.equal(1008)
    await until(async () => {
      const stats = await getJson<{ streams: unknown[] }>(`${simulator.url}/_sim/stats`)
      return stats.streams.length === 0 ? true : undefined
    })
  })
})

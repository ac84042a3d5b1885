import { connect } from 'node:net'
import { expect } from 'chai'
import { getJson, postJson, request, type Answer } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

describe('simulator faults', function () {
  this.timeout(20_000)

  let simulator: Started
  let time: string
  let klines: string

  before(async () => {
    // A simulated second lasts 100 ms.
    simulator = await startSimulator('--symbols', '2', '--rate', '10', '--weight-limit', '100000')
    time = `${simulator.url}/fapi/v1/time`
    klines = `${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=99`
  })

  after(() => simulator.stop())

  afterEach(() => request(`${simulator.url}/_sim/reset`, { method: 'POST' }))

  async function set(rules: unknown): Promise<Answer> {
    const answer = await postJson(`${simulator.url}/_sim/faults`, rules)
    expect(answer.status, answer.body).to.equal(200)
    return answer
  }

  /** What a request that fails on the wire fails with. */
  async function failure(url: string): Promise<string> {
    const answer = await request(url).catch((error: NodeJS.ErrnoException) => error)
    if (!(answer instanceof Error)) throw new Error(`expected a broken answer, found ${answer.status}`)
    return answer.code ?? answer.message
  }

  it('hold an answer back by simulated time', async () => {
    await set({ kind: 'latency', ms: 1500, count: 2 })
    const startedAt = performance.now()
    await request(time)
    expect(performance.now() - startedAt).to.be.within(145, 1000)
    await set({ kind: 'latency', ms: 1500, when: 'before' })
    const [before, late] = [
      await getJson<{ now: number }>(`${simulator.url}/_sim/stats`),
      await request(time),
    ]
    expect((JSON.parse(late.body) as { serverTime: number }).serverTime).to.be.at.least(before.now + 1490)
  })

  it('answer with a status in html, JSON or nothing', async () => {
    await set({ kind: 'status', status: 502 })
    const html = await request(time)
    expect([html.status, html.headers['content-type']]).to.deep.equal([502, 'text/html'])
    expect(html.headers['x-mbx-used-weight-1m']).to.equal(undefined)
    await set({ kind: 'status', status: 503, body: 'json', retryAfterMs: 2500 })
    const json = await request(time)
    expect(JSON.parse(json.body)).to.have.property('code', -1000)
    expect([json.status, json.headers['retry-after']]).to.deep.equal([503, '3'])
    await set({ kind: 'status', status: 500, body: 'none' })
    expect(await request(time)).to.include({ status: 500, body: '' })
  })

  it('answer 200 with nothing, an empty list or html', async () => {
    await set({ kind: 'empty' })
    expect(await request(klines)).to.include({ status: 200, body: '' })
    await set({ kind: 'empty', body: 'list' })
    expect(await request(klines)).to.include({ status: 200, body: '[]' })
    await set({ kind: 'nonJson' })
    const html = await request(klines)
    expect([html.status, html.headers['content-type']]).to.deep.equal([200, 'text/html; charset=utf-8'])
    expect(html.body).to.match(/^<html>/)
  })

  it('cut a body in the middle', async () => {
    await set({ kind: 'cut', count: 1 })
    expect(await failure(klines)).to.equal('ECONNRESET')
    expect((await request(klines)).status).to.equal(200)
  })

  it('stall a body in the middle, but not for ever', async () => {
    await set({ kind: 'stall', ms: 1500 })
    const startedAt = performance.now()
    expect(await failure(klines)).to.equal('ECONNRESET')
    expect(performance.now() - startedAt).to.be.within(145, 1000)
  })

  it('refuse connections, of one address only when asked to', async () => {
    await set({ kind: 'refuse', address: '127.0.0.2' })
    expect((await request(time)).status).to.equal(200)
    const refused = await request(time, { localAddress: '127.0.0.2' }).catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
    await set({ kind: 'refuse', path: 'klines' })
    expect(await failure(klines)).to.equal('ECONNRESET')
    expect((await request(time)).status).to.equal(200)
  })

  it('set the clock off and back', async () => {
    const read = async () => (await getJson<{ serverTime: number }>(time)).serverTime
    const before = await read()
    await set({ kind: 'clockOffset', offsetMs: -600_000 })
    expect(await read()).to.be.closeTo(before - 600_000, 60_000)
    await set([])
    expect(await read())
      .to.be.closeTo(before, 60_000)
      .and.at.least(before)
  })

  it('answer 429 for a while, with the rest of it as Retry-After', async () => {
    await set({ kind: 'rateLimit', ms: 30_000 })
    const limited = await request(time)
    expect(limited.status).to.equal(429)
    expect(Number(limited.headers['retry-after'])).to.be.within(20, 30)
    expect(limited.headers['x-mbx-used-weight-1m']).to.equal('1')
    await set({ kind: 'rateLimit', ms: 30_000, retryAfterMs: 5000 })
    expect((await request(time)).headers['retry-after']).to.equal('5')
  })

  it('ban with 418, which lasts when the rule is taken away', async () => {
    await set({ kind: 'ban', ms: 60_000 })
    const banned = await request(time)
    expect(banned.status).to.equal(418)
    expect(Number(banned.headers['retry-after'])).to.be.within(40, 60)
    await set([])
    expect((await request(time)).status).to.equal(418)
    await request(`${simulator.url}/_sim/reset`, { method: 'POST' })
    expect((await request(time)).status).to.equal(200)
  })

  it('hit the share of requests that was asked for, the same ones for the same seed', async () => {
    const statuses = async () => {
      await set({ kind: 'status', status: 500, probability: 0.3, path: '/time' })
      const found: number[] = []
      for (let i = 0; i < 60; i++) found.push((await request(time)).status)
      return found
    }
    const first = await statuses()
    expect(first.filter((status) => status === 500)).to.have.length.within(5, 35)
    expect(await statuses()).to.deep.equal(first)
  })

  it('are refused with a sentence when they are wrong', async () => {
    const wrong = async (body: unknown, expected: string) => {
      const answer = await postJson(`${simulator.url}/_sim/faults`, body)
      expect(answer.status).to.equal(400)
      expect((JSON.parse(answer.body) as { error: string }).error).to.contain(expected)
    }
    await wrong({ kind: 'lightning' }, 'rule 0 kind')
    await wrong([{ kind: 'cut' }, { kind: 'latency' }], 'rule 1 ms')
    await wrong({ kind: 'cut', when: 'now' }, 'when')
    await wrong(undefined, 'rule 0')
    expect(await getJson(`${simulator.url}/_sim/faults`)).to.deep.equal([])
  })

  it('of the client’s own making leave it running', async () => {
    const { port } = new URL(simulator.url)
    const answers = await Promise.all(
      [
        'GARBAGE\r\n\r\n',
        'GET /fapi/v1/%zz?%=%%% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        '\x16\x03\x01',
      ].map(
        (bytes) =>
          new Promise<string>((resolve) => {
            let answer = ''
            const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes))
            socket.on('data', (part) => (answer += part.toString()))
            socket.on('error', () => {})
            socket.on('close', () => resolve(answer.split('\r\n', 1)[0]!))
          }),
      ),
    )
    expect(answers).to.deep.equal([
      'HTTP/1.1 400 Bad Request',
      'HTTP/1.1 404 Not Found',
      'HTTP/1.1 400 Bad Request',
    ])
    expect(
      (await request(`${simulator.url}/_sim/faults`, { method: 'POST', body: 'x'.repeat(300_000) })).status,
    ).to.equal(400)
    expect((await request(time)).status).to.equal(200)
  })
})

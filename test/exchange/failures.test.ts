import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { constants, createGzip, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { freePort } from '../../lib/hub/embedded-redis.ts'
import { VenueRejectedError } from '../../lib/model/errors.ts'
import { failureOf, requireRetryLater } from '../support/failure-of.ts'
import { toPerpetual } from '../support/instrument.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import type { RecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { tell } from '../support/until.ts'
import { startVenueServer } from '../support/venue-server.ts'

/** Goes on and on, a piece each half second. */
function drip(stream: Writable, response: ServerResponse): void {
  const timer = setInterval(() => stream.write(' '), 500)
  response.once('close', () => clearInterval(timer))
}

describe('a request that fails', () => {
  let simulator: Simulator
  let gate: RecordingGate
  let exchange: Exchange
  const fetchSome = (of = exchange) => of.fetchKlines('BTCUSDT', '1m', { limit: 99 })

  before(async function () {
    this.timeout(20_000)
    simulator = await startSimulator('--symbols', '4')
    gate = openRecordingGate()
    exchange = await open(simulator.url)
  })
  after(async () => {
    await exchange.close()
    await simulator.stop()
  })
  beforeEach(async () => {
    await simulator.reset()
    gate.passed.length = 0
  })

  async function open(url: string): Promise<Exchange> {
    const opened = await openExchange('binanceusdm', { url, localAddress: '', proxy: '', gate })
    opened.useInstruments([toPerpetual('BTCUSDT'), toPerpetual('GHOSTUSDT')])
    return opened
  }

  /** What happens to a request whose server does as told. */
  async function against<T>(
    answer: (response: ServerResponse) => void,
    run: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const server = await startVenueServer((_, response) => answer(response))
    const other = await open(server.url)
    try {
      return await run(other)
    } finally {
      await other.close()
      await server.close()
    }
  }

  const passing: Record<string, object> = {
    ...Object.fromEntries(
      [500, 502, 503, 504].flatMap((status) =>
        ['html', 'json', 'none'].map((body) => [`${status} and ${body}`, { kind: 'status', status, body }]),
      ),
    ),
    'an empty body': { kind: 'empty', body: 'none' },
    'a page instead of JSON': { kind: 'nonJson' },
    'a cut body': { kind: 'cut' },
    'a connection closed without an answer': { kind: 'refuse', path: '/klines' },
    '403 of a firewall': { kind: 'status', status: 403, body: 'html' },
  }
  for (const [what, fault] of Object.entries(passing)) {
    it(`with ${what} may be made again later, and leaves the address open`, async () => {
      await simulator.faults(fault)
      expect(await requireRetryLater(fetchSome)).to.be.below(4_000)
      expect(gate.passed).to.have.length(1)
      expect(gate.passed[0]?.answers.every(({ closeForMs }) => closeForMs === undefined)).to.equal(true)
      await simulator.faults()
      expect(await fetchSome()).to.have.length(99)
    })
  }

  it('to a port that nobody listens on may be made again later', async () => {
    const other = await open(`http://127.0.0.1:${await freePort()}`)
    expect(await requireRetryLater(() => fetchSome(other))).to.be.below(4_000)
    await other.close()
  })

  const packed = gzipSync('[[1,"1","1","1","1","1",2,"1",1,"1","1","0"]]')
  const broken: Record<string, (response: ServerResponse) => void> = {
    'ends too early': (response) => response.end(packed.subarray(0, 20)),
    'is not compressed': (response) => response.end('[]'),
    'is cut': (response) => response.write(packed.subarray(0, 20), () => response.destroy()),
  }
  for (const [what, send] of Object.entries(broken)) {
    it(`with a compressed body that ${what} may be made again later`, async () => {
      const answer = (response: ServerResponse) =>
        send(response.writeHead(200, { 'Content-Encoding': 'gzip' }))
      await against(answer, async (other) => void (await requireRetryLater(() => fetchSome(other))))
    })
  }

  it('by never ending is given up after 5 to 12 s, whether headers, body or the end of either form of it do not come', async function () {
    this.timeout(30_000)
    const hold = [
      { kind: 'latency', ms: 60_000, when: 'before', path: '/time' },
      { kind: 'stall', path: '/klines' },
    ]
    await simulator.faults(...hold)
    const endless: ((response: ServerResponse) => void)[] = [
      (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).write(packed.subarray(0, 20)),
      (response) => drip(response.writeHead(200), response),
      (response) => {
        const zip = createGzip({ flush: constants.Z_SYNC_FLUSH })
        zip.pipe(response.writeHead(200, { 'Content-Encoding': 'gzip' }))
        drip(zip, response)
      },
    ]
    const took = await Promise.all([
      requireRetryLater(() => exchange.fetchTime()),
      requireRetryLater(fetchSome),
      ...endless.map((answer) => against(answer, (other) => requireRetryLater(() => fetchSome(other)))),
    ])
    tell(`given up after ${took.join(', ')} ms`)
    for (const ms of took) expect(ms).to.be.within(4_500, 12_000)
  })

  it('with a symbol that the venue does not know is rejected with the code of the venue', async () => {
    const failure = await failureOf(() => exchange.fetchKlines('GHOSTUSDT', '1m', { limit: 99 }))
    expect(failure).to.be.instanceOf(VenueRejectedError)
    expect(failure).to.include({ code: '-1121' })
    expect(gate.passed[0]?.answers[0]).to.include({ status: 400, closeForMs: undefined })
  })
})

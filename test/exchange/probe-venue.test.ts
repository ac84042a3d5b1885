import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { probeVenue, shapesOf } from '../../lib/exchange/probe-venue.ts'
import type { ProbeOptions } from '../../lib/exchange/probe-venue.ts'
import type { Sight } from '../../lib/exchange/sight.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openConformance } from '../conformance/conforming-venue.ts'
import type { Conformance } from '../conformance/conforming-venue.ts'
import { startChangedVenue } from '../support/changed-venue.ts'
import type { ChangedVenue } from '../support/changed-venue.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

const keys = closeKeys('doctor', 'a-secret-of-the-doctor', 'a-phrase-of-the-doctor')
// Bybit takes 10 orders of an account in a second.
const betweenTradesMs = 700
const isSoak = process.env['SOAK_RUNS'] !== undefined
const venues = ['binanceusdm', 'okx', 'bybit'] as const

describe('a look at a venue', function () {
  this.timeout(60_000)

  let simulator: Simulator
  let changed: ChangedVenue

  before(async () => {
    const account = `${keys.key}:${keys.secret}:USDT=1000000`
    simulator = await startSimulator('--symbols', '3', '--weight-limit', '1000000', '--account', account)
    changed = await startChangedVenue(simulator.url)
  })
  after(async () => {
    await changed.close()
    await simulator.stop()
  })
  beforeEach(async () => {
    changed.change((_, body) => body)
    await simulator.reset()
  })

  /** All that is seen, or the first `most` of it. */
  async function look(venue: string, of: Partial<ProbeOptions> = {}, most = Infinity): Promise<Sight[]> {
    const sights: Sight[] = []
    const options: ProbeOptions = {
      url: changed.url,
      localAddress: '',
      proxy: '',
      gate: openRecordingGate(),
      clock: createClock(1),
      streamWithinMs: 10_000,
      call: (_, run) => run(),
      ...of,
    }
    for await (const sight of probeVenue(venue, options)) {
      sights.push(sight)
      if (sights.length === most) break
    }
    return sights
  }

  /** `KIND path` of all that was found, with the place that it was found at. */
  const found = (sights: readonly Sight[]) =>
    sights.flatMap(({ place, findings }) => findings.map(({ kind, path }) => `${kind} ${place} ${path}`))
  const problems = (sights: readonly Sight[]) =>
    sights.flatMap(({ place, problem }) => (problem === undefined ? [] : [`${place}: ${problem}`]))

  /** Fills an order, and leaves one and a stop standing, or cancels both. */
  async function trade(
    { orders, instrument, size, newId, priceAt, ended }: Conformance,
    isKept: boolean,
  ): Promise<void> {
    const { symbol } = instrument
    const [bought, order, stop] = [newId(), newId(), newId()]
    await orders.createOrder(toSend({ symbol, clientOrderId: bought, size }))
    await ended(bought)
    const [price, triggerPrice] = [await priceAt('0.97'), await priceAt('0.9')]
    await orders.createOrder(toSend({ symbol, clientOrderId: order, size, price, timeInForce: 'GTC' }))
    await orders.createStop(stopToSend({ symbol, clientOrderId: stop, triggerPrice, size }))
    if (isKept) return
    await orders.cancelOrder(symbol, order)
    await orders.cancelStop(symbol, stop)
  }

  for (const venue of venues) {
    it(`finds ${venue}, as the simulator speaks it, all as known, with rows in every list of an account that trades`, async () => {
      const site = { url: simulator.url, keys, rate: 1, stop: () => Promise.resolve() }
      const trading = await openConformance(venue, site)
      try {
        await trade(trading, true)
        await setTimeout(betweenTradesMs)
        await trade(trading, false)
        const { symbol } = trading.instrument
        const lookOnce = async () => {
          let isOver = false
          const looked = look(venue, { keys, symbol, streamWithinMs: 10_000 }).finally(() => (isOver = true))
          // So that the streams have something to tell.
          const goesOn = async () => {
            while (!isOver) {
              await setTimeout(betweenTradesMs)
              await trade(trading, false)
            }
          }
          return (await Promise.all([looked, goesOn()]))[0]
        }
        const emptyOf = (sights: readonly Sight[]) =>
          sights.filter(({ isRead, rows, isAbsent }) => isRead && rows === 0 && isAbsent !== true)
        let sights = await lookOnce()
        // A machine that stalls may trade nothing while a stream is listened to.
        if (emptyOf(sights).some(({ place }) => place.startsWith('stream'))) sights = await lookOnce()
        expect(found(sights)).to.deep.equal([])
        expect(problems(sights.filter(({ isRead }) => isRead))).to.deep.equal([])
        // Nothing waits for its listing here.
        const empty = venue === 'bybit' ? ['GET /v5/market/instruments-info PreLaunch'] : []
        expect(emptyOf(sights).map(({ place }) => place)).to.deep.equal(empty)
        expect(sights.filter(({ isPrivate }) => isPrivate).length).to.be.greaterThan(7)
      } finally {
        await trading.close()
      }
    })
  }

  type Row = Record<string, unknown>
  /** Changes one row of an endpoint's list. */
  const inRow = (path: string, list: (body: Row) => unknown, change: (row: Row) => void) =>
    changed.change((at, body) => {
      const row = at === path ? (list(body as Row) as Row[])[1] : undefined
      if (row !== undefined) change(row)
      return body
    })

  for (const [venue, path, list] of [
    ['binanceusdm', '/fapi/v1/exchangeInfo', (body: Row) => body['symbols']],
    ['okx', '/api/v5/public/instruments', (body: Row) => body['data']],
    ['bybit', '/v5/market/instruments-info', (body: Row) => (body['result'] as Row)['list']],
  ] as const) {
    it(`names what ${venue} has changed in one row of its instruments, and nothing else`, async () => {
      const rows = { binanceusdm: 'symbols[]', okx: 'data[]', bybit: 'result.list[]' }[venue]
      const [name, word] = {
        binanceusdm: ['symbol', 'status'],
        okx: ['instId', 'state'],
        bybit: ['symbol', 'status'],
      }[venue] as [string, string]
      const place = `GET ${path} ${rows}`
      const endpoints = shapesOf(venue).endpoints.filter(({ isPrivate }) => !isPrivate)
      const ways: [string[], (row: Row) => void][] = [
        [[`missing ${place}.${name}`], (row) => delete row[name]],
        [
          [`missing ${place}.${name}`, `unknown ${place}.${name}New`],
          (row) => {
            row[`${name}New`] = row[name]
            delete row[name]
          },
        ],
        [[`type ${place}.${name}`], (row) => (row[name] = 7)],
        [[`word ${place}.${word}`], (row) => (row[word] = 'SLEEPING')],
        [[`unknown ${place}.colour`], (row) => (row['colour'] = 'red')],
      ]
      // The same looks at the rows of all venues; where they stand differs.
      const all = isSoak || venue === 'binanceusdm'
      for (const [expected, change] of all ? ways : ways.slice(1, 2)) {
        inRow(path, list, change)
        const sights = await look(venue, {}, endpoints.length)
        expect(found(sights)).to.deep.equal(expected)
        expect(problems(sights)).to.deep.equal([])
      }
    })
  }

  it('names an endpoint that is not there any more, and one that refuses', async () => {
    changed.change((path, body) => {
      if (path === '/fapi/v1/klines') return undefined
      return path === '/fapi/v1/accountConfig' ? { code: -2015, msg: 'Invalid API-key, IP' } : body
    })
    const sights = await look('binanceusdm', { keys })
    expect(problems(sights)).to.deep.equal([
      'GET /fapi/v1/klines: answers 404: the venue has no such endpoint any more',
      'GET /fapi/v1/accountConfig: refused with -2015: binanceusdm: binanceusdm {"code":-2015,"msg":"Invalid API-key, IP"}',
    ])
  })

  it('names a stream that nobody answers at, and one that tells nothing', async () => {
    await simulator.faults(
      { kind: 'refuse', path: 'stream/private' },
      { kind: 'silence', path: 'stream/market' },
    )
    const sights = await look('binanceusdm', { keys, streamWithinMs: 1_000 })
    const [silent, refused, ...others] = problems(sights)
    expect(silent).to.equal('stream /market/ws kline: no message of kline within 1 s')
    expect(refused).to.match(/^stream \/private\/ws: (ended: .+|not open within 1 s)$/)
    expect(others).to.deep.equal([])
  })

  it('ends at once when nobody answers at all', async () => {
    await simulator.faults({ kind: 'refuse' })
    const sights = await look('okx', { url: simulator.url, keys })
    expect(sights.map(({ place }) => place)).to.deep.equal(['GET /api/v5/public/instruments'])
    expect(problems(sights)[0]).to.contain('no answer: ')
  })

  it('asks nothing more of a venue that has closed the address', async () => {
    await simulator.faults({ kind: 'ban', ms: 60_000 })
    const sights = await look('binanceusdm', { keys })
    await simulator.reset()
    expect(problems(sights)).to.have.length(1)
    expect(problems(sights)[0]).to.match(
      /^GET \/fapi\/v1\/exchangeInfo: not asked: the venue wants no more of these requests for \d+ s$/,
    )
  })

  it('tells no key, no secret and no key of a stream, whatever fails', async () => {
    let listenKey = ''
    changed.change((path, body) => {
      if (path === '/fapi/v1/listenKey') ({ listenKey } = body as { listenKey: string })
      return path.includes('/v3/')
        ? undefined
        : path.includes('/v1/')
          ? { ...(body as object), key: listenKey }
          : body
    })
    const sights = await look('binanceusdm', { keys, streamWithinMs: 500 })
    const text = JSON.stringify(sights)
    expect(listenKey).to.not.equal('')
    for (const secret of [keys.key, keys.secret, listenKey, 'signature=']) expect(text).to.not.contain(secret)
    expect(problems(sights)).to.not.deep.equal([])
  })
})

import { expect } from 'chai'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import type { RecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

describe('the weight of a request', () => {
  let simulator: Simulator
  let gate: RecordingGate
  let exchange: Exchange

  before(async function () {
    this.timeout(20_000)
    // So slow a clock that no minute, and no window of weight, ends meanwhile.
    simulator = await startSimulator('--symbols', '8', '--rate', '0.01', '--weight-limit', '1000000')
    gate = openRecordingGate()
    exchange = await open('')
  })
  after(async () => {
    await exchange.close()
    await simulator.stop()
  })
  beforeEach(() => {
    gate.passed.length = 0
  })

  const open = (localAddress: string) =>
    openExchange('binanceusdm', { url: simulator.url, localAddress, proxy: '', gate })

  /** What the simulator counted since it was last asked. */
  let countedBefore = 0
  async function countedSince(): Promise<number> {
    const counted = (await simulator.stats()).addresses['127.0.0.1']?.weight ?? 0
    const since = counted - countedBefore
    countedBefore = counted
    return since
  }

  const calls: [what: string, weight: number, run: () => Promise<unknown>][] = [
    ['the instruments', 1, () => exchange.fetchInstruments()],
    ['the 24-hour volumes of all symbols', 40, () => exchange.fetchQuoteVolumes()],
    ['the time', 1, () => exchange.fetchTime()],
    ...[1, 99, 100, 499, 500, 1000].map((limit): [string, number, () => Promise<unknown>] => [
      `${limit} klines`,
      limit < 100 ? 1 : limit < 500 ? 2 : 5,
      () => exchange.fetchKlines('BTCUSDT', '1m', { limit }),
    ]),
    // ccxt asks for no more than 1,000.
    ['1500 klines', 5, () => exchange.fetchKlines('BTCUSDT', '1m', { limit: 1500 })],
  ]
  for (const [what, weight, run] of calls) {
    it(`is ${weight} for ${what}, as the venue counts it and says in its header`, async () => {
      await exchange.fetchInstruments()
      await countedSince()
      gate.passed.length = 0
      await run()
      expect(gate.weight()).to.equal(weight)
      expect(await countedSince()).to.equal(weight)
      expect(gate.passed.flatMap(({ answers }) => answers)).to.deep.equal([
        { status: 200, usedWeight: countedBefore, closeForMs: undefined },
      ])
    })
  }

  it('is 10 for more than 1,000 klines, as the venue counts it', async () => {
    await countedSince()
    await fetch(`${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1500`)
    const weight = venueOf('binanceusdm').weigh({
      method: 'GET',
      path: 'klines',
      params: { symbol: 'BTCUSDT', limit: 1500 },
    })
    expect([weight, await countedSince()]).to.deep.equal([10, 10])
  })

  it('passes the gate for every request that ccxt makes by itself too', async () => {
    await countedSince()
    const before = (await simulator.stats()).requests
    // Without markets ccxt asks for them first.
    const other = await open('')
    const volumes = await other.fetchQuoteVolumes()
    await other.close()
    expect(gate.passed.map(({ path }) => path)).to.deep.equal(['exchangeInfo', 'ticker/24hr'])
    expect((await simulator.stats()).requests - before).to.equal(gate.passed.length)
    expect(await countedSince()).to.equal(gate.weight())
    expect(volumes.size).to.be.at.least(8)
  })

  it('is settled from its own answer among 32 parallel ones, whatever order they come in', async function () {
    this.timeout(20_000)
    await exchange.fetchInstruments()
    const limits = [99, 499, 1000, 1500]
    for (const when of ['before', 'after']) {
      // Up to 300 ms of real time, at random.
      await simulator.faults(...[1, 2, 3].map((ms) => ({ kind: 'latency', ms, when, probability: 0.25 })))
      gate.passed.length = 0
      const base = (await simulator.stats()).addresses['127.0.0.1']?.windowWeight ?? 0
      await Promise.all(
        Array.from({ length: 32 }, (_, at) =>
          exchange.fetchKlines('ETHUSDT', '1m', { limit: limits[at % limits.length] ?? 99 }),
        ),
      )
      const settled = gate.passed.map(({ weight, answers }) => ({
        weight,
        count: answers.length,
        used: answers[0]?.usedWeight ?? 0,
      }))
      expect(settled.every(({ count }) => count === 1)).to.equal(true)
      // The venue's count rises by a request's own weight with each one: only its own answer fits.
      let used = base
      for (const each of settled.toSorted((a, b) => a.used - b.used)) {
        used += each.weight
        expect(each.used).to.equal(used)
      }
    }
    await simulator.faults()
  })

  it('counts for the local address that the requests are sent from', async () => {
    const from = await open('127.0.0.2')
    try {
      await from.fetchTime()
      await from.fetchInstruments()
    } finally {
      await from.close()
    }
    const { addresses } = await simulator.stats()
    expect(addresses['127.0.0.2']).to.include({ requests: 2, weight: 2 })
  })
})

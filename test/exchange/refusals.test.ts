import { expect } from 'chai'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { requireRetryLater } from '../support/failure-of.ts'
import { toPerpetual } from '../support/instrument.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import type { RecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

describe('a request that the venue refuses', () => {
  let simulator: Simulator
  let gate: RecordingGate
  let exchange: Exchange
  const fetchSome = (of = exchange) => of.fetchKlines('BTCUSDT', '1m', { limit: 99 })

  before(async function () {
    this.timeout(20_000)
    simulator = await startSimulator('--symbols', '4')
  })
  after(() => simulator.stop())
  beforeEach(async () => {
    await simulator.reset()
    gate = openRecordingGate()
    exchange = await open(simulator.url)
  })
  afterEach(() => exchange.close())

  async function open(url: string): Promise<Exchange> {
    const opened = await openExchange('binanceusdm', { url, localAddress: '', proxy: '', gate })
    opened.useInstruments([toPerpetual('BTCUSDT')])
    return opened
  }

  for (const [status, kind, spanMs] of [
    [429, 'rateLimit', 7_000],
    [418, 'ban', 90_000],
  ] as const) {
    it(`with ${status} closes the address for as long as Retry-After says, and may be made again later`, async () => {
      await simulator.faults({ kind, ms: spanMs })
      await requireRetryLater(fetchSome)
      expect(gate.passed).to.have.length(1)
      const [answer] = gate.passed[0]?.answers ?? []
      expect(answer).to.include({ status, closeForMs: spanMs })
      expect(gate.passed[0]?.answers).to.have.length(1)
    })
  }

  for (const [status, spanMs] of [
    [429, 60_000],
    [418, 120_000],
  ] as const) {
    it(`with ${status} and without Retry-After closes the address for ${spanMs} ms`, async () => {
      await simulator.faults({ kind: 'status', status, body: 'none' })
      await requireRetryLater(fetchSome)
      expect(gate.passed[0]?.answers[0]).to.include({ status, closeForMs: spanMs })
    })
  }

  it('with 429 closes the address even when its body is cut', async () => {
    await simulator.faults({ kind: 'rateLimit', ms: 7_000 }, { kind: 'cut' })
    await requireRetryLater(fetchSome)
    expect(gate.passed.map(({ answers }) => answers.map(({ closeForMs }) => closeForMs))).to.deep.equal([
      [7_000],
    ])
  })

  it('over the real limit is told by 429, then by 418, and both are settled', async function () {
    this.timeout(20_000)
    const strict = await startSimulator(
      '--symbols',
      '2',
      '--weight-limit',
      '5',
      '--ban-after',
      '2',
      '--rate',
      '0.01',
    )
    const other = await open(strict.url)
    try {
      const results: (string | undefined)[] = []
      for (let i = 0; i < 8; i++)
        results.push(
          await fetchSome(other).then(
            () => undefined,
            (error: Error) => error.name,
          ),
        )
      expect(results).to.deep.equal([
        ...Array.from({ length: 5 }, () => undefined),
        ...Array.from({ length: 3 }, () => 'RetryLaterError'),
      ])
      const answers = gate.passed.flatMap((each) => each.answers)
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 429, 429, 418])
      expect(answers.slice(0, 7).map(({ usedWeight }) => usedWeight)).to.deep.equal([1, 2, 3, 4, 5, 6, 7])
      expect(answers[5]?.closeForMs).to.be.within(1, 60_000)
      expect(answers[7]?.closeForMs).to.equal(120_000)
    } finally {
      await other.close()
      await strict.stop()
    }
  })
})

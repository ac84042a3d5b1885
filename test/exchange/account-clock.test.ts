import { expect } from 'chai'
import { RetryLaterError } from '../../lib/model/errors.ts'
import { longKeys, openTestAccount } from '../support/account.ts'
import type { TestAccount } from '../support/account.ts'
import { failureOf } from '../support/failure-of.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

const account = `${longKeys.key}:${longKeys.secret}`

describe('the time of a signed request', function () {
  this.timeout(20_000)

  let simulator: Simulator
  let test: TestAccount

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--weight-limit', '1000000', '--account', account)
  })
  after(() => simulator.stop())
  beforeEach(async () => {
    await simulator.reset()
    test = await openTestAccount(simulator.url)
  })
  afterEach(() => test.exchange.close())

  /** The paths that left since `from`, each with the status of its answer. */
  const leftSince = (from: number) =>
    test.gate.passed.slice(from).map(({ path, answers }) => `${path} ${answers[0]?.status}`)

  it("is the venue's, which is asked for before the first one", async () => {
    await simulator.faults({ kind: 'clockOffset', offsetMs: -3_600_000 })
    const { askedAt } = await test.exchange.fetchPositions()
    expect(leftSince(0)).to.deep.equal(['time 200', 'positionRisk 200'])
    expect(askedAt).to.be.closeTo(simulator.now(), 1_000)
  })

  for (const offsetMs of [-2_000, 2_000, -30_000, 30_000, 3_600_000]) {
    it(`heals after at most one refusal when the venue's clock steps by ${offsetMs} ms`, async () => {
      await test.exchange.fetchPositions()
      await simulator.faults({ kind: 'clockOffset', offsetMs })
      const from = test.gate.passed.length
      const { askedAt } = await test.exchange.fetchAccount()
      await test.exchange.fetchAccount()
      // A request from the past is taken within the window of 5 s; one from the future of more than 1 s is not.
      const isTaken = offsetMs === 2_000
      const healing = isTaken ? [] : ['account 400', 'time 200']
      expect(leftSince(from)).to.deep.equal([...healing, 'account 200', 'account 200'])
      if (!isTaken) expect(askedAt).to.be.closeTo(simulator.now(), 1_000)
    })
  }

  it('is corrected once for all requests that were refused together', async () => {
    await test.exchange.fetchPositions()
    await simulator.faults({ kind: 'clockOffset', offsetMs: -60_000 })
    const from = test.gate.passed.length
    await Promise.all(Array.from({ length: 8 }, () => test.exchange.fetchPositions()))
    const left = leftSince(from)
    expect(left.filter((each) => each === 'time 200')).to.have.length(1)
    expect(left.filter((each) => each === 'positionRisk 400')).to.have.length(8)
    expect(left.filter((each) => each === 'positionRisk 200')).to.have.length(8)
  })

  it('is not corrected again for a request that left before the correction and was refused after it', async () => {
    await test.exchange.fetchPositions()
    await simulator.faults(
      { kind: 'clockOffset', offsetMs: -60_000 },
      { kind: 'latency', path: '/account', ms: 400, when: 'after', count: 1 },
    )
    const from = test.gate.passed.length
    await Promise.all([test.exchange.fetchAccount(), test.exchange.fetchPositions()])
    const refused = ['account 400', 'positionRisk 400', 'time 200', 'positionRisk 200', 'account 200']
    expect(leftSince(from)).to.deep.equal(refused)
  })

  it('that is refused again is a failure that passes', async () => {
    await simulator.faults({ kind: 'reject', path: 'positionRisk', code: -1021, msg: 'Timestamp' })
    const failure = await failureOf(() => test.exchange.fetchPositions())
    expect(failure).to.be.instanceOf(RetryLaterError)
    expect(leftSince(0)).to.deep.equal(['time 200', 'positionRisk 400', 'time 200', 'positionRisk 400'])
  })

  it('fits a venue that runs 60 times as fast', async () => {
    const fast = await startSimulator('--symbols', '2', '--rate', '60', '--account', account)
    const other = await openTestAccount(fast.url, { rate: 60 })
    try {
      const { askedAt } = await other.exchange.fetchPositions()
      expect(askedAt).to.be.closeTo(fast.now(), 60_000)
      expect(other.gate.passed.map(({ path }) => path)).to.deep.equal(['time', 'positionRisk'])
    } finally {
      await other.exchange.close()
      await fast.stop()
    }
  })
})

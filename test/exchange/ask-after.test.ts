import { expect } from 'chai'
import { createClock } from '../../lib/hub/clock.ts'
import type { Clock } from '../../lib/hub/clock.ts'
import { OutcomeUnknownError } from '../../lib/model/errors.ts'
import { askAfter } from '../../lib/orders/ask-after.ts'
import type { Answer } from '../../lib/orders/ask-after.ts'
import type { HeldAt } from '../../lib/orders/judge-absence.ts'
import { openTestAccount } from '../support/account.ts'
import type { TestAccount } from '../support/account.ts'
import { failureOf } from '../support/failure-of.ts'
import { openTestOrders, toSend } from '../support/order-account.ts'
import type { TestOrders } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'

const symbol = 'BTCUSDT'
const rate = 20
// Half a real second.
const windowMs = 10_000

describe('an order whose outcome is unknown', function () {
  this.timeout(30_000)

  let simulator: Simulator
  let orders: TestOrders
  let account: TestAccount
  let clock: Clock
  let ids = 0

  before(async () => {
    const options = ['--symbols', '2', '--weight-limit', '1000000', '--rate', `${rate}`]
    simulator = await startSimulator(...options, '--account', 'one:first:USDT=10000000')
  })
  after(() => simulator.stop())
  beforeEach(async () => {
    await simulator.reset()
    clock = createClock(rate, { offsetMs: simulator.now() - Date.now() * rate, errorMs: 100 })
    orders = await openTestOrders(simulator.url, 'one', 'first', clock)
    account = await openTestAccount(simulator.url, { key: 'one', secret: 'first', rate })
  })
  afterEach(() => Promise.all([orders.exchange.close(), account.exchange.close()]))

  async function fetchPosition(): Promise<HeldAt> {
    const { positions } = await account.exchange.fetchPosition(symbol)
    return { size: positions[0]?.size ?? '0', time: positions[0]?.time ?? 0 }
  }

  /** Sends an order whose answer is lost, and gives how to ask after it. */
  async function lose(fault: object): Promise<() => Promise<Answer>> {
    const clientOrderId = `lost${(ids += 1)}`
    const before = await fetchPosition()
    await simulator.faults({ path: 'POST /fapi/v1/order', count: 1, ...fault }, ...hidden)
    const sentAt = clock.now()
    const failure = await failureOf(() => orders.exchange.createOrder(toSend({ symbol, clientOrderId })))
    expect(failure).to.be.instanceOf(OutcomeUnknownError)
    const lost = { symbol, clientOrderId, sentAt, windowMs, before }
    return () => askAfter({ exchange: orders.exchange, fetchPosition, clock }, lost)
  }
  let hidden: object[] = []
  beforeEach(() => (hidden = []))

  async function settle(ask: () => Promise<Answer>): Promise<Answer> {
    let answer: Answer = await ask()
    await until('a clear answer', async () => (answer = await ask()).outcome !== 'unclear', 10_000)
    return answer
  }

  it('is found by its id when the venue took it', async () => {
    const ask = await lose({ kind: 'unknown', taken: true })
    const answer = await ask()
    expect(answer).to.have.property('outcome', 'found')
    expect(answer).to.have.nested.property('order.state', 'filled')
  })

  it('is not believed to be absent while it may still arrive, and then is', async () => {
    const ask = await lose({ kind: 'unknown', taken: false })
    expect(await ask()).to.deep.equal({ outcome: 'unclear', reason: 'it may still arrive' })
    expect(await settle(ask)).to.deep.equal({ outcome: 'absent' })
  })

  it('is found in the lists when the venue denies it by its id for long', async () => {
    hidden = [{ kind: 'notFoundFor', path: 'GET /fapi/v1/order', ms: 600_000 }]
    const ask = await lose({ kind: 'unknown', taken: true })
    expect(await ask()).to.deep.equal({ outcome: 'unclear', reason: 'it may still arrive' })
    expect(await settle(ask)).to.have.nested.property('order.state', 'filled')
  })

  it('is absent although others trade the symbol meanwhile, which explains the position', async () => {
    const ask = await lose({ kind: 'unknown', taken: false })
    await orders.exchange.createOrder(toSend({ symbol, clientOrderId: `other${ids}`, size: '2' }))
    expect(await settle(ask)).to.deep.equal({ outcome: 'absent' })
  })

  it('stays unclear while the position has changed by more than all trades explain', async () => {
    const ask = await lose({ kind: 'unknown', taken: false })
    await settle(ask)
    await simulator.faults({ kind: 'lackRows', path: '/userTrades', symbol })
    await orders.exchange.createOrder(toSend({ symbol, clientOrderId: `unseen${ids}`, size: '2' }))
    const answer = await ask()
    expect(answer).to.deep.equal({
      outcome: 'unclear',
      reason: 'the position changed by 2, and the trades do not',
    })
  })
})

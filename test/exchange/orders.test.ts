import { expect } from 'chai'
import { OutcomeUnknownError, RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { add, mul } from '../../lib/model/decimal.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import { openTestAccount } from '../support/account.ts'
import { failureOf } from '../support/failure-of.ts'
import { openTestOrders, stopToSend, toSend } from '../support/order-account.ts'
import type { TestOrders } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'

const symbol = 'BTCUSDT'

describe('orders at the venue', function () {
  this.timeout(20_000)

  let simulator: Simulator
  let test: TestOrders
  let cleaner: TestOrders
  let ids = 0

  before(async () => {
    const account = ['--account', 'one:first:USDT=10000000']
    simulator = await startSimulator('--symbols', '2', '--weight-limit', '1000000', ...account)
    cleaner = await openTestOrders(simulator.url, 'one', 'first')
  })
  after(async () => {
    await cleaner.exchange.close()
    await simulator.stop()
  })
  beforeEach(async () => {
    await simulator.reset()
    test = await openTestOrders(simulator.url, 'one', 'first')
  })
  afterEach(async () => {
    await simulator.reset()
    await test.exchange.close()
    await cleaner.exchange.cancelOrders(symbol)
    for (const stop of await cleaner.exchange.fetchOpenStops(symbol))
      await cleaner.exchange.cancelStop(symbol, stop.clientOrderId)
  })

  const newId = () => `t${(ids += 1)}`
  const market = (clientOrderId = newId()) => toSend({ symbol, clientOrderId })
  async function farBelow(): Promise<string> {
    const { price } = await readPrice(simulator)
    return mul(String(Math.round(Number(price))), '0.9').replace(/\..*/, '')
  }

  it('are filled, and told with their size, price and time', async () => {
    const report = await test.exchange.createOrder(market('filled-1'))
    expect(report).to.include({
      clientOrderId: 'filled-1',
      symbol,
      side: 'buy',
      positionSide: 'both',
      type: 'market',
      timeInForce: 'IOC',
      state: 'filled',
      size: '1',
      filled: '1',
      price: undefined,
      reduceOnly: false,
    })
    expect(Number(report.averagePrice)).to.be.greaterThan(0)
    expect(report.time).to.be.closeTo(simulator.now(), 2_000)
    expect(await test.exchange.fetchOrder(symbol, 'filled-1')).to.deep.equal(report)
    expect(await test.exchange.fetchOrderById(symbol, report.orderId)).to.deep.equal(report)
    const trades = await test.exchange.fetchTradesSince(symbol, report.time)
    const own = trades.filter(({ orderId }) => orderId === report.orderId)
    expect(own.reduce((sum, { size }) => add(sum, size), '0')).to.equal('1')
    expect(own[0]).to.include({ symbol, side: 'buy', feeAsset: 'USDT', liquidity: 'taker' })
  })

  it('rest, are listed, and end by a cancel, which is false for what is no more', async () => {
    const price = await farBelow()
    const id = newId()
    const resting = toSend({ symbol, clientOrderId: id, price, postOnly: true })
    const report = await test.exchange.createOrder(resting)
    expect(report).to.include({ state: 'open', filled: '0', price, postOnly: true, averagePrice: undefined })
    expect(await test.exchange.fetchOpenOrders(symbol)).to.deep.equal([report])
    expect(await test.exchange.fetchOpenOrders()).to.deep.equal([report])
    expect(await test.exchange.cancelOrder(symbol, id)).to.equal(true)
    expect((await test.exchange.fetchOrder(symbol, id))?.state).to.equal('cancelled')
    expect(await test.exchange.cancelOrder(symbol, id)).to.equal(false)
    expect(await test.exchange.fetchOrder(symbol, 'never-was')).to.equal(undefined)
  })

  it('that stop stand until they are cancelled, in a list of their own', async () => {
    await test.exchange.createOrder(market())
    const triggerPrice = await farBelow()
    const part = stopToSend({ symbol, clientOrderId: newId(), triggerPrice })
    const all = stopToSend({ symbol, clientOrderId: newId(), triggerPrice, size: undefined })
    const reports = [await test.exchange.createStop(part), await test.exchange.createStop(all)]
    expect(reports[0]).to.include({ state: 'standing', size: '1', triggerPrice, reduceOnly: true })
    expect(reports[1]).to.include({ state: 'standing', size: undefined, childOrderId: undefined })
    const listed = await test.exchange.fetchOpenStops(symbol)
    expect(listed).to.have.deep.members(reports)
    expect(await test.exchange.fetchStop(symbol, part.clientOrderId)).to.deep.equal(reports[0])
    expect(await test.exchange.cancelStop(symbol, part.clientOrderId)).to.equal(true)
    expect(await test.exchange.cancelStop(symbol, part.clientOrderId)).to.equal(false)
    expect((await test.exchange.fetchStop(symbol, part.clientOrderId))?.state).to.equal('cancelled')
    expect(await test.exchange.fetchStop(symbol, 'never-was')).to.equal(undefined)
  })

  it('that the venue refuses are rejected with its code', async () => {
    const price = await farBelow()
    const crossing = toSend({
      symbol,
      clientOrderId: newId(),
      price: String(Number(price) * 2),
      postOnly: true,
    })
    const tiny = toSend({ symbol, clientOrderId: newId(), size: '0.0000001' })
    const reducing = toSend({ symbol, clientOrderId: newId(), side: 'sell', reduceOnly: true })
    for (const [order, codes] of [
      [crossing, ['-5022', '-4016']],
      [tiny, ['-1111', '-1013', '-4003', '-4005']],
      [{ ...reducing, side: 'buy' as const }, ['-2022']],
    ] as const) {
      const failure = await failureOf(() => test.exchange.createOrder(order))
      expect(failure).to.be.instanceOf(VenueRejectedError)
      expect(codes).to.include((failure as VenueRejectedError).code)
    }
    const above = String(Math.round(Number(price) * 1.5))
    const late = stopToSend({ symbol, clientOrderId: newId(), triggerPrice: above })
    expect(await failureOf(() => test.exchange.createStop(late))).to.include({ code: '-2021' })
  })

  for (const fault of [
    { kind: 'unknown', taken: true },
    { kind: 'unknown', taken: false },
    { kind: 'status', status: 503 },
    { kind: 'nonJson' },
    { kind: 'cut' },
    { kind: 'reject', code: -1006 },
    { kind: 'reject', code: -1000 },
  ]) {
    it(`whose answer is lost have an unknown outcome: ${JSON.stringify(fault)}`, async () => {
      const order = market()
      await simulator.faults({ ...fault, path: 'POST /fapi/v1/order', count: 1 })
      const failure = await failureOf(() => test.exchange.createOrder(order))
      expect(failure).to.be.instanceOf(OutcomeUnknownError)
      expect((failure as OutcomeUnknownError).clientOrderId).to.equal(order.clientOrderId)
      const taken = !('taken' in fault && !fault.taken) && fault.kind !== 'reject'
      expect((await test.exchange.fetchOrder(symbol, order.clientOrderId))?.state).to.equal(
        taken ? 'filled' : undefined,
      )
    })
  }

  it('that were taken already have an unknown outcome when they are sent again while they rest', async () => {
    const resting = toSend({ symbol, clientOrderId: newId(), price: await farBelow() })
    await test.exchange.createOrder(resting)
    const failure = await failureOf(() => test.exchange.createOrder(resting))
    expect(failure).to.be.instanceOf(OutcomeUnknownError)
  })

  for (const code of [-1003, -1008, -1015]) {
    it(`did not come to the book when the venue answers ${code}, and may be sent later`, async () => {
      await simulator.faults({ kind: 'reject', path: 'POST /fapi/v1/order', code, count: 1 })
      expect(await failureOf(() => test.exchange.createOrder(market()))).to.be.instanceOf(RetryLaterError)
    })
  }

  it('that never left are not unknown', async () => {
    await test.exchange.fetchOpenOrders(symbol)
    Object.assign(test.gate, {
      enter: () => Promise.reject(new RetryLaterError('closed', { retryAt: Date.now() + 1_000 })),
    })
    expect(await failureOf(() => test.exchange.createOrder(market()))).to.be.instanceOf(RetryLaterError)
  })

  it('are told by the stream as the answers tell them, with their trades', async () => {
    const account = await openTestAccount(simulator.url, { key: 'one', secret: 'first' })
    const events: UserEvent[] = []
    const key = await account.exchange.openStreamKey()
    let opened = false
    const connection = key.connect({
      onOpen: () => (opened = true),
      onEvent: (event) => events.push(event),
      onSign: () => {},
      onLost: (reason) => expect.fail(reason),
      onEnd: (reason) => expect.fail(reason),
    })
    try {
      await until('the stream is open', async () => opened, 5_000)
      const report = await test.exchange.createOrder(market('heard-1'))
      const stop = stopToSend({ symbol, clientOrderId: 'heard-2', triggerPrice: await farBelow() })
      const stopReport = await test.exchange.createStop(stop)
      const heard = () => events.flatMap((event) => test.exchange.readEvent(event) ?? [])
      await until('both are heard', async () => heard().some((each) => 'stop' in each), 5_000)
      const orders = heard().flatMap((each) => ('order' in each ? [each.order] : []))
      expect(orders.at(-1)?.order).to.deep.equal(report)
      const trades = orders.flatMap(({ trade }) => trade ?? [])
      const told = await test.exchange.fetchTradesSince(symbol, report.time)
      expect(trades).to.deep.equal(told.filter(({ orderId }) => orderId === report.orderId))
      expect(heard().flatMap((each) => ('stop' in each ? [each.stop] : []))).to.deep.equal([stopReport])
    } finally {
      connection.close()
      await account.exchange.close()
    }
  })

  it('weigh nothing on the address, and reading them what the venue counts', async () => {
    await test.exchange.createOrder(market())
    await test.exchange.fetchOpenOrders()
    await test.exchange.fetchOpenStops(symbol)
    await test.exchange.fetchTradesSince(symbol, 1)
    const weights = test.gate.passed.map(({ path, weight }) => `${path} ${weight}`)
    expect(weights).to.deep.equal(['time 1', 'order 0', 'openOrders 40', 'openAlgoOrders 1', 'userTrades 5'])
  })
})

async function readPrice(simulator: Simulator): Promise<{ price: string }> {
  const answer = await fetch(`${simulator.url}/fapi/v1/premiumIndex?symbol=${symbol}`)
  const { markPrice } = (await answer.json()) as { markPrice: string }
  return { price: markPrice }
}

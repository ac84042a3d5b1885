import { expect } from 'chai'
import { AccountClient, type Parameters, type Row } from './account-client.ts'
import { openUserStream, type Event, type Stream } from './open-stream.ts'
import { postJson } from './request.ts'
import type { Started } from './start-simulator.ts'
import { awaitMark, startWave } from './wave.ts'

describe('simulator conditional orders', function () {
  this.timeout(30_000)

  let simulator: Started
  let client: AccountClient
  let stream: Stream
  const symbol = 'AAAUSDT'

  before(async () => {
    // A simulated minute lasts two seconds; within one the price goes from 98 to 102.
    simulator = await startWave('--rate', '30', '--weight-limit', '1000000')
  })

  after(() => simulator.stop())

  let opened = 0
  beforeEach(async () => {
    opened += 1
    const key = `user${opened}`
    await postJson(`${simulator.url}/_sim/accounts`, { key, secret: 's' })
    client = await AccountClient.open(simulator.url, key, 's')
    stream = await openUserStream(client)
  })

  afterEach(async () => {
    stream.close()
    await postJson(`${simulator.url}/_sim/faults`, [])
  })

  const stop = { symbol, algoType: 'CONDITIONAL', type: 'STOP_MARKET', workingType: 'MARK_PRICE' }
  const place = (parameters: Parameters) => client.ask('POST /fapi/v1/algoOrder', { ...stop, ...parameters })
  const codeOf = (parameters: Parameters) =>
    client.codeOf('POST /fapi/v1/algoOrder', { ...stop, ...parameters })
  /** A trigger below the mark that the price comes to within a minute. */
  const awaitTrigger = async () => {
    await awaitMark(simulator.url, 99.2, 200)
    return '98.80'
  }
  const statusOf = (event: Event) =>
    event['e'] === 'ALGO_UPDATE' ? (event['o'] as { X: string }).X : undefined
  const waitFor = (status: string) => stream.wait((event) => statusOf(event) === status)

  it('rest in a list of their own, are found by both ids, and are cancelled once', async () => {
    const placed = await place({ side: 'SELL', quantity: '1', triggerPrice: '96.00', clientAlgoId: 'rung-1' })
    expect(placed).to.include({
      clientAlgoId: 'rung-1',
      algoStatus: 'NEW',
      orderType: 'STOP_MARKET',
      triggerPrice: '96.00',
      quantity: '1.0',
      workingType: 'MARK_PRICE',
    })
    const created = await waitFor('NEW')
    expect(created['o']).to.include({ caid: 'rung-1', aid: placed['algoId'], ai: '', tp: '96.00' })
    expect(await client.ask<Row[]>('GET /fapi/v1/openOrders', { symbol })).to.deep.equal([])
    expect(await client.ask<Row[]>('GET /fapi/v1/openAlgoOrders', { symbol })).to.deep.equal([placed])
    for (const which of [{ algoId: Number(placed['algoId']) }, { clientAlgoId: 'rung-1' }]) {
      expect(await client.ask('GET /fapi/v1/algoOrder', which)).to.deep.equal(placed)
    }
    expect(await client.ask('DELETE /fapi/v1/algoOrder', { clientAlgoId: 'rung-1' })).to.deep.equal({
      algoId: placed['algoId'],
      clientAlgoId: 'rung-1',
      code: '200',
      msg: 'success',
    })
    await waitFor('CANCELED')
    expect(await client.codeOf('DELETE /fapi/v1/algoOrder', { clientAlgoId: 'rung-1' })).to.equal(-2011)
    expect(await client.codeOf('GET /fapi/v1/algoOrder', { clientAlgoId: 'none' })).to.equal(-2013)
  })

  it('are refused where they would trigger at once, are too many or contradict themselves', async () => {
    const sell = { side: 'SELL', quantity: '1' }
    expect(await codeOf({ ...sell, triggerPrice: '104.00' })).to.equal(-2021)
    expect(await codeOf({ ...sell, type: 'TAKE_PROFIT_MARKET', triggerPrice: '96.00' })).to.equal(-2021)
    expect(await codeOf({ side: 'BUY', quantity: '1', triggerPrice: '96.00' })).to.equal(-2021)
    expect(await codeOf({ ...sell, triggerPrice: '96.001' })).to.equal(-4014)
    expect(await codeOf({ ...sell, quantity: '0.01', triggerPrice: '96.00' })).to.equal(-1111)
    expect(await codeOf({ ...sell, quantity: '20000', triggerPrice: '96.00' })).to.equal(-4005)
    const closing = { side: 'SELL', closePosition: true, triggerPrice: '96.00' }
    expect(await codeOf(closing)).to.equal(-4509)
    expect(await codeOf({ ...closing, quantity: '1' })).to.equal(-4137)
    await client.market(symbol, 'BUY', '1')
    await place(closing)
    expect(await codeOf({ ...closing, triggerPrice: '95.00' })).to.equal(-4130)
    for (let i = 1; i < 10; i++) await place({ ...sell, triggerPrice: '96.00', clientAlgoId: `rung-${i}` })
    expect(await codeOf({ ...sell, triggerPrice: '96.00', clientAlgoId: 'rung-1' })).to.equal(-4116)
    expect(await codeOf({ ...sell, triggerPrice: '96.00' })).to.equal(-4045)
    await client.ask('DELETE /fapi/v1/algoOpenOrders', { symbol })
    expect((await client.truth()).openAlgoOrders).to.deep.equal([])
  })

  for (const workingType of ['MARK_PRICE', 'CONTRACT_PRICE']) {
    it(`make an order with an id of its own when ${workingType} reaches them`, async () => {
      await client.market(symbol, 'BUY', '3')
      const trigger = await awaitTrigger()
      const placed = await place({
        side: 'SELL',
        quantity: '2',
        triggerPrice: trigger,
        reduceOnly: true,
        workingType,
        clientAlgoId: 'falls',
      })
      const finished = await waitFor('FINISHED')
      const states = stream.heard.flatMap((event) => statusOf(event) ?? [])
      expect(states).to.deep.equal(['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED'])
      const { ai, aq, ap } = finished['o'] as { ai: string; aq: string; ap: string }
      const child = stream
        .of('ORDER_TRADE_UPDATE')
        .map((event) => event['o'] as Record<string, unknown>)
        .findLast((order) => String(order['ot']) === 'STOP_MARKET')!
      expect(child).to.include({ o: 'MARKET', X: 'FILLED', R: true, z: '2.0' })
      expect(child['c']).to.not.equal('falls')
      expect(Number(aq)).to.equal(2)
      expect(Number(ap)).to.be.closeTo(Number(trigger), 1)
      const row = await client.ask('GET /fapi/v1/algoOrder', { algoId: Number(placed['algoId']) })
      expect(row).to.include({ algoStatus: 'FINISHED', actualOrderId: ai })
      const truth = await client.truth()
      expect(truth.orders.some((each) => each['orderId'] === ai)).to.equal(true)
      expect(truth.positions[0]!.size).to.equal('1')
    })
  }

  it('that close a position close what is left, and expire when it is closed before', async () => {
    const closing = { side: 'SELL', closePosition: true }
    await client.market(symbol, 'BUY', '2')
    await place({ ...closing, triggerPrice: '90.00' })
    await client.market(symbol, 'SELL', '2')
    await waitFor('EXPIRED')
    await client.market(symbol, 'BUY', '2.5')
    await place({ ...closing, triggerPrice: await awaitTrigger() })
    const finished = await waitFor('FINISHED')
    expect((finished['o'] as { aq: string }).aq).to.equal('2.5')
    expect((await client.truth()).positions[0]!.size).to.equal('0')
  })

  it('are rejected when there is nothing to reduce', async () => {
    await place({
      side: 'SELL',
      quantity: '2',
      reduceOnly: true,
      triggerPrice: await awaitTrigger(),
    })
    const rejected = await waitFor('REJECTED')
    expect((rejected['o'] as { rm: string }).rm).to.equal('Reduce Only reject')
    expect((await client.truth()).orders).to.deep.equal([])
  })

  it('fail at their trigger as the fault says', async () => {
    await client.market(symbol, 'BUY', '3')
    const rung = async () =>
      place({
        side: 'SELL',
        quantity: '1',
        reduceOnly: true,
        triggerPrice: await awaitTrigger(),
      })
    const fail = (status: string) =>
      postJson(`${simulator.url}/_sim/faults`, { kind: 'triggerFails', status, path: symbol })
    await fail('EXPIRED')
    await rung()
    await waitFor('EXPIRED')
    await fail('STUCK')
    const { algoId } = await rung()
    await stream.wait(
      (event) => statusOf(event) === 'TRIGGERING' && (event['o'] as { aid: unknown }).aid === algoId,
    )
    expect(await client.ask('GET /fapi/v1/algoOrder', { algoId: Number(algoId) })).to.include({
      algoStatus: 'TRIGGERING',
      actualOrderId: '',
    })
    expect(await client.codeOf('DELETE /fapi/v1/algoOrder', { algoId: Number(algoId) })).to.equal(-2011)
    expect((await client.truth()).positions[0]!.size).to.equal('3')
  })
})

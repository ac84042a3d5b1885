import { expect } from 'chai'
import { AccountClient, Refusal, type Row } from './account-client.ts'
import { getJson, postJson } from './request.ts'
import type { Started } from './start-simulator.ts'
import { startWave } from './wave.ts'

interface Top {
  readonly bidPrice: string
  readonly askPrice: string
}

describe('simulator orders', function () {
  this.timeout(30_000)

  let simulator: Started
  let client: AccountClient
  const symbol = 'AAAUSDT'

  before(async () => {
    simulator = await startWave(
      '--weight-limit',
      '1000000',
      '--account',
      'one:first:USDT=100000',
      '--account',
      'two:second',
    )
    client = await AccountClient.open(simulator.url, 'one', 'first')
  })

  after(() => simulator.stop())

  afterEach(async () => {
    for (const each of [symbol, 'BBBUSDT'])
      await client.ask('DELETE /fapi/v1/allOpenOrders', { symbol: each })
    for (const { symbol: held, size } of (await client.truth()).positions) {
      if (size === '0') continue
      await client.market(held, size.startsWith('-') ? 'BUY' : 'SELL', size.replace('-', ''), {
        reduceOnly: true,
      })
    }
  })

  const readTop = () => getJson<Top>(`${simulator.url}/fapi/v1/ticker/bookTicker?symbol=${symbol}`)
  const codeOf = (parameters: Record<string, string | number | boolean>) =>
    client.codeOf('POST /fapi/v1/order', { symbol, side: 'BUY', ...parameters })
  const limit = { type: 'LIMIT', timeInForce: 'GTC', price: '97.00', quantity: '1' }

  it('at the market are filled at the displayed book, level by level, and pay the taker fee', async () => {
    const order = await client.market(symbol, 'BUY', '1000')
    expect(order).to.include({ status: 'FILLED', executedQty: '1000.0', type: 'MARKET' })
    const trades = await client.ask<Row[]>('GET /fapi/v1/userTrades', { symbol })
    const prices = trades.map((each) => Number(each['price']))
    expect(trades.length).to.be.at.least(2)
    expect(prices).to.deep.equal(prices.toSorted((a, b) => a - b))
    expect(trades.reduce((sum, each) => sum + Number(each['qty']), 0)).to.be.closeTo(1000, 1e-6)
    for (const { quoteQty, commission, maker } of trades) {
      expect(Number(commission)).to.be.closeTo(Number(quoteQty) * 0.0005, 1e-8)
      expect(maker).to.equal(false)
    }
  })

  it('with a limit rest, are found by both ids and in the lists, and are cancelled once', async () => {
    const placed = await client.limit(symbol, 'BUY', '2', '97.00', { newClientOrderId: 'mine-1' })
    expect(placed).to.include({ status: 'NEW', clientOrderId: 'mine-1', price: '97.00', origQty: '2.0' })
    const { orderId } = placed
    for (const which of [{ orderId: String(orderId) }, { origClientOrderId: 'mine-1' }]) {
      expect(await client.ask('GET /fapi/v1/order', { symbol, ...which })).to.include({
        status: 'NEW',
        orderId,
      })
    }
    expect(await client.ask<Row[]>('GET /fapi/v1/openOrders', { symbol })).to.have.length(1)
    expect(await client.ask<Row[]>('GET /fapi/v1/openOrders', { symbol: 'BBBUSDT' })).to.have.length(0)
    expect(await client.ask<Row[]>('GET /fapi/v1/openOrders')).to.have.length(1)
    const cancel = () => client.ask('DELETE /fapi/v1/order', { symbol, origClientOrderId: 'mine-1' })
    expect(await cancel()).to.include({ status: 'CANCELED' })
    const again = await cancel().catch((error: Refusal) => error.code)
    expect(again).to.equal(-2011)
    expect(await client.codeOf('GET /fapi/v1/order', { symbol, orderId: 1 })).to.equal(-2013)
    expect((await client.ask<Row[]>('GET /fapi/v1/allOrders', { symbol })).at(-1)).to.include({
      status: 'CANCELED',
    })
  })

  it('are told of with the moment at which their requests came in, refused ones too', async () => {
    const before = performance.timeOrigin + performance.now()
    await client.limit(symbol, 'BUY', '2', '97.00', { newClientOrderId: 'seen-1' })
    await codeOf({ ...limit, quantity: '0', newClientOrderId: 'seen-2' })
    const after = performance.timeOrigin + performance.now()
    const path = `${simulator.url}/_sim/arrivals?containing=newClientOrderId%3Dseen-`
    const seen = await getJson<{ at: number; method: string; path: string; text: string }[]>(path)
    expect(seen.map((each) => `${each.method} ${each.path}`)).to.deep.equal(
      Array.from({ length: 2 }, () => 'POST /fapi/v1/order'),
    )
    expect(seen.map(({ text }) => /seen-\d/.exec(text)?.[0])).to.deep.equal(['seen-1', 'seen-2'])
    // Two processes' clocks of one machine may differ by a little.
    for (const { at } of seen) expect(at).to.be.within(before - 5, after + 5)
    expect(await getJson(`${path}3`)).to.deep.equal([])
    expect(await getJson(`${simulator.url}/_sim/arrivals`)).to.have.length.above(2)
  })

  it('keep a client id to one open order, and the latest is told of several', async () => {
    await client.limit(symbol, 'BUY', '1', '97.00', { newClientOrderId: 'twice' })
    expect(await codeOf({ ...limit, newClientOrderId: 'twice' })).to.equal(-4116)
    await client.ask('DELETE /fapi/v1/order', { symbol, origClientOrderId: 'twice' })
    const second = await client.limit(symbol, 'BUY', '3', '97.00', { newClientOrderId: 'twice' })
    expect(await client.ask('GET /fapi/v1/order', { symbol, origClientOrderId: 'twice' })).to.include({
      orderId: second['orderId'],
    })
    expect(await codeOf({ ...limit, newClientOrderId: 'x'.repeat(37) })).to.equal(-4015)
  })

  it('are refused by the filters with the code of each', async () => {
    expect(await codeOf({ ...limit, quantity: '0.01' })).to.equal(-1111)
    expect(await codeOf({ ...limit, quantity: '0' })).to.equal(-4003)
    expect(await codeOf({ ...limit, quantity: '100000.1' })).to.equal(-4005)
    expect(await codeOf({ type: 'MARKET', quantity: '10000.1' })).to.equal(-4005)
    expect(await codeOf({ ...limit, price: '97.001' })).to.equal(-4014)
    expect(await codeOf({ ...limit, price: '0' })).to.equal(-4001)
    expect(await codeOf({ ...limit, price: '120.00' })).to.equal(-4016)
    expect(await codeOf({ ...limit, side: 'SELL', price: '80.00' })).to.equal(-4024)
    expect(await codeOf({ ...limit, quantity: '0.05' })).to.equal(-1111)
    expect(await codeOf({ ...limit, price: '4.00', quantity: '1' })).to.equal(-4164)
    expect(await codeOf({ ...limit, type: 'STOP_MARKET' })).to.equal(-4120)
    expect(await codeOf({ ...limit, type: 'ODD' })).to.equal(-1116)
    expect(await codeOf({ ...limit, timeInForce: 'NOW' })).to.equal(-1115)
    expect(await codeOf({ ...limit, side: 'HOLD' })).to.equal(-1117)
    expect(await codeOf({ ...limit, positionSide: 'LONG' })).to.equal(-4061)
    expect(await codeOf({ ...limit, symbol: 'NONEUSDT' })).to.equal(-1121)
    expect(await codeOf({ type: 'LIMIT', quantity: '1', price: '97.00' })).to.equal(-1102)
    expect(await codeOf({ ...limit, quantity: 'many' })).to.equal(-1100)
    expect(await client.truth())
      .to.have.property('openOrders')
      .with.length(0)
  })

  it('that are post-only never take, and fill-or-kill ones never rest', async () => {
    const { askPrice, bidPrice } = await readTop()
    const above = (Number(askPrice) + 0.5).toFixed(2)
    const below = (Number(bidPrice) - 0.5).toFixed(2)
    expect(await codeOf({ ...limit, price: above, timeInForce: 'GTX' })).to.equal(-5022)
    expect(await client.limit(symbol, 'BUY', '1', below, { timeInForce: 'GTX' })).to.include({
      status: 'NEW',
    })
    expect(await codeOf({ ...limit, price: below, timeInForce: 'FOK' })).to.equal(-5021)
    expect(await client.limit(symbol, 'BUY', '1', above, { timeInForce: 'FOK' })).to.include({
      status: 'FILLED',
    })
    expect(await client.limit(symbol, 'BUY', '1', below, { timeInForce: 'IOC' })).to.include({
      status: 'EXPIRED',
      executedQty: '0.0',
    })
  })

  it('that only reduce need a position, are cut to it, and make way when it shrinks', async () => {
    const reduce = { symbol, side: 'SELL', type: 'MARKET', quantity: '5', reduceOnly: true }
    expect(await client.codeOf('POST /fapi/v1/order', reduce)).to.equal(-2022)
    await client.market(symbol, 'BUY', '3')
    expect(await client.codeOf('POST /fapi/v1/order', { ...reduce, side: 'BUY' })).to.equal(-2022)
    await client.limit(symbol, 'SELL', '2', '103.00', { reduceOnly: true, newClientOrderId: 'away' })
    expect(await client.codeOf('POST /fapi/v1/order', reduce)).to.equal(-4118)
    // Below the minimum notional, which reducing is free of.
    await client.limit(symbol, 'SELL', '1', '103.00', { reduceOnly: true, newClientOrderId: 'too' })
    await client.market(symbol, 'SELL', '2')
    const open = (await client.truth()).openOrders.map((each) => each['clientOrderId'])
    expect(open).to.deep.equal(['too'])
    await client.ask('DELETE /fapi/v1/allOpenOrders', { symbol })
    expect(await client.order(reduce)).to.include({ status: 'FILLED', origQty: '1.0' })
  })

  it('need margin for what they add, at the leverage of the symbol', async () => {
    const poor = await AccountClient.open(simulator.url, 'two', 'second')
    const wish = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '97.00' }
    expect(await poor.codeOf('POST /fapi/v1/order', { ...wish, quantity: '5000' })).to.equal(-2019)
    await poor.order({ ...wish, quantity: '1500' })
    expect(await poor.codeOf('POST /fapi/v1/order', { ...wish, quantity: '1500' })).to.equal(-2019)
    // An order the other way needs nothing that the first one does not hold already.
    await poor.order({ ...wish, side: 'SELL', price: '103.00', quantity: '1400' })
    await poor.ask('DELETE /fapi/v1/allOpenOrders', { symbol })
    await poor.ask('POST /fapi/v1/leverage', { symbol, leverage: 25 })
    expect(await poor.codeOf('POST /fapi/v1/order', { ...wish, quantity: '2200' })).to.equal(-2027)
    await poor.ask('POST /fapi/v1/leverage', { symbol, leverage: 5 })
    expect(await poor.codeOf('POST /fapi/v1/order', { ...wish, quantity: '1500' })).to.equal(-2019)
  })

  it('come in batches, in which each is refused apart', async () => {
    const batch = [
      { symbol, side: 'BUY', ...limit },
      { symbol, side: 'BUY', ...limit, quantity: '0' },
    ]
    const rows = await client.ask<Row[]>('POST /fapi/v1/batchOrders', { batchOrders: JSON.stringify(batch) })
    expect(rows[0]).to.include({ status: 'NEW' })
    expect(rows[1]).to.include({ code: -4003 })
    const cancelled = await client.ask<Row[]>('DELETE /fapi/v1/batchOrders', {
      symbol,
      orderIdList: `[${String(rows[0]!['orderId'])},1]`,
    })
    expect(cancelled.map((each) => each['status'] ?? each['code'])).to.deep.equal(['CANCELED', -2011])
  })

  it('are counted per account, and refused over 300 in 10 s', async () => {
    await postJson(`${simulator.url}/_sim/accounts`, { key: 'busy', secret: 'busy' })
    const busy = await AccountClient.open(simulator.url, 'busy', 'busy')
    const headers: string[] = []
    let refused: Row | undefined
    // A window may end between the first and the last: then it takes a second round.
    for (let i = 0; i < 700 && refused === undefined; i++) {
      const { status, headers: got, body } = await busy.send('POST /fapi/v1/order', { symbol: 'none' })
      headers.push(String(got['x-mbx-order-count-10s']))
      const answer = JSON.parse(body) as Row
      if (status === 400 && answer['code'] === -1015) refused = answer
    }
    expect(headers[0]).to.equal('1')
    expect(headers).to.include('300')
    expect(refused?.['msg']).to.contain('current limit is 300 orders per TEN_SECONDS')
    expect(await client.market(symbol, 'BUY', '1')).to.include({ status: 'FILLED' })
    const { users } = await getJson<{
      users: Record<string, { requests: number; limitRefusals: number; byPath: Record<string, number> }>
    }>(`${simulator.url}/_sim/stats`)
    expect(users['busy']).to.deep.include({
      requests: headers.length,
      limitRefusals: 1,
      byPath: { '/fapi/v1/order': headers.length },
    })
    expect(users[client.key]).to.include({ limitRefusals: 0 })
  })

  it('are not taken for a symbol that does not trade', async () => {
    await postJson(`${simulator.url}/_sim/symbols`, { symbol: 'BBBUSDT', status: 'SETTLING' })
    expect(await codeOf({ ...limit, symbol: 'BBBUSDT' })).to.equal(-4140)
    await postJson(`${simulator.url}/_sim/symbols`, { symbol: 'BBBUSDT', status: 'TRADING' })
  })
})

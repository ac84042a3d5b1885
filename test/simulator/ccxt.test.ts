import { Agent } from 'node:http'
import { expect } from 'chai'
import ccxt from 'ccxt'
import { AccountClient } from './account-client.ts'
import { getJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { startWave } from './wave.ts'

type Pro = InstanceType<typeof ccxt.pro.binanceusdm>

describe('simulator under the real ccxt', function () {
  this.timeout(40_000)

  const symbol = 'AAA/USDT:USDT'
  let simulator: Started
  let venue: Pro
  let client: AccountClient

  before(async () => {
    simulator = await startWave()
    client = await AccountClient.open(simulator.url)
    const { url } = simulator
    venue = new ccxt.pro.binanceusdm({
      apiKey: 'demo',
      secret: 'demo',
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: {
        api: {
          fapiPublic: `${url}/fapi/v1`,
          fapiPublicV2: `${url}/fapi/v2`,
          fapiPublicV3: `${url}/fapi/v3`,
          fapiPrivate: `${url}/fapi/v1`,
          fapiPrivateV2: `${url}/fapi/v2`,
          fapiPrivateV3: `${url}/fapi/v3`,
          ws: { future: `${url.replace('http', 'ws')}/ws` },
        },
      },
      options: { fetchCurrencies: false, watchPositions: { fetchPositionsSnapshot: false } },
    })
    await venue.loadMarkets()
  })

  after(async () => {
    await venue.close()
    await simulator.stop()
  })

  it('opens, shows and closes a position', async () => {
    const order = await venue.createOrder(symbol, 'market', 'buy', 2, undefined, { clientOrderId: 'cc-1' })
    expect(order).to.include({ status: 'closed', filled: 2, clientOrderId: 'cc-1', side: 'buy' })
    const truth = await client.truth()
    const [position] = await venue.fetchPositions()
    expect(position).to.include({ symbol, contracts: 2, side: 'long', marginMode: 'cross' })
    expect(position!.entryPrice).to.equal(Number(truth.positions[0]!.entryPrice))
    expect(position!.timestamp).to.equal(truth.positions[0]!.updateTime)
    const [old] = await venue.fetchPositions([symbol], { method: 'positionRisk', useV2: true })
    expect(old).to.include({ contracts: 2, leverage: 20 })
    const [ofAccount] = await venue.fetchPositions(undefined, { method: 'account' })
    expect(ofAccount).to.include({ contracts: 2, side: 'long' })
    const balance = await venue.fetchBalance()
    expect(balance['USDT']?.total).to.be.closeTo(Number(truth.balances['USDT']!.balance), 20)
    const trades = await venue.fetchMyTrades(symbol)
    expect(trades[0]).to.include({ side: 'buy', takerOrMaker: 'taker' })
    const income = await venue.fetchLedger()
    const fees = income.filter((each) => each.info.incomeType === 'COMMISSION')
    expect(fees.every((each) => each.direction === 'out' && each.amount! > 0)).to.equal(true)
    expect(fees).to.have.length(trades.length)
    await venue.createOrder(symbol, 'market', 'sell', 2, undefined, { reduceOnly: true })
    expect(await venue.fetchPositions()).to.deep.equal([])
  })

  it('places, finds and cancels limit and stop orders', async () => {
    const placed = await venue.createOrder(symbol, 'limit', 'buy', 1, 97, { postOnly: true })
    expect(placed).to.include({ status: 'open', timeInForce: 'PO', price: 97 })
    expect(await venue.fetchOpenOrders(symbol)).to.have.length(1)
    expect(await venue.fetchOrder(placed.id!, symbol)).to.include({ id: placed.id, status: 'open' })
    expect(await venue.cancelOrder(placed.id!, symbol)).to.include({ status: 'canceled' })
    const stop = await venue.createOrder(symbol, 'market', 'sell', 1, undefined, {
      triggerPrice: 90,
      clientOrderId: 'cc-stop',
    })
    expect(stop).to.include({ status: 'open', triggerPrice: 90, clientOrderId: 'cc-stop' })
    expect(await venue.fetchOpenOrders(symbol)).to.deep.equal([])
    expect(await venue.fetchOpenOrders(symbol, undefined, undefined, { trigger: true })).to.have.length(1)
    await venue.cancelOrder(stop.id!, symbol, { trigger: true })
    expect(await venue.fetchOpenOrders(symbol, undefined, undefined, { trigger: true })).to.deep.equal([])
    const refused = await venue.createOrder(symbol, 'limit', 'buy', 1, 150).catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error).and.have.property('message').that.contains('-4016')
    const unknown = await venue.cancelOrder('1', symbol).catch((error: Error) => error)
    expect(unknown).to.be.instanceOf(ccxt.OrderNotFound)
  })

  it('sets modes and leverage', async () => {
    expect(await venue.fetchPositionMode(symbol)).to.include({ hedged: false })
    await venue.setPositionMode(true)
    expect(await venue.fetchPositionMode(symbol)).to.include({ hedged: true })
    await venue.setPositionMode(false)
    await venue.setLeverage(9, symbol)
    const tiers = await venue.fetchLeverageTiers([symbol])
    expect(tiers[symbol]).to.have.length.above(3)
  })

  it('is told of positions, balances, orders and trades by the user stream', async () => {
    const raw: { e?: string; T?: number }[] = []
    const handle = venue.handleMessage.bind(venue)
    venue.handleMessage = (of: Parameters<typeof handle>[0], message: unknown) => {
      raw.push(message as { e?: string })
      return handle(of, message)
    }
    // The first connection takes a moment; what happens before is not told.
    const first = venue.watchPositions()
    await until(async () => {
      const { streams } = await getJson<{ streams: { category: string }[] }>(`${simulator.url}/_sim/stats`)
      return streams.some((each) => each.category === 'private') ? true : undefined
    })
    const orders = venue.watchOrders()
    const balance = venue.watchBalance()
    const trades = venue.watchMyTrades()
    await venue.createOrder(symbol, 'market', 'sell', 3)
    const [position] = await first
    expect(position).to.include({ symbol, contracts: 3, side: 'short' })
    expect((await orders).at(-1)).to.include({ symbol, side: 'sell' })
    expect((await trades).at(-1)).to.include({ symbol, amount: 3 })
    const truth = await client.truth()
    expect((await balance)['USDT']?.total).to.equal(Number(truth.balances['USDT']!.balance))
    const update = raw.find((each) => each.e === 'ACCOUNT_UPDATE')
    expect(update?.T).to.equal(truth.positions[0]!.updateTime)
    await venue.createOrder(symbol, 'market', 'buy', 3, undefined, { reduceOnly: true })
  })

  it('watches candles and best prices', async () => {
    const [candles, book] = await Promise.all([venue.watchOHLCV(symbol, '1m'), venue.watchBidsAsks([symbol])])
    expect(candles.at(-1)).to.have.length(6)
    expect(book[symbol]!.ask).to.be.above(book[symbol]!.bid!)
  })
})

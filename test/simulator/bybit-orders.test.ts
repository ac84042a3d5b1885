import { Agent } from 'node:http'
import ccxt from 'ccxt'
import { expect } from 'chai'
import type { AccountClient } from './account-client.ts'
import { openAccount } from './open-account.ts'
import { postJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { openBybit, type Body, type Told, type VenueClient } from './venue-client.ts'
import { startWave } from './wave.ts'

const category = 'linear'
const symbol = 'AAAUSDT'
const list = (told: Told): Told[] => (told['result'] as { list: Told[] }).list
const cursorOf = (told: Told) => (told['result'] as { nextPageCursor: string }).nextPageCursor
const codesOf = (told: Told) =>
  (told['retExtInfo'] as { list: { code: number }[] }).list.map(({ code }) => code)

describe('simulated orders and settings of Bybit', function () {
  this.timeout(20_000)

  let simulator: Started
  let client: VenueClient
  let truth: AccountClient

  before(async () => {
    simulator = await startWave('--rate', '20')
  })

  after(() => simulator.stop())

  beforeEach(async () => {
    await postJson(`${simulator.url}/_sim/reset`, {})
    ;({ client, truth } = await openAccount(simulator.url, openBybit))
  })

  // A limit of ten in a second is not what these are about.
  async function post(path: string, body: Body): Promise<Told> {
    return until(async () => {
      const told = await client.ask(`POST /v5/${path}`, { category, ...body })
      return told['retCode'] === 10006 ? undefined : told
    })
  }
  const codeOf = async (told: Promise<Told>) => (await told)['retCode']
  const resting = (orderLinkId: string, more: Body = {}) => ({
    symbol,
    side: 'Buy',
    orderType: 'Limit',
    price: '97',
    qty: '0.1',
    orderLinkId,
    ...more,
  })
  const buy = (more: Body = {}) =>
    post('order/create', { symbol, side: 'Buy', orderType: 'Market', qty: '1', ...more })
  const read = (path: string, query: Body = {}) => client.ask(`GET /v5/${path}`, { category, ...query })
  const stops = async () =>
    list(await read('order/realtime', { symbol, orderFilter: 'StopOrder' })).map(
      ({ stopOrderType, triggerPrice, triggerDirection, qty }) => [
        stopOrderType,
        triggerPrice,
        triggerDirection,
        qty,
      ],
    )

  it('take a batch, each order with a code of its own', async () => {
    const told = await post('order/create-batch', {
      request: [resting('a'), resting('b', { positionIdx: 1 }), resting('c'), resting('a')],
    })
    expect(told).to.include({ retCode: 0 })
    expect(codesOf(told)).to.deep.equal([0, 10001, 0, 110072])
    expect(
      list(told).map((each) => [each['orderLinkId'], each['orderId'] !== '', each['symbol']]),
    ).to.deep.equal([
      ['a', true, symbol],
      ['b', false, symbol],
      ['c', true, symbol],
      ['a', false, symbol],
    ])
    const cancelled = await post('order/cancel-batch', {
      request: [
        { symbol, orderLinkId: 'a' },
        { symbol, orderLinkId: 'b' },
        { symbol, orderId: list(told)[2]!['orderId'] },
      ],
    })
    expect(codesOf(cancelled)).to.deep.equal([0, 110001, 0])
    expect((await truth.truth()).openOrders).to.deep.equal([])
    expect(await codeOf(post('order/create-batch', { request: [] }))).to.equal(10001)
    const many = Array.from({ length: 21 }, (_, i) => resting(`m${i}`))
    expect(await codeOf(post('order/create-batch', { request: many }))).to.equal(10001)
  })

  it('take of a batch what the limit has room for', async () => {
    const request = Array.from({ length: 14 }, (_, i) => resting(`n${i}`))
    const { headers, body } = await client.send('POST /v5/order/create-batch', { category, request })
    const told = JSON.parse(body) as Told
    expect(codesOf(told)).to.deep.equal([...Array<number>(10).fill(0), ...Array<number>(4).fill(10006)])
    expect(headers).to.include({ 'x-bapi-limit': '10', 'x-bapi-limit-status': '0' })
    expect((await truth.truth()).openOrders).to.have.length(10)
  })

  it('close a whole position by one stop loss and one take profit, replaced, told and taken away', async () => {
    expect(
      await codeOf(post('position/trading-stop', { symbol, tpslMode: 'Full', stopLoss: '90' })),
    ).to.equal(10001)
    expect(await codeOf(buy())).to.equal(0)
    const set = (more: Body) =>
      codeOf(post('position/trading-stop', { symbol, tpslMode: 'Full', positionIdx: 0, ...more }))
    expect(await set({ stopLoss: '90', takeProfit: '110', slTriggerBy: 'MarkPrice' })).to.equal(0)
    expect(await stops()).to.deep.equal([
      ['TakeProfit', '110', 1, '0'],
      ['StopLoss', '90', 2, '0'],
    ])
    const [position] = list(await read('position/list', { symbol }))
    expect(position).to.include({ stopLoss: '90', takeProfit: '110', tpslMode: 'Full' })
    expect(await set({ stopLoss: '90', slTriggerBy: 'MarkPrice' })).to.equal(34040)
    expect(await set({ stopLoss: '91', slTriggerBy: 'MarkPrice' })).to.equal(0)
    expect(await stops()).to.have.deep.members([
      ['StopLoss', '91', 2, '0'],
      ['TakeProfit', '110', 1, '0'],
    ])
    expect(await set({ stopLoss: '150' }), 'on the wrong side').to.equal(10001)
    expect(await set({ takeProfit: '0' })).to.equal(0)
    expect(await stops()).to.deep.equal([['StopLoss', '91', 2, '0']])
    // With the position they end.
    expect(await codeOf(buy({ side: 'Sell' }))).to.equal(0)
    expect(await stops()).to.deep.equal([])
  })

  it('close parts of a position, and the whole one when its stop is reached', async () => {
    await buy()
    const set = (more: Body) => codeOf(post('position/trading-stop', { symbol, positionIdx: 0, ...more }))
    expect(await set({ tpslMode: 'Partial', stopLoss: '90', slSize: '0.4' })).to.equal(0)
    expect(await set({ tpslMode: 'Partial', stopLoss: '89', slSize: '0.6' })).to.equal(0)
    expect(await stops()).to.have.deep.members([
      ['PartialStopLoss', '89', 2, '0.6'],
      ['PartialStopLoss', '90', 2, '0.4'],
    ])
    // The price goes round between 98 and 102.
    await until(async () =>
      (await set({ tpslMode: 'Full', stopLoss: '99', slTriggerBy: 'MarkPrice' })) === 0 ? true : undefined,
    )
    await until(async () => ((await truth.truth()).positions[0]!.size === '0' ? true : undefined))
    expect(await stops()).to.deep.equal([])
  })

  it('take ten conditional orders in a symbol, of either direction', async () => {
    const codes: unknown[] = []
    for (let i = 0; i < 11; i++) {
      const rises = i % 2 === 0
      const triggerPrice = rises ? '120' : '80'
      const direction = { triggerPrice, triggerDirection: rises ? 1 : 2, orderLinkId: `s${i}` }
      codes.push(await codeOf(buy({ ...direction, qty: '0.1' })))
    }
    expect(codes).to.deep.equal([...Array<number>(10).fill(0), 110009])
    expect(await codeOf(buy({ symbol: 'BBBUSDT', triggerPrice: '120', triggerDirection: 1 }))).to.equal(0)
    expect(
      new Set((await stops()).map(([, price, direction]) => `${String(price)} ${String(direction)}`)),
    ).to.deep.equal(new Set(['120 1', '80 2']))
  })

  it('switch to both sides and back, unless something is open', async () => {
    const mode = (to: number) => codeOf(post('position/switch-mode', { coin: 'USDT', mode: to }))
    expect(await mode(0)).to.equal(110025)
    await post('order/create', resting('open'))
    expect(await mode(3)).to.equal(110028)
    await post('order/cancel-all', { symbol })
    expect(await mode(3)).to.equal(0)
    expect(await codeOf(buy())).to.equal(10001)
    expect(await codeOf(buy({ positionIdx: 1 }))).to.equal(0)
    expect(await codeOf(buy({ positionIdx: 2, side: 'Sell' }))).to.equal(0)
    const sides = list(await read('position/list', { symbol })).map(({ positionIdx, side, size }) => [
      positionIdx,
      side,
      size,
    ])
    expect(sides).to.deep.equal([
      [1, 'Buy', '1'],
      [2, 'Sell', '1'],
    ])
    expect(
      await codeOf(
        post('position/trading-stop', { symbol, tpslMode: 'Full', positionIdx: 2, stopLoss: '110' }),
      ),
    ).to.equal(0)
    expect(await mode(0)).to.equal(110024)
  })

  it('set the leverage, once', async () => {
    const set = (buyLeverage: string, sellLeverage = buyLeverage) =>
      codeOf(post('position/set-leverage', { symbol, buyLeverage, sellLeverage }))
    expect(await set('7')).to.equal(0)
    expect(await set('7')).to.equal(110043)
    expect(await set('7', '8')).to.equal(10001)
    expect(await set('5000')).to.equal(110013)
    expect(list(await read('position/list', { symbol }))[0]).to.include({ leverage: '7' })
  })

  it('page what belongs to an account by its cursors, though rows leave the list meanwhile', async () => {
    const ids = Array.from({ length: 7 }, (_, i) => `p${i}`)
    for (const id of ids) await post('order/create', resting(id))
    const page = (cursor: string) =>
      read('order/realtime', { symbol, limit: 3, ...(cursor === '' ? {} : { cursor }) })
    const seen: unknown[] = []
    let told = await page('')
    while (list(told).length > 0) {
      seen.push(...list(told).map((each) => each['orderLinkId']))
      await post('order/cancel', { symbol, orderLinkId: list(told).at(-1)!['orderLinkId'] })
      told = await page(cursorOf(told))
    }
    expect(seen).to.deep.equal(ids.toReversed())
    expect(cursorOf(told)).to.equal('')
    for (let i = 0; i < 3; i++) await buy({ side: i % 2 === 0 ? 'Buy' : 'Sell' })
    for (const path of ['order/history', 'execution/list', 'account/transaction-log']) {
      const whole = list(await read(path, { limit: 50 }))
      const parts: Told[] = []
      let cursor = ''
      for (let i = 0; i < 20; i++) {
        const part = await until(async () => {
          // Its percent signs are sent as they are by some, ccxt too, and are encoded again by others.
          const sent = i % 2 === 0 ? cursor : decodeURIComponent(cursor)
          const answer = await read(path, { limit: 2, ...(cursor === '' ? {} : { cursor: sent }) })
          return answer['retCode'] === 0 ? answer : undefined
        })
        parts.push(...list(part))
        cursor = cursorOf(part)
        if (cursor === '') break
      }
      expect(whole.length, path).to.be.above(2)
      expect(parts, path).to.deep.equal(whole)
    }
    expect(await codeOf(read('execution/list', { cursor: 'nonsense' }))).to.equal(10001)
    expect(await codeOf(read('execution/list', { limit: 101 }))).to.equal(10001)
    expect(await codeOf(read('order/realtime'))).to.equal(10001)
  })

  it('are driven by the real ccxt', async () => {
    const venue = new ccxt.bybit({
      apiKey: client.key,
      secret: 's',
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: { api: { public: simulator.url, private: simulator.url } },
      options: { fetchMarkets: { types: ['linear'] }, recvWindow: 5000 },
      has: { fetchCurrencies: false },
    })
    // The simulated clock is not the machine's.
    venue.nonce = () => client.now()
    await venue.loadMarkets()
    const name = 'AAA/USDT:USDT'
    await venue.setLeverage(9, name)
    await venue.setPositionMode(true, name)
    const orders = await venue.createOrders([
      { symbol: name, type: 'limit', side: 'buy', amount: 0.2, price: 97, params: { positionIdx: 1 } },
      { symbol: name, type: 'limit', side: 'sell', amount: 0.2, price: 103, params: { positionIdx: 2 } },
    ])
    expect(orders).to.have.length(2)
    const open = await venue.fetchOpenOrders(name)
    expect(new Map(open.map(({ side, price }) => [side, price]))).to.deep.equal(
      new Map([
        ['buy', 97],
        ['sell', 103],
      ]),
    )
    await venue.cancelOrders(
      open.map(({ id }) => String(id)),
      name,
    )
    expect(await venue.fetchOpenOrders(name)).to.deep.equal([])
    await venue.setPositionMode(false, name)
  })
})

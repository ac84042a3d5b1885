import { Agent } from 'node:http'
import ccxt from 'ccxt'
import { expect } from 'chai'
import type { AccountClient } from './account-client.ts'
import { openAccount } from './open-account.ts'
import { postJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { openOkx, type Body, type Told, type VenueClient } from './venue-client.ts'
import { startWave } from './wave.ts'

const instId = 'AAA-USDT-SWAP'
const rows = (told: Told): Told[] => told['data'] as Told[]

describe('simulated orders and settings of OKX', function () {
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
    ;({ client, truth } = await openAccount(simulator.url, openOkx))
  })

  /** The answer once it is none for asking too often. */
  const ask = (place: string, body: Body | Body[] = {}): Promise<Told> =>
    until(async () => {
      const told = await client.ask(place, body)
      return told['code'] === '50011' ? undefined : told
    })
  const post = (path: string, body: Body | Body[]) => ask(`POST /api/v5/${path}`, body)
  const read = (path: string, query: Body = {}) => ask(`GET /api/v5/${path}`, query)
  const codeOf = async (told: Promise<Told>) => {
    const { code, data } = await told
    return (data as Told[])[0]?.['sCode'] ?? code
  }
  // A contract is ten of the base asset here.
  const limit = (clOrdId: string, more: Body = {}) => ({
    instId,
    tdMode: 'cross',
    side: 'buy',
    ordType: 'limit',
    px: '97',
    sz: '0.01',
    clOrdId,
    ...more,
  })
  const buy = (more: Body = {}) =>
    post('trade/order', { instId, tdMode: 'cross', side: 'buy', ordType: 'market', sz: '0.1', ...more })
  const algo = (more: Body) =>
    post('trade/order-algo', { instId, tdMode: 'cross', side: 'sell', sz: '0.1', reduceOnly: true, ...more })

  it('set the position mode, unless something is open, and take orders of its sides alone', async () => {
    const mode = (posMode: string) => codeOf(post('account/set-position-mode', { posMode }))
    expect(await mode('both')).to.equal('51000')
    await post('trade/order', limit('open'))
    expect(await mode('long_short_mode')).to.equal('59000')
    await post('trade/cancel-order', { instId, clOrdId: 'open' })
    expect(await mode('long_short_mode')).to.equal('0')
    expect(rows(await read('account/config'))[0]).to.include({ posMode: 'long_short_mode' })
    expect(await codeOf(buy({ posSide: 'net' }))).to.equal('51000')
    expect(await codeOf(buy({ posSide: 'long' }))).to.equal('0')
    expect(await codeOf(buy({ posSide: 'short', side: 'sell' }))).to.equal('0')
    const held = rows(await read('account/positions')).map(({ posSide, pos }) => [posSide, pos])
    expect(held).to.deep.equal([
      ['long', '0.1'],
      ['short', '0.1'],
    ])
    expect(await mode('net_mode')).to.equal('59000')
  })

  it('set and tell the leverage', async () => {
    const set = (lever: unknown, mgnMode = 'cross') =>
      post('account/set-leverage', { instId, lever, mgnMode })
    expect(rows(await set('7'))).to.deep.equal([{ instId, lever: '7', mgnMode: 'cross', posSide: '' }])
    expect(await codeOf(set('5000'))).to.equal('59102')
    expect(await codeOf(set('0'))).to.equal('51000')
    const [told] = rows(await read('account/leverage-info', { instId, mgnMode: 'cross' }))
    expect(told).to.include({ instId, lever: '7', posSide: 'net' })
    await buy()
    expect(rows(await read('account/positions', { instId: `${instId},BBB-USDT-SWAP` }))[0]).to.include({
      lever: '7',
    })
  })

  it('let a key that may only read change nothing', async () => {
    await postJson(`${simulator.url}/_sim/accounts`, { key: client.key, secret: 's', canTrade: false })
    const { status, body } = await client.send('POST /api/v5/trade/order', limit('never'))
    expect([status, (JSON.parse(body) as Told)['code']]).to.deep.equal([401, '50120'])
    expect(rows(await read('account/config'))[0]).to.include({ perm: 'read_only' })
  })

  it('take what they can of a batch, each with a code of its own', async () => {
    const told = await post('trade/batch-orders', [limit('a'), limit('b', { sz: '0' }), limit('c')])
    expect(told).to.include({ code: '2' })
    expect(rows(told).map(({ sCode, clOrdId }) => [sCode, clOrdId])).to.deep.equal([
      ['0', 'a'],
      ['51020', 'b'],
      ['0', 'c'],
    ])
    const ended = await post(
      'trade/cancel-batch-orders',
      ['a', 'b', 'c'].map((clOrdId) => ({ instId, clOrdId })),
    )
    expect(rows(ended).map(({ sCode }) => sCode)).to.deep.equal(['0', '51400', '0'])
    expect(await codeOf(post('trade/batch-orders', limit('a')))).to.equal('50002')
    expect(await codeOf(post('trade/order', [limit('a')]))).to.equal('50002')
  })

  it('refuse an order beside the others and a request as a whole, as faults say', async () => {
    const reject = (code: number) =>
      postJson(`${simulator.url}/_sim/faults`, {
        kind: 'reject',
        code,
        msg: 'No.',
        path: 'trade/order',
        count: 1,
      })
    await reject(51008)
    const order = await post('trade/order', limit('a'))
    expect(order).to.include({ code: '1', msg: 'All operations failed' })
    expect(rows(order)[0]).to.include({ sCode: '51008', sMsg: 'No.', clOrdId: 'a', ordId: '' })
    await reject(50026)
    expect(await post('trade/order', limit('a'))).to.deep.include({ code: '50026', msg: 'No.', data: [] })
    expect(await codeOf(post('trade/order', limit('a')))).to.equal('0')
  })

  it('wait for prices as stop losses, take profits and triggers, each in its own fields', async () => {
    await buy()
    expect(
      await codeOf(algo({ ordType: 'conditional', slTriggerPx: '90', slOrdPx: '-1', algoClOrdId: 'sl' })),
    ).to.equal('0')
    expect(
      await codeOf(algo({ ordType: 'conditional', tpTriggerPx: '110', tpOrdPx: '109', algoClOrdId: 'tp' })),
    ).to.equal('0')
    expect(
      await codeOf(algo({ ordType: 'trigger', triggerPx: '120', orderPx: '-1', algoClOrdId: 'up' })),
    ).to.equal('0')
    expect(await codeOf(algo({ ordType: 'conditional', slTriggerPx: '110', slOrdPx: '-1' }))).to.equal(
      '51280',
    )
    expect(await codeOf(algo({ ordType: 'conditional', tpTriggerPx: '90', tpOrdPx: '-1' }))).to.equal('51279')
    expect(await codeOf(algo({ ordType: 'twap' }))).to.equal('51000')
    const pending = async (ordType: string) => rows(await read('trade/orders-algo-pending', { ordType }))
    expect((await pending('trigger')).map(({ algoClOrdId }) => algoClOrdId)).to.deep.equal(['up'])
    const [tp, sl] = await pending('conditional')
    expect(sl).to.include({
      algoClOrdId: 'sl',
      slTriggerPx: '90',
      slOrdPx: '-1',
      tpTriggerPx: '',
      triggerPx: '',
    })
    expect(tp).to.include({ algoClOrdId: 'tp', tpTriggerPx: '110', tpOrdPx: '109', slTriggerPx: '' })
    // The price goes round between 98 and 102.
    await until(async () => {
      const code = await codeOf(
        algo({
          ordType: 'trigger',
          triggerPx: '101',
          triggerPxType: 'mark',
          orderPx: '-1',
          algoClOrdId: 'hit',
        }),
      )
      return code === '0' ? true : undefined
    })
    await until(async () => ((await truth.truth()).positions[0]!.size === '0' ? true : undefined))
    expect(rows(await read('trade/order-algo', { algoClOrdId: 'hit' }))[0]).to.include({ state: 'effective' })
  })

  it('page what belongs to an account by after and before, though rows leave the list meanwhile', async () => {
    const ids = Array.from({ length: 7 }, (_, i) => `p${i}`)
    for (const id of ids) await post('trade/order', limit(id))
    const page = (after: unknown) =>
      read('trade/orders-pending', { instId, limit: 3, ...(after === undefined ? {} : { after }) })
    const seen: unknown[] = []
    let told = rows(await page(undefined))
    while (told.length > 0) {
      seen.push(...told.map(({ clOrdId }) => clOrdId))
      const { ordId } = told.at(-1)!
      await post('trade/cancel-order', { instId, ordId })
      told = rows(await page(ordId))
    }
    expect(seen).to.deep.equal(ids.toReversed())
    for (let i = 0; i < 4; i++) await buy({ side: i % 2 === 0 ? 'buy' : 'sell' })
    const lists: [path: string, id: string, time: string, query: Body][] = [
      ['trade/orders-history', 'ordId', 'cTime', { instType: 'SWAP' }],
      ['trade/fills', 'billId', 'ts', {}],
      ['trade/fills-history', 'billId', 'ts', { instType: 'SWAP' }],
      ['account/bills', 'billId', 'ts', {}],
    ]
    for (const [path, id, time, query] of lists) {
      const whole = rows(await read(path, query))
      expect(whole.length, path).to.be.within(4, 100)
      const parts: Told[] = []
      for (let from = {}, i = 0; i < 20; i++) {
        const part = rows(await read(path, { ...query, ...from, limit: 2 }))
        if (part.length === 0) break
        parts.push(...part)
        from = { after: part.at(-1)![id] }
      }
      expect(parts, path).to.deep.equal(whole)
      expect(rows(await read(path, { ...query, before: whole[2]![id] })), path).to.deep.equal(
        whole.slice(0, 2),
      )
      const begin = Number(whole[1]![time])
      const since = rows(await read(path, { ...query, begin }))
      expect(since, path).to.deep.equal(whole.filter((row) => Number(row[time]) >= begin))
    }
    expect(await codeOf(read('trade/fills', { after: 'nonsense' }))).to.equal('51000')
    expect(await codeOf(read('trade/orders-history'))).to.equal('50014')
    const fees = rows(await read('account/bills', { type: '8' }))
    expect(fees).to.deep.equal([])
  })

  it('give at most a hundred rows', async () => {
    for (let i = 0; i < 6; i++)
      await post(
        'trade/batch-orders',
        Array.from({ length: 20 }, (_, n) => limit(`r${i}x${n}`)),
      )
    const first = rows(await read('trade/orders-pending', { limit: 500 }))
    expect(first).to.have.length(100)
    const rest = rows(await read('trade/orders-pending', { after: first.at(-1)!['ordId'] }))
    expect(rest).to.have.length(20)
    expect(new Set([...first, ...rest].map(({ ordId }) => ordId)).size).to.equal(120)
  })

  it('are driven by the real ccxt', async () => {
    const venue = new ccxt.okx({
      apiKey: client.key,
      secret: 's',
      password: 'p',
      enableRateLimit: false,
      httpAgent: new Agent(),
      urls: { api: { rest: simulator.url } },
      options: { defaultType: 'swap', fetchMarkets: { types: ['swap'] } },
      has: { fetchCurrencies: false },
    })
    // The simulated clock is not the machine's.
    venue.nonce = () => client.now()
    await venue.loadMarkets()
    const symbol = 'AAA/USDT:USDT'
    await venue.setLeverage(9, symbol, { mgnMode: 'cross' })
    await venue.setPositionMode(true)
    expect(await venue.fetchPositionMode(symbol)).to.include({ hedged: true })
    await venue.setPositionMode(false)
    await venue.createOrder(symbol, 'market', 'buy', 0.1)
    await venue.createOrder(symbol, 'market', 'sell', 0.1, undefined, { triggerPrice: 90, reduceOnly: true })
    const [trigger] = await venue.fetchOpenOrders(symbol, undefined, undefined, { trigger: true })
    expect(trigger).to.include({ triggerPrice: 90, side: 'sell', amount: 0.1 })
    await venue.cancelOrder(String(trigger!.id), symbol, { trigger: true })
    const trades = await venue.fetchMyTrades(symbol)
    expect(trades[0]).to.include({ side: 'buy', takerOrMaker: 'taker', symbol })
    expect((await venue.fetchLedger('USDT')).length).to.be.above(0)
    expect((await venue.fetchLeverage(symbol, { marginMode: 'cross' })).longLeverage).to.equal(9)
  })
})

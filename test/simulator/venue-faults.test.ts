import { expect } from 'chai'
import { AccountClient } from './account-client.ts'
import type { Event, Stream } from './open-stream.ts'
import { postJson, until } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import { openBybit, openOkx, type Open, type Told, type VenueClient } from './venue-client.ts'
import { writeWave } from './wave.ts'

/** What is asked of a venue, in its own words. Sizes are in lots of 0.1; on OKX a contract is a hundred of them. */
interface Words {
  readonly open: Open
  /** parts of the places that rules name */
  readonly paths: { readonly order: string; readonly positions: string; readonly orders: string }
  readonly limit: (client: VenueClient, id: string) => Promise<Told>
  readonly market: (client: VenueClient, symbol?: string) => Promise<Told>
  readonly stop: (client: VenueClient, id: string, price: string) => Promise<Told>
  readonly cancel: (client: VenueClient, id: string) => Promise<Told>
  readonly cancelStop: (client: VenueClient, id: string) => Promise<Told>
  readonly find: (client: VenueClient, id: string) => Promise<Told>
  readonly findStop: (client: VenueClient, id: string) => Promise<Told>
  /** the symbols that positions are told of, and the assets of the balance */
  readonly symbols: (client: VenueClient) => Promise<readonly unknown[]>
  readonly assets: (client: VenueClient) => Promise<readonly unknown[]>
  readonly openIds: (client: VenueClient) => Promise<readonly unknown[]>
  readonly codeOf: (told: Told) => unknown
  readonly codes: {
    readonly taken: unknown
    readonly unknown: unknown
    readonly noOrder: unknown
    readonly noCancel: unknown
  }
  readonly failures: readonly (readonly [status: number, code: unknown])[]
  readonly names: readonly [a: string, b: string]
  readonly stream: (client: VenueClient) => Promise<Stream>
  readonly places: { readonly order: string; readonly position: string }
  readonly isOrder: (event: Event, id: string) => boolean
  readonly stopStates: Readonly<Record<'REJECTED' | 'EXPIRED' | 'STUCK', string>>
}

// None where the venue refuses, for instance because it was asked too often.
const rows = (told: Told): Told[] => (told['data'] as Told[] | undefined) ?? []
const list = (told: Told): Told[] => (told['result'] as { list?: Told[] }).list ?? []
const linear = { category: 'linear' }

const okx: Words = {
  open: openOkx,
  paths: { order: 'POST /api/v5/trade/order', positions: 'account/positions', orders: 'orders-pending' },
  limit: (client, clOrdId) =>
    client.ask('POST /api/v5/trade/order', {
      instId: 'AAA-USDT-SWAP',
      tdMode: 'cross',
      side: 'buy',
      posSide: 'net',
      ordType: 'limit',
      px: '97',
      sz: '0.1',
      clOrdId,
    }),
  market: (client, instId = 'AAA-USDT-SWAP') =>
    client.ask('POST /api/v5/trade/order', {
      instId,
      tdMode: 'cross',
      side: 'buy',
      ordType: 'market',
      sz: '0.1',
    }),
  stop: (client, algoClOrdId, slTriggerPx) =>
    client.ask('POST /api/v5/trade/order-algo', {
      instId: 'AAA-USDT-SWAP',
      tdMode: 'cross',
      side: 'sell',
      posSide: 'net',
      ordType: 'conditional',
      sz: '0.1',
      slTriggerPx,
      slOrdPx: '-1',
      slTriggerPxType: 'mark',
      reduceOnly: true,
      algoClOrdId,
    }),
  cancel: (client, clOrdId) =>
    client.ask('POST /api/v5/trade/cancel-order', { instId: 'AAA-USDT-SWAP', clOrdId }),
  cancelStop: (client, algoClOrdId) =>
    client.ask('POST /api/v5/trade/cancel-algos', [{ instId: 'AAA-USDT-SWAP', algoClOrdId }]),
  find: (client, clOrdId) => client.ask('GET /api/v5/trade/order', { instId: 'AAA-USDT-SWAP', clOrdId }),
  findStop: (client, algoClOrdId) => client.ask('GET /api/v5/trade/order-algo', { algoClOrdId }),
  symbols: async (client) =>
    rows(await client.ask('GET /api/v5/account/positions', { instType: 'SWAP' })).map(
      (each) => each['instId'],
    ),
  assets: async (client) =>
    rows(await client.ask('GET /api/v5/account/balance')).flatMap((each) =>
      (each['details'] as Told[]).map((detail) => detail['ccy']),
    ),
  openIds: async (client) =>
    rows(await client.ask('GET /api/v5/trade/orders-pending', { instType: 'SWAP' })).map(
      (each) => each['clOrdId'],
    ),
  codeOf(told) {
    const [row] = rows(told)
    return row === undefined || row['sCode'] === undefined ? told['code'] : row['sCode']
  },
  codes: { taken: '0', unknown: '50004', noOrder: '51603', noCancel: '51400' },
  failures: [
    [503, '50001'],
    [500, '50026'],
  ],
  names: ['AAA-USDT-SWAP', 'BBB-USDT-SWAP'],
  async stream(client) {
    const stream = await client.openStream('/ws/v5/private')
    const channels = ['orders', 'positions']
    stream.send({ op: 'subscribe', args: channels.map((channel) => ({ channel, instType: 'SWAP' })) })
    for (const channel of channels)
      await stream.wait(
        ({ event, arg }) => event === 'subscribe' && (arg as { channel: string }).channel === channel,
      )
    return stream
  },
  places: { order: 'stream/private/orders', position: 'stream/private/positions' },
  isOrder: ({ arg, data }, id) =>
    (arg as { channel?: string } | undefined)?.channel === 'orders' &&
    ((data as Told[] | undefined) ?? []).some((each) => each['clOrdId'] === id),
  stopStates: { REJECTED: 'order_failed', EXPIRED: 'canceled', STUCK: 'partially_effective' },
}

const bybit: Words = {
  open: openBybit,
  paths: { order: 'POST /v5/order/create', positions: 'position/list', orders: 'order/realtime' },
  limit: (client, orderLinkId) =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: 'AAAUSDT',
      side: 'Buy',
      orderType: 'Limit',
      price: '97',
      qty: '1',
      orderLinkId,
    }),
  market: (client, name = 'AAAUSDT') =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: name,
      side: 'Buy',
      orderType: 'Market',
      qty: '1',
    }),
  stop: (client, orderLinkId, triggerPrice) =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: 'AAAUSDT',
      side: 'Sell',
      orderType: 'Market',
      qty: '1',
      triggerPrice,
      triggerDirection: 2,
      triggerBy: 'MarkPrice',
      reduceOnly: true,
      orderLinkId,
    }),
  cancel: (client, orderLinkId) =>
    client.ask('POST /v5/order/cancel', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  cancelStop: (client, orderLinkId) =>
    client.ask('POST /v5/order/cancel', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  find: (client, orderLinkId) =>
    client.ask('GET /v5/order/realtime', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  findStop: (client, orderLinkId) =>
    client.ask('GET /v5/order/realtime', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  symbols: async (client) =>
    list(await client.ask('GET /v5/position/list', { ...linear, settleCoin: 'USDT' })).map(
      (each) => each['symbol'],
    ),
  assets: async (client) =>
    list(await client.ask('GET /v5/account/wallet-balance', { accountType: 'UNIFIED' })).flatMap((each) =>
      (each['coin'] as Told[]).map((coin) => coin['coin']),
    ),
  openIds: async (client) =>
    list(await client.ask('GET /v5/order/realtime', { ...linear, settleCoin: 'USDT' })).map(
      (each) => each['orderLinkId'],
    ),
  // An order that is not found is an empty list.
  codeOf: (told) => ((told['result'] as { list?: unknown[] }).list?.length === 0 ? 'none' : told['retCode']),
  codes: { taken: 0, unknown: 10016, noOrder: 'none', noCancel: 110001 },
  failures: [
    [503, 10016],
    [500, 10016],
  ],
  names: ['AAAUSDT', 'BBBUSDT'],
  async stream(client) {
    const stream = await client.openStream('/v5/private')
    stream.send({ op: 'subscribe', req_id: 's', args: ['order', 'position'] })
    await stream.wait((event) => event['req_id'] === 's')
    return stream
  },
  places: { order: 'stream/private/order', position: 'stream/private/position' },
  isOrder: ({ topic, data }, id) =>
    topic === 'order' && (data as Told[]).some((each) => each['orderLinkId'] === id),
  stopStates: { REJECTED: 'Rejected', EXPIRED: 'Deactivated', STUCK: 'Triggered' },
}

for (const [name, words] of Object.entries({ okx, bybit })) {
  describe(`simulator account faults in the words of ${name}`, function () {
    this.timeout(20_000)

    let simulator: Started
    let client: VenueClient
    let truth: AccountClient

    before(async () => {
      const file = writeWave()
      // A simulated second lasts 100 ms, and a limit of requests in one comes back soon.
      simulator = await startSimulator('--symbols', '2', '--replay', file.path, '--rate', '10')
      file.remove()
    })

    after(() => simulator.stop())

    let opened = 0
    beforeEach(async () => {
      opened += 1
      await postJson(`${simulator.url}/_sim/accounts`, { key: `user${opened}`, secret: 's' })
      client = await words.open(simulator.url, `user${opened}`, 's')
      truth = await AccountClient.open(simulator.url, `user${opened}`, 's')
    })

    afterEach(() => set([]))

    async function set(rules: unknown): Promise<void> {
      const { status, body } = await postJson(`${simulator.url}/_sim/faults`, rules)
      expect(status, body).to.equal(200)
    }

    const taken = async (told: Promise<Told>) =>
      expect(words.codeOf(await told), JSON.stringify(await told)).to.equal(words.codes.taken)
    const ordersPlaced = async () => (await truth.truth()).orders.length

    it('do not find an order or a stop for a while after it was placed, though it stands', async () => {
      await taken(words.market(client))
      await set({ kind: 'notFoundFor', ms: 10_000 })
      await taken(words.limit(client, 'new'))
      await taken(words.stop(client, 'guard', '90'))
      expect(words.codeOf(await words.find(client, 'new'))).to.equal(words.codes.noOrder)
      expect(words.codeOf(await words.findStop(client, 'guard'))).to.equal(words.codes.noOrder)
      expect(words.codeOf(await words.cancel(client, 'new'))).to.equal(words.codes.noCancel)
      expect(words.codeOf(await words.cancelStop(client, 'guard'))).to.equal(words.codes.noCancel)
      const { openOrders, openAlgoOrders } = await truth.truth()
      expect([openOrders.length, openAlgoOrders.length]).to.deep.equal([1, 1])
      await until(async () =>
        words.codeOf(await words.find(client, 'new')) === words.codes.taken ? true : undefined,
      )
      await taken(words.cancel(client, 'new'))
    })

    it('let lists lag behind', async () => {
      await set({ kind: 'lag', ms: 10_000, path: words.paths.orders })
      await taken(words.limit(client, 'late'))
      expect(await words.openIds(client)).to.deep.equal([])
      await until(async () => ((await words.openIds(client)).join() === 'late' ? true : undefined))
    })

    it('freeze an answer at the state of when they began, and let others go on', async () => {
      await taken(words.market(client))
      await set({ kind: 'freeze', ms: 20_000, path: words.paths.positions })
      await taken(words.market(client, words.names[1]))
      await taken(words.limit(client, 'seen'))
      expect(await words.symbols(client)).to.deep.equal([words.names[0]])
      expect(await words.openIds(client)).to.deep.equal(['seen'])
      await until(async () => ((await words.symbols(client)).length === 2 ? true : undefined))
    })

    it('leave rows out, by the name that the market has for them', async () => {
      await taken(words.market(client))
      await taken(words.market(client, words.names[1]))
      await set({ kind: 'lackRows', symbol: 'AAAUSDT' })
      expect(await words.symbols(client)).to.deep.equal([words.names[1]])
      expect(await words.assets(client)).to.deep.equal(['USDT'])
      await set({ kind: 'lackRows', symbol: 'USDT' })
      expect(await words.assets(client)).to.deep.equal([])
      expect(await words.symbols(client)).to.have.length(2)
    })

    it('leave it open whether an order was taken', async () => {
      await set({ kind: 'unknown', count: 1 })
      expect(words.codeOf(await words.limit(client, 'one'))).to.equal(words.codes.unknown)
      expect(await ordersPlaced()).to.equal(1)
      await set({ kind: 'unknown', taken: false })
      expect(words.codeOf(await words.limit(client, 'two'))).to.equal(words.codes.unknown)
      expect(words.codeOf(await words.cancel(client, 'one'))).to.equal(words.codes.unknown)
      expect(await ordersPlaced()).to.equal(1)
      expect((await truth.truth()).openOrders).to.have.length(1)
    })

    it('fail in the words of the venue after what was asked for is done', async () => {
      for (const [i, [status, code]] of words.failures.entries()) {
        await set({ kind: 'status', status, body: 'json', path: words.paths.order, count: 1 })
        const told = await words.limit(client, `done${i}`)
        expect(told['code'] ?? told['retCode']).to.equal(code)
        expect(await ordersPlaced()).to.equal(i + 1)
      }
    })

    it('cut and stall an answer in its middle, after what was asked for is done', async () => {
      const failed = async (told: Promise<Told>) =>
        told.then(
          () => 'answered',
          () => 'cut',
        )
      await set({ kind: 'cut', path: words.paths.order, count: 1 })
      expect(await failed(words.limit(client, 'cut'))).to.equal('cut')
      await set({ kind: 'stall', ms: 2000, path: words.paths.order, count: 1 })
      const startedAt = performance.now()
      expect(await failed(words.limit(client, 'stalled'))).to.equal('cut')
      expect(performance.now() - startedAt).to.be.at.least(190)
      expect(await ordersPlaced()).to.equal(2)
    })

    it('drop, double, reorder and cut what a private stream tells', async () => {
      const stream = await words.stream(client)
      const told = () =>
        stream.heard.flatMap((event) => ['a', 'b', 'c', 'd'].filter((id) => words.isOrder(event, id)))
      await set({ kind: 'drop', path: words.places.order, count: 1 })
      await taken(words.limit(client, 'a'))
      await set({ kind: 'duplicate', path: words.places.order, count: 1 })
      await taken(words.limit(client, 'b'))
      await stream.wait((event) => words.isOrder(event, 'b'))
      await until(async () => (told().length === 2 ? true : undefined))
      await set({ kind: 'reorder', ms: 60_000, path: words.places.order, count: 1 })
      await taken(words.limit(client, 'c'))
      await taken(words.limit(client, 'd'))
      await stream.wait((event) => words.isOrder(event, 'c'))
      expect(told()).to.deep.equal(['b', 'b', 'd', 'c'])
      const closed = new Promise((resolve) => stream.socket.once('close', resolve))
      await set({ kind: 'cut', path: words.places.position, count: 1 })
      await taken(words.market(client))
      await closed
    })

    it('keep the answer to a ping back while a stream is silent', async () => {
      const stream = await words.stream(client)
      const ping = name === 'okx' ? 'ping' : JSON.stringify({ op: 'ping', req_id: 'p' })
      const pongs = () =>
        stream.heard.filter(
          ({ text, op, ret_msg }) => text === 'pong' || (op === 'ping' && ret_msg === 'pong'),
        )
      await set({ kind: 'silence', path: 'stream/private' })
      stream.socket.send(ping)
      await taken(words.limit(client, 'a'))
      await set([])
      stream.socket.send(ping)
      await until(async () => (pongs().length > 0 ? true : undefined))
      expect(pongs()).to.have.length(1)
      expect(stream.heard.filter((event) => words.isOrder(event, 'a'))).to.deep.equal([])
      stream.close()
    })

    for (const status of ['REJECTED', 'EXPIRED', 'STUCK'] as const) {
      it(`let a stop that is reached end as ${status}`, async () => {
        await taken(words.market(client))
        await set({ kind: 'triggerFails', status })
        // The mark goes round between 98 and 102: above the trigger first, then beneath it.
        await until(async () => {
          const told = await words.stop(client, 'guard', '99')
          return words.codeOf(told) === words.codes.taken ? true : undefined
        })
        const state = words.stopStates[status]
        await until(async () => {
          const told = await words.findStop(client, 'guard')
          const row = (name === 'okx' ? rows(told) : list(told))[0]
          return row?.['state'] === state || row?.['orderStatus'] === state ? true : undefined
        })
        expect((await truth.truth()).positions[0]).to.include({ size: '1' })
      })
    }
  })
}

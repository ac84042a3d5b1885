import { expect } from 'chai'
import { AccountClient, type Row } from './account-client.ts'
import { openUserStream, type Event } from './open-stream.ts'
import { postJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { startWave } from './wave.ts'

type Rows = readonly Row[]

describe('simulator account faults', function () {
  this.timeout(20_000)

  let simulator: Started
  let client: AccountClient
  const symbol = 'AAAUSDT'

  before(async () => {
    // A simulated second lasts 100 ms.
    simulator = await startWave('--rate', '10', '--weight-limit', '1000000')
  })

  after(() => simulator.stop())

  let opened = 0
  beforeEach(async () => {
    opened += 1
    await postJson(`${simulator.url}/_sim/accounts`, { key: `user${opened}`, secret: 's' })
    client = await AccountClient.open(simulator.url, `user${opened}`, 's')
  })

  afterEach(() => set([]))

  async function set(rules: unknown): Promise<void> {
    const { status, body } = await postJson(`${simulator.url}/_sim/faults`, rules)
    expect(status, body).to.equal(200)
  }

  const readSizes = async (version = 'v3') =>
    (await client.ask<Rows>(`GET /fapi/${version}/positionRisk`, { symbol })).map(
      (each) => each['positionAmt'],
    )

  it('freeze an answer at the state of when they began, and let others go on', async () => {
    await client.market(symbol, 'BUY', '1')
    await set({ kind: 'freeze', ms: 30_000, path: 'positionRisk' })
    await client.market(symbol, 'BUY', '2')
    await client.limit(symbol, 'BUY', '1', '97.00')
    expect(await readSizes()).to.deep.equal(['1.0'])
    const account = await client.ask<{ positions: Rows }>('GET /fapi/v3/account')
    expect(account.positions[0]).to.include({ positionAmt: '3.0' })
    expect(await client.ask<Rows>('GET /fapi/v1/openOrders')).to.have.length(1)
    await until(async () => ((await readSizes())[0] === '3.0' ? true : undefined))
  })

  it('let a lagging replica answer now and then', async () => {
    await client.market(symbol, 'BUY', '1')
    await set({ kind: 'freeze', ms: 60_000, probability: 0.5 })
    await client.market(symbol, 'SELL', '1')
    const seen: string[] = []
    for (let i = 0; i < 20; i++) seen.push((await readSizes()).join())
    expect(new Set(seen)).to.deep.equal(new Set(['', '1.0']))
  })

  it('let lists lag behind', async () => {
    await set({ kind: 'lag', ms: 20_000, path: 'open' })
    await client.limit(symbol, 'BUY', '1', '97.00')
    await client.ask('POST /fapi/v1/algoOrder', {
      symbol,
      algoType: 'CONDITIONAL',
      type: 'STOP_MARKET',
      side: 'SELL',
      quantity: '1',
      triggerPrice: '90.00',
    })
    const count = async () => [
      (await client.ask<Rows>('GET /fapi/v1/openOrders', { symbol })).length,
      (await client.ask<Rows>('GET /fapi/v1/openAlgoOrders', { symbol })).length,
    ]
    expect(await count()).to.deep.equal([0, 0])
    await until(async () => ((await count()).join() === '1,1' ? true : undefined))
  })

  it('leave rows out of an answer', async () => {
    await client.market(symbol, 'BUY', '1')
    await client.market('BBBUSDT', 'BUY', '1')
    await set([{ kind: 'lackRows', symbol }])
    const symbols = (rows: Rows) => rows.map((each) => each['symbol'])
    expect(symbols(await client.ask<Rows>('GET /fapi/v3/positionRisk'))).to.deep.equal(['BBBUSDT'])
    const account = await client.ask<{ positions: Rows; assets: Rows }>('GET /fapi/v3/account')
    expect(symbols(account.positions)).to.deep.equal(['BBBUSDT'])
    await set({ kind: 'lackRows', path: 'balance' })
    expect(await client.ask<Rows>('GET /fapi/v3/balance')).to.deep.equal([])
    expect(await client.ask<Rows>('GET /fapi/v3/positionRisk')).to.have.length(2)
  })

  it('leave it open whether an order was taken', async () => {
    const order = { symbol, side: 'BUY', type: 'MARKET', quantity: '1' }
    await set({ kind: 'unknown', count: 1 })
    const { status, body } = await client.send('POST /fapi/v1/order', order)
    expect([status, (JSON.parse(body) as { code: number }).code]).to.deep.equal([408, -1007])
    expect(await readSizes()).to.deep.equal(['1.0'])
    await set({ kind: 'unknown', taken: false })
    expect(await client.codeOf('POST /fapi/v1/order', order)).to.equal(-1007)
    expect(await client.codeOf('DELETE /fapi/v1/allOpenOrders', { symbol })).to.equal(-1007)
    expect(await client.codeOf('POST /fapi/v1/listenKey')).to.equal(undefined)
    expect(await readSizes()).to.deep.equal(['1.0'])
  })

  it('do not find an order for a while after it was placed', async () => {
    await set({ kind: 'notFoundFor', ms: 20_000 })
    await client.limit(symbol, 'BUY', '1', '97.00', { newClientOrderId: 'new' })
    const which = { symbol, origClientOrderId: 'new' }
    expect(await client.codeOf('GET /fapi/v1/order', which)).to.equal(-2013)
    expect(await client.codeOf('DELETE /fapi/v1/order', which)).to.equal(-2011)
    await until(async () =>
      (await client.codeOf('GET /fapi/v1/order', which)) === undefined ? true : undefined,
    )
  })

  it('refuse with any code', async () => {
    await set({ kind: 'reject', code: -4131, msg: 'No price.', path: 'POST /fapi/v1/order', count: 1 })
    const order = { symbol, side: 'BUY', type: 'MARKET', quantity: '1' }
    expect(await client.codeOf('GET /fapi/v1/order', { symbol, orderId: 1 })).to.equal(-2013)
    expect(await client.codeOf('POST /fapi/v1/order', order)).to.equal(-4131)
    expect(await client.codeOf('POST /fapi/v1/order', order)).to.equal(undefined)
  })

  it('delay answers and events alike', async () => {
    const stream = await openUserStream(client)
    await set({ kind: 'delay', ms: 3000, spreadMs: 500, path: 'a' })
    const startedAt = performance.now()
    await client.ask('GET /fapi/v3/balance')
    expect(performance.now() - startedAt).to.be.within(295, 5000)
    await set({ kind: 'delay', ms: 3000, path: 'stream/private/ACCOUNT_UPDATE' })
    const sentAt = performance.now()
    await client.market(symbol, 'BUY', '1')
    await stream.wait((event) => event['e'] === 'ACCOUNT_UPDATE')
    expect(performance.now() - sentAt).to.be.within(295, 5000)
    stream.close()
  })

  it('hit the same events for the same seed', async () => {
    const run = async () => {
      const stream = await openUserStream(client)
      await set([
        { kind: 'drop', path: 'ACCOUNT_UPDATE', probability: 0.4 },
        { kind: 'duplicate', path: 'TRADE_LITE', probability: 0.4 },
      ])
      for (let i = 0; i < 12; i++) await client.market(symbol, i % 2 === 0 ? 'BUY' : 'SELL', '1')
      await set([])
      await postJson(`${simulator.url}/_sim/transfer`, { key: client.key, asset: 'BNB', amount: '1' })
      await stream.wait((event) => isDeposit(event))
      stream.close()
      return stream.heard.filter((event) => !isDeposit(event)).map((event) => event['e'])
    }
    const first = await run()
    expect(first.filter((kind) => kind === 'ACCOUNT_UPDATE')).to.have.length.within(2, 11)
    expect(first.filter((kind) => kind === 'TRADE_LITE')).to.have.length.within(13, 22)
    expect(await run()).to.deep.equal(first)
  })
})

function isDeposit(event: Event): boolean {
  return event['e'] === 'ACCOUNT_UPDATE' && (event['a'] as { m: string }).m === 'DEPOSIT'
}

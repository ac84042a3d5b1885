import { expect } from 'chai'
import { InputError } from '../../simulator/core/input-error.ts'
import { parseOptions } from '../../simulator/options.ts'
import { AccountClient } from './account-client.ts'
import { getJson, postJson, request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

describe('simulator accounts', function () {
  this.timeout(20_000)

  let simulator: Started
  let client: AccountClient
  const place = 'GET /fapi/v3/balance'

  before(async () => {
    simulator = await startSimulator(
      '--symbols',
      '2',
      '--account',
      'one:first:USDT=1000.5,BNB=2',
      '--account',
      'two:second',
    )
    client = await AccountClient.open(simulator.url, 'one', 'first')
  })

  after(() => simulator.stop())

  const codeOf = (body: string) => (JSON.parse(body) as { code: number }).code

  it('hold the assets they were given, and 10,000 USDT without', async () => {
    const balances = (await client.truth()).balances
    expect(balances).to.have.keys('USDT', 'BNB')
    expect(balances['USDT']!.balance).to.equal('1000.5')
    const two = await AccountClient.open(simulator.url, 'two', 'second')
    expect((await two.truth()).balances['USDT']!.balance).to.equal('10000')
  })

  it('answer only a key they know, with its signature', async () => {
    const url = `${simulator.url}/fapi/v3/balance`
    const bare = await request(url)
    expect([bare.status, codeOf(bare.body)]).to.deep.equal([401, -2014])
    const stranger = await AccountClient.open(simulator.url, 'nobody', 'first')
    expect(await stranger.codeOf(place)).to.equal(-2015)
    const liar = await AccountClient.open(simulator.url, 'one', 'second')
    expect(await liar.codeOf(place)).to.equal(-1022)
    const unsigned = await request(url, { headers: { 'X-MBX-APIKEY': 'one' } })
    expect(codeOf(unsigned.body)).to.equal(-1102)
  })

  it('take a timestamp from within the window only', async () => {
    const at = async (offsetMs: number, recvWindow: number) => {
      const { status, body } = await client.send(place, { recvWindow }, Date.now() + offsetMs)
      return status === 200 ? undefined : codeOf(body)
    }
    expect(await at(0, 5000)).to.equal(undefined)
    expect(await at(-4000, 5000)).to.equal(undefined)
    expect(await at(-6000, 5000)).to.equal(-1021)
    expect(await at(-6000, 10_000)).to.equal(undefined)
    expect(await at(1500, 60_000)).to.equal(-1021)
    expect(await at(0, 60_001)).to.equal(-1131)
    await postJson(`${simulator.url}/_sim/faults`, { kind: 'clockOffset', offsetMs: 30_000 })
    expect(await at(0, 5000)).to.equal(-1021)
    expect(await at(30_000, 5000)).to.equal(undefined)
    await postJson(`${simulator.url}/_sim/faults`, [])
  })

  it('let a key that may only read do nothing else', async () => {
    const body = { key: 'reader', secret: 'r', canTrade: false, assets: { USDC: '5' } }
    expect((await postJson(`${simulator.url}/_sim/accounts`, body)).status).to.equal(200)
    const reader = await AccountClient.open(simulator.url, 'reader', 'r')
    expect(await reader.codeOf(place)).to.equal(undefined)
    expect(await reader.codeOf('POST /fapi/v1/order', { symbol: 'BTCUSDT' })).to.equal(-2015)
  })

  it('weigh their requests as the venue does', async () => {
    const weights: [place: string, weight: number][] = [
      ['GET /fapi/v3/account', 5],
      ['GET /fapi/v2/account', 5],
      ['GET /fapi/v3/positionRisk', 5],
      ['GET /fapi/v2/balance', 5],
      ['GET /fapi/v1/openOrders', 40],
      ['GET /fapi/v1/openOrders?symbol=BTCUSDT', 1],
      ['GET /fapi/v1/openAlgoOrders', 40],
      ['GET /fapi/v1/income', 30],
      ['GET /fapi/v1/positionSide/dual', 30],
      ['GET /fapi/v1/userTrades?symbol=BTCUSDT', 5],
      ['GET /fapi/v1/leverageBracket', 1],
      ['POST /fapi/v1/order', 0],
      ['DELETE /fapi/v1/order', 1],
      ['POST /fapi/v1/listenKey', 1],
    ]
    for (const [sent, weight] of weights) {
      const [bare, query = ''] = sent.split('?') as [string, string?]
      const read = async () =>
        (await getJson<{ addresses: Record<string, { weight: number }> }>(`${simulator.url}/_sim/stats`))
          .addresses['127.0.0.1']!.weight
      const before = await read()
      await client.send(bare, Object.fromEntries(new URLSearchParams(query)))
      expect((await read()) - before, sent).to.equal(weight)
    }
  })

  it('are changed by transfers, which leave income', async () => {
    const move = (amount: string) =>
      postJson(`${simulator.url}/_sim/transfer`, { key: 'one', asset: 'USDC', amount })
    expect((await move('12.00000001')).status).to.equal(200)
    await move('-2')
    const { balances, income } = await client.truth()
    expect(balances['USDC']!.balance).to.equal('10.00000001')
    expect(income.slice(-2).map((each) => each.amount)).to.deep.equal(['12.00000001', '-2.00000000'])
    expect((await move('much')).status).to.equal(400)
    expect(
      (await postJson(`${simulator.url}/_sim/transfer`, { key: 'no', asset: 'USDC', amount: '1' })).status,
    ).to.equal(400)
  })

  it('are refused on the command line without a secret or with a bad amount', () => {
    for (const text of ['one', 'one:', 'a b:c', 'one:two:USDT', 'one:two:USDT=x'])
      expect(() => parseOptions(['--account', text]), text).to.throw(InputError, 'expected KEY:SECRET')
  })
})

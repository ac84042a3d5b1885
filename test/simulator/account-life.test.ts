import { expect } from 'chai'
import { AccountClient, type Row } from './account-client.ts'
import { openUserStream } from './open-stream.ts'
import { getJson, postJson, request, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import { awaitMark, startWave } from './wave.ts'

describe('simulator accounts over time', function () {
  this.timeout(20_000)

  const symbol = 'AAAUSDT'
  let simulator: Started
  let client: AccountClient

  beforeEach(async () => {
    // A simulated minute lasts two seconds.
    simulator = await startWave('--rate', '30', '--weight-limit', '1000000')
    client = await AccountClient.open(simulator.url)
  })

  afterEach(() => simulator.stop())

  const transfer = (amount: string) =>
    postJson(`${simulator.url}/_sim/transfer`, { key: 'demo', asset: 'USDT', amount })

  it('are filled at their limit when the market goes through it, as makers', async () => {
    const stream = await openUserStream(client)
    await awaitMark(simulator.url, 99, 101)
    const placed = await client.limit(symbol, 'BUY', '20', '98.50', { newClientOrderId: 'low' })
    expect(placed).to.include({ status: 'NEW' })
    await stream.wait((event) => (event['o'] as Row | undefined)?.['X'] === 'FILLED')
    const { trades, positions } = await client.truth()
    expect(trades.every((each) => each.maker && each.price === '98.50')).to.equal(true)
    expect(trades.every((each) => each.time % 50 === 0)).to.equal(true)
    expect(positions[0]).to.include({ size: '20', entryPrice: '98.5' })
    stream.close()
  })

  it('are filled in parts when the market trades less than they want', async () => {
    await awaitMark(simulator.url, 99, 101)
    await client.limit(symbol, 'SELL', '90', '101.50')
    await until(async () => {
      const { openOrders } = await client.truth()
      return openOrders.length === 0 ? true : undefined
    })
    const { trades, orders } = await client.truth()
    // Within a step of 50 ms less than 1 of the minute's 500 is traded beyond the price.
    expect(trades.length).to.be.at.least(10)
    expect(orders[0]).to.include({ status: 'FILLED', executedQty: '90.0', avgPrice: '101.500' })
  })

  it('are liquidated when their margin is gone, and the insurance fund pays the rest', async () => {
    const stream = await openUserStream(client)
    await client.market(symbol, 'BUY', '1500')
    await client.limit(symbol, 'SELL', '1', '103.00', { newClientOrderId: 'waits' })
    await transfer('-9900')
    await stream.wait((event) => (event['a'] as Row | undefined)?.['m'] === 'INSURANCE_CLEAR')
    const { positions, balances, orders, income } = await client.truth()
    expect(positions[0]!.size).to.equal('0')
    expect(Number(balances['USDT']!.balance)).to.be.at.least(0)
    expect(orders.find((each) => each['clientOrderId'] === 'waits')).to.include({ status: 'EXPIRED' })
    const [forced] = orders.slice(-1)
    expect(forced!['clientOrderId']).to.match(/^autoclose-\d+$/)
    expect(income.at(-1)).to.include({ type: 'INSURANCE_CLEAR', asset: 'USDT' })
    stream.close()
  })

  it('are settled at the mark when a symbol is delisted', async () => {
    await client.market(symbol, 'BUY', '5')
    await client.ask('POST /fapi/v1/algoOrder', {
      symbol,
      algoType: 'CONDITIONAL',
      type: 'STOP_MARKET',
      side: 'SELL',
      quantity: '1',
      triggerPrice: '80.00',
    })
    await postJson(`${simulator.url}/_sim/symbols`, { remove: symbol })
    const { positions, orders, openAlgoOrders } = await client.truth()
    expect(positions[0]!.size).to.equal('0')
    expect(orders.at(-1)!['clientOrderId']).to.match(/^settlement_autoclose-\d+$/)
    expect(openAlgoOrders).to.deep.equal([])
    expect(await client.ask('GET /fapi/v3/positionRisk')).to.deep.equal([])
  })

  it('keep their times rising when the venue’s clock is set back', async () => {
    const stream = await openUserStream(client)
    const setClock = (offsetMs: number) =>
      postJson(`${simulator.url}/_sim/faults`, offsetMs === 0 ? [] : { kind: 'clockOffset', offsetMs })
    await setClock(30_000)
    for (const offsetMs of [30_000, 0, -30_000, 0]) {
      await setClock(offsetMs)
      for (let i = 0; i < 3; i++) await transfer('1')
    }
    const marker = await until(async () => {
      const heard = stream.of('ACCOUNT_UPDATE')
      return Promise.resolve(heard.length >= 12 ? heard : undefined)
    })
    const times = marker.map((event) => Number(event['T']))
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
    for (const { E, T } of marker) expect(Number(E)).to.be.at.least(Number(T))
    expect((await client.truth()).balances['USDT']!.updateTime).to.equal(times.at(-1))
    stream.close()
  })

  it('outlive a reset of the simulator', async () => {
    await client.market(symbol, 'BUY', '1')
    await request(`${simulator.url}/_sim/reset`, { method: 'POST' })
    const { positions } = await getJson<{ positions: Row[] }>(
      `${simulator.url}/_sim/account?key=demo&limit=1`,
    )
    expect(positions[0]).to.include({ size: '1' })
  })
})

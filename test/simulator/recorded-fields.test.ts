import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { findRecorded } from '../support/recording.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import { openBybit, openOkx, type Told } from './venue-client.ts'

const first = (value: unknown): Told => (value as Told[])[0]!
const data = (told: Told): Told => first(told['data'])
const listed = (told: Told): Told => first((told['result'] as { list: unknown }).list)

describe('simulated rows of accounts', function () {
  this.timeout(20_000)

  let simulator: Started
  /** what was told of one order, by the name of what told it */
  const told = new Map<string, Told>()

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--venue', 'okx')
    const okx = await openOkx(simulator.url)
    const orders = await okx.openStream('/ws/v5/private')
    orders.send({
      op: 'subscribe',
      args: ['orders', 'account', 'positions'].map((channel) => ({ channel, instType: 'SWAP' })),
    })
    await orders.wait(({ arg }) => (arg as Told | undefined)?.['channel'] === 'positions')
    const order = { instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'buy', ordType: 'market', sz: '0.01' }
    await okx.ask('POST /api/v5/trade/order', order)
    const isOf = (name: string) => (event: Told) =>
      (event['arg'] as Told | undefined)?.['channel'] === name && event['data'] !== undefined
    told.set('okx orders', await orders.wait(isOf('orders')))
    told.set('okx account', await orders.wait(isOf('account')))
    told.set('okx balance', await okx.ask('GET /api/v5/account/balance'))
    told.set('okx positions', await okx.ask('GET /api/v5/account/positions'))
    orders.close()
    await simulator.stop()
    simulator = await startSimulator('--symbols', '2', '--venue', 'bybit')
    const bybit = await openBybit(simulator.url)
    const topics = await bybit.openStream('/v5/private')
    topics.send({ op: 'subscribe', req_id: 's', args: ['position', 'execution'] })
    await topics.wait((event) => event['req_id'] === 's')
    const linear = { category: 'linear', symbol: 'BTCUSDT' }
    await bybit.ask('POST /v5/order/create', { ...linear, side: 'Buy', orderType: 'Market', qty: '0.01' })
    told.set('bybit position', await topics.wait(({ topic }) => topic === 'position'))
    told.set('bybit execution', await topics.wait(({ topic }) => topic === 'execution'))
    told.set('bybit order', await bybit.ask('GET /v5/order/history', linear))
    told.set('bybit positions', await bybit.ask('GET /v5/position/list', linear))
    told.set('bybit log', await bybit.ask('GET /v5/account/transaction-log', { category: 'linear' }))
    topics.close()
  })

  after(() => simulator.stop())

  /** The sample of ccxt's sources that stands in a method. */
  function sampleOf(file: string, method: string, label = '', nth = 0): Told {
    const lines = file
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { method: string; label: string; payload: Told })
    return lines.filter((each) => each.method === method && each.label === label)[nth]!.payload
  }

  const okxSamples = 'ccxt-samples/okx_payloads-from-comments.ndjson'
  const bybitSamples = 'ccxt-samples/bybit_payloads-from-comments.ndjson'
  const parse = (text: string) => JSON.parse(text) as Told
  const rows: readonly [
    name: string,
    file: string,
    read: (text: string) => Told,
    row: (told: Told) => Told,
  ][] = [
    ['okx orders', 'okx/ws_private_orders_swap_nautilus.json', parse, data],
    ['okx balance', 'okx/api_v5_account_balance_nautilus.json', parse, data],
    [
      'okx balance',
      'okx/api_v5_account_balance_nautilus.json',
      parse,
      (each) => first(data(each)['details']),
    ],
    ['okx account', okxSamples, (text) => sampleOf(text, 'handleBalance'), (each) => each],
    ['okx positions', okxSamples, (text) => sampleOf(text, 'fetchPosition'), data],
    ['bybit position', 'bybit/ws_private_position_linear_nautilus.json', parse, data],
    ['bybit execution', bybitSamples, (text) => sampleOf(text, 'handleMyTrades', 'unified'), data],
    [
      'bybit order',
      bybitSamples,
      (text) => sampleOf(text, 'parseOrder', 'v5'),
      (each) => (each['result'] === undefined ? each : listed(each)),
    ],
    ['bybit positions', bybitSamples, (text) => sampleOf(text, 'fetchPosition'), listed],
    [
      'bybit log',
      bybitSamples,
      (text) => sampleOf(text, 'parseLedgerEntry', '', 1),
      (each) => (each['result'] === undefined ? each : listed(each)),
    ],
  ]
  for (const [i, [name, file, read, row]] of rows.entries()) {
    it(`of ${name} have every field of the recorded ones (${i + 1}), unless skipped: no recorded data`, function () {
      const path = findRecorded(file)
      if (path === undefined) return this.skip()
      const recorded = row(read(readFileSync(path, 'utf8')))
      const missing = Object.keys(recorded).filter((field) => !Object.hasOwn(row(told.get(name)!), field))
      expect(missing).to.deep.equal([])
      return undefined
    })
  }
})

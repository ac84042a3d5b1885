import { expect } from 'chai'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import { toDecimal } from '../../lib/model/decimal.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { getJson, postJson } from '../simulator/request.ts'
import { longKeys, openTestAccount } from '../support/account.ts'
import type { TestAccount } from '../support/account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { untilFound } from '../support/until.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'

const fundingMs = 8 * 3_600_000
const hedgedKeys = { key: 'hedged', secret: 'hedgedSecret' }

describe('an account of Binance', function () {
  this.timeout(40_000)

  let simulator: Simulator
  let client: AccountClient
  let account: TestAccount

  before(async () => {
    const { key, secret } = longKeys
    const accounts = [`${key}:${secret}:USDT=10000.12345678,BNB=2.5,USDC=7`, 'hedged:hedgedSecret']
    const flags = accounts.flatMap((each) => ['--account', each])
    simulator = await startSimulator('--symbols', '4', '--weight-limit', '1000000', ...flags)
    client = await AccountClient.open(simulator.url, key, secret)
    await client.market('BTCUSDT', 'BUY', '0.015')
    await client.market('ETHUSDT', 'SELL', '0.3')
    await client.market('ETHUSDT', 'BUY', '0.3')
    await client.limit('XRPUSDT', 'BUY', '100', '0.9')
  })
  after(() => simulator.stop())
  beforeEach(async () => {
    await simulator.reset()
    account = await openTestAccount(simulator.url)
  })
  afterEach(() => account.exchange.close())

  /** field -> [size, entry price, time] of what a report tells. */
  const toldBy = ({ positions }: AccountReport) =>
    Object.fromEntries(
      positions.map((each) => [positionField(each), [each.size, each.entryPrice, each.time]]),
    )

  it('is told whole by its balances and positions, each with the time of its own last change', async () => {
    const askedFrom = simulator.now()
    const report = await account.exchange.fetchAccount()
    const askedTo = simulator.now()
    const { balances, positions } = await client.truth()
    expect(report.complete).to.deep.equal({ positions: true, balances: true })
    const errorMs = account.clock.errorMs()
    expect(report.askedAt).to.be.within(askedFrom - errorMs - 1, askedTo + errorMs + 1)
    const held = report.balances.filter(({ asset }) => asset in balances)
    expect(held.map(({ asset, walletBalance, time }) => [asset, walletBalance, time])).to.deep.equal(
      Object.entries(balances).map(([asset, { balance, updateTime }]) => [asset, balance, updateTime]),
    )
    // An asset that the account never held has no time.
    const never = report.balances.filter(({ asset }) => !(asset in balances))
    expect(never).to.not.deep.equal([])
    for (const each of never) expect(each).to.deep.include({ walletBalance: '0', time: undefined })
    const [bitcoin] = positions
    expect(toldBy(report)).to.deep.equal({
      'BTCUSDT/both': [bitcoin?.size, undefined, bitcoin?.updateTime],
      // It has an order only.
      'XRPUSDT/both': ['0', undefined, undefined],
    })
    for (const each of [...report.balances, ...report.positions])
      expect(each).to.include({ source: 'account', ordinal: 0, askedAt: report.askedAt })
    const [first] = report.positions
    expect(first?.margin).to.include({ mode: undefined, leverage: undefined, liquidationPrice: undefined })
    expect(first?.margin.initialMargin).to.match(/^\d+\.\d+$/)
    expect(first?.valuation.unrealisedProfit).to.match(/^-?\d/)
  })

  it('is told by its balances alone as it is by all', async () => {
    const { exchange } = account
    const held = ({ balances }: AccountReport) =>
      balances.map((each) => [each.asset, each.walletBalance, each.crossWalletBalance, each.time])
    const report = await exchange.fetchBalances()
    expect(report.complete).to.deep.equal({ positions: false, balances: true })
    expect(held(report)).to.deep.equal(held(await exchange.fetchAccount()))
  })

  it('is told by its positions with entry and mark, digit for digit', async () => {
    const report = await account.exchange.fetchPositions()
    const [bitcoin] = (await client.truth()).positions
    expect(report.complete).to.deep.equal({ positions: true, balances: false })
    expect(report.balances).to.deep.equal([])
    expect(toldBy(report)).to.deep.equal({
      'BTCUSDT/both': [bitcoin?.size, bitcoin?.entryPrice, bitcoin?.updateTime],
      'XRPUSDT/both': ['0', undefined, undefined],
    })
    const [first] = report.positions
    expect(first?.valuation.markPrice).to.match(/^\d+(\.\d+)?$/)
    expect(first).to.include({ source: 'risk', ordinal: 0 })
  })

  it('tells one symbol with an explicit zero, with the time at which it became flat', async () => {
    const ether = await account.exchange.fetchPosition('ETHUSDT')
    const { positions } = await client.truth()
    const closed = positions.find(({ symbol }) => symbol === 'ETHUSDT')
    expect(ether.complete).to.deep.equal({ positions: false, balances: false })
    expect(toldBy(ether)).to.deep.equal({ 'ETHUSDT/both': ['0', undefined, closed?.updateTime] })
    const never = await account.exchange.fetchPosition('XRPUSDT')
    expect(toldBy(never)).to.deep.equal({ 'XRPUSDT/both': ['0', undefined, undefined] })
    const [bitcoin] = (await account.exchange.fetchPosition('BTCUSDT')).positions
    expect(bitcoin?.size).to.equal('0.015')
    expect(bitcoin?.margin).to.include({ mode: 'cross', leverage: '20' })
  })

  it('in hedge mode is told by sides, the short one negative, both of a symbol that has one', async () => {
    const hedged = await AccountClient.open(simulator.url, hedgedKeys.key, hedgedKeys.secret)
    await hedged.ask('POST /fapi/v1/positionSide/dual', { dualSidePosition: true })
    await hedged.market('BTCUSDT', 'BUY', '0.02', { positionSide: 'LONG' })
    await hedged.market('BTCUSDT', 'SELL', '0.01', { positionSide: 'SHORT' })
    await hedged.market('ETHUSDT', 'SELL', '0.5', { positionSide: 'SHORT' })
    const { exchange } = await openTestAccount(simulator.url, hedgedKeys)
    const sizes = ({ positions }: AccountReport) =>
      Object.fromEntries(positions.map((each) => [positionField(each), each.size]))
    const expected = {
      'BTCUSDT/long': '0.02',
      'BTCUSDT/short': '-0.01',
      'ETHUSDT/long': '0',
      'ETHUSDT/short': '-0.5',
    }
    expect(sizes(await exchange.fetchPositions())).to.deep.equal(expected)
    expect(sizes(await exchange.fetchAccount())).to.deep.equal(expected)
    expect(sizes(await exchange.fetchPosition('ETHUSDT'))).to.deep.equal({
      'ETHUSDT/long': '0',
      'ETHUSDT/short': '-0.5',
    })
    expect(await exchange.fetchModes()).to.include({ positionMode: 'hedge' })
    await exchange.close()
  })

  it('tells its modes, its settings of every symbol, and the symbols with an order of either kind', async () => {
    const { exchange } = account
    const plain = { positionMode: 'one-way', portfolioMargin: undefined, canTrade: true }
    expect(await exchange.fetchModes()).to.deep.equal({ ...plain, multiAssets: false })
    const change = (multiAssetsMargin: boolean) =>
      postJson(`${simulator.url}/_sim/accounts`, { ...longKeys, multiAssetsMargin })
    await change(true)
    expect(await exchange.fetchModes()).to.deep.equal({ ...plain, multiAssets: true })
    await change(false)

    await client.ask('POST /fapi/v1/leverage', { symbol: 'ETHUSDT', leverage: 7 })
    await client.ask('POST /fapi/v1/marginType', { symbol: 'SOLUSDT', marginType: 'ISOLATED' })
    const settings = await exchange.fetchSymbolSettings()
    expect(settings.get('ETHUSDT')).to.deep.include({ mode: 'cross', leverage: '7' })
    expect(settings.get('SOLUSDT')).to.deep.include({ mode: 'isolated', leverage: '20' })
    expect(settings.get('BTCUSDT')?.maxNotional).to.match(/^\d+$/)

    expect(await exchange.fetchOpenOrderSymbols()).to.deep.equal(new Set(['XRPUSDT']))
    const stop = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET', triggerPrice: '1000' }
    await client.ask('POST /fapi/v1/algoOrder', { ...stop, algoType: 'CONDITIONAL', closePosition: true })
    expect(await exchange.fetchOpenOrderSymbols()).to.deep.equal(new Set(['XRPUSDT', 'BTCUSDT']))
  })

  it('weighs what the venue counts, each of its requests', async () => {
    const { exchange, gate } = account
    await exchange.fetchTime()
    account.clock.correct(simulator.now(), Date.now(), Date.now())
    const calls: [weight: number, run: () => Promise<unknown>][] = [
      [5, () => exchange.fetchAccount()],
      [5, () => exchange.fetchBalances()],
      [5, () => exchange.fetchPositions()],
      [5, () => exchange.fetchPosition('BTCUSDT')],
      [5, () => exchange.fetchModes()],
      [30, () => exchange.fetchIncome(0)],
      [5, () => exchange.fetchSymbolSettings()],
      [80, () => exchange.fetchOpenOrderSymbols()],
      [1, () => exchange.openStreamKey()],
    ]
    const counted = async () => (await simulator.stats()).addresses['127.0.0.1']?.weight ?? 0
    for (const [weight, run] of calls) {
      const [before, passed] = [await counted(), gate.weight()]
      await run()
      expect([gate.weight() - passed, (await counted()) - before]).to.deep.equal([weight, weight])
    }
  })

  it('tells its income page by page, once each, with ids beyond 2^53 as they are', async () => {
    const { exchange } = account
    const since = (await client.truth()).income.at(-1)?.time ?? 0
    const amounts = Array.from({ length: 1_005 }, (_, at) => `0.0000${String(at + 1000)}`)
    const pay = (amount: string) =>
      postJson(`${simulator.url}/_sim/transfer`, { key: longKeys.key, asset: 'USDC', amount })
    for (let at = 0; at < amounts.length; at += 50) await Promise.all(amounts.slice(at, at + 50).map(pay))
    const { income } = await client.truth()
    const expected = income
      .filter(({ time }) => time >= since)
      .map(({ type, id, asset, symbol, amount, time }) => ({
        type,
        id,
        asset,
        symbol: symbol === '' ? undefined : symbol,
        amount: toDecimal(amount),
        time,
      }))
    const first = await exchange.fetchIncome(since)
    const second = await exchange.fetchIncome(since, 2)
    expect([first.rows.length, first.more, second.more]).to.deep.equal([1000, true, false])
    expect([...first.rows, ...second.rows]).to.deep.equal(expected)
    expect((await exchange.fetchIncome(since, 3)).rows).to.deep.equal([])
  })

  it('is read by the same answers when numbers come as text, since one of them is beyond 2^53', async () => {
    // A funding row's id is always larger, so that ccxt gives every number of that answer as text.
    const rate = 1_000
    const fast = await startSimulator('--symbols', '2', '--rate', String(rate), '--weight-limit', '100000000')
    // The next funding comes in two seconds; from one to the other lasts half a minute.
    const untilFundingMs = fundingMs - (fast.now() % fundingMs)
    await fast.faults({ kind: 'clockOffset', offsetMs: Math.max(0, untilFundingMs - 2_000 * rate) })
    const trader = await AccountClient.open(fast.url)
    await trader.market('BTCUSDT', 'BUY', '0.1')
    const other = await openTestAccount(fast.url, { key: 'demo', secret: 'demo', rate })
    try {
      const ofFunding = async () =>
        (await other.exchange.fetchIncome(0)).rows.find(({ type }) => type === 'FUNDING_FEE')
      const funding = await untilFound('a funding fee is paid', ofFunding, 40_000)
      expect(funding.id).to.match(/^\d{17,}$/)
      const truth = (await trader.truth()).income.find(({ type }) => type === 'FUNDING_FEE')
      expect(funding).to.deep.equal({
        type: 'FUNDING_FEE',
        id: truth?.id,
        asset: 'USDT',
        symbol: 'BTCUSDT',
        amount: toDecimal(truth?.amount),
        time: truth?.time,
      })
    } finally {
      await other.exchange.close()
      await fast.stop()
    }
  }).timeout(50_000)

  it('is joined by the marks of the market, each with its index, its funding and its time', async () => {
    const exchange = await openExchange('binanceusdm', {
      url: simulator.url,
      localAddress: '',
      proxy: '',
      gate: account.gate,
    })
    await simulator.faults()
    const askedFrom = simulator.now()
    const marks = await exchange.fetchMarks()
    expect(account.gate.weight()).to.equal(10)
    const rows = await getJson<Record<string, string | number>[]>(`${simulator.url}/fapi/v1/premiumIndex`)
    expect([...marks.keys()]).to.deep.equal(rows.map((row) => row['symbol']))
    const [mark, row] = [marks.get('BTCUSDT'), rows.find(({ symbol }) => symbol === 'BTCUSDT')]
    expect(mark?.time).to.be.within(askedFrom - 1_100, simulator.now() + 20)
    expect(mark).to.deep.include({
      fundingRate: toDecimal(row?.['lastFundingRate']),
      fundingTime: row?.['nextFundingTime'],
    })
    expect(Number(mark?.markPrice) / Number(row?.['markPrice'])).to.be.closeTo(1, 0.01)
    expect(Number(mark?.indexPrice) / Number(mark?.markPrice)).to.be.closeTo(1, 0.05)
    await exchange.close()
  })
})

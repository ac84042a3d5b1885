import { expect } from 'chai'
import { AccountClient, type Row } from './account-client.ts'
import { getJson } from './request.ts'
import type { Started } from './start-simulator.ts'
import { startWave } from './wave.ts'

type Rows = readonly Row[]
interface AccountAnswer {
  readonly assets: Rows
  readonly positions: Rows
  readonly totalWalletBalance: string
  readonly availableBalance: string
}

describe('simulator account answers', function () {
  this.timeout(20_000)

  let simulator: Started
  let client: AccountClient
  const symbol = 'AAAUSDT'

  before(async () => {
    simulator = await startWave(
      '--weight-limit',
      '1000000',
      '--account',
      'demo:demo',
      '--account',
      'hedged:h',
      '--account',
      'modes:m',
    )
    client = await AccountClient.open(simulator.url)
  })

  after(() => simulator.stop())

  const risk = (version: string, which: Record<string, string> = {}) =>
    client.ask<Rows>(`GET /fapi/${version}/positionRisk`, which)

  it('v3 list only symbols with a position or an open order; v2 has a zero row for any other', async () => {
    expect(await risk('v3')).to.deep.equal([])
    const flat = await risk('v2', { symbol })
    expect(flat).to.have.length(1)
    expect(flat[0]).to.include({
      positionAmt: '0.0',
      entryPrice: '0.0',
      unRealizedProfit: '0.00000000',
      liquidationPrice: '0',
      leverage: '20',
      marginType: 'cross',
      positionSide: 'BOTH',
      notional: '0',
      updateTime: 0,
    })
    await client.limit(symbol, 'BUY', '1', '97.00')
    expect((await risk('v3')).map((each) => [each['symbol'], each['positionAmt']])).to.deep.equal([
      [symbol, '0.0'],
    ])
    await client.ask('DELETE /fapi/v1/allOpenOrders', { symbol })
    expect(await risk('v3')).to.deep.equal([])
    const all = await risk('v2')
    expect(all.length).to.be.at.least(2)
    expect(all.every((each) => each['positionAmt'] === '0.0' || Number(each['positionAmt']) === 0)).to.equal(
      true,
    )
  })

  it('agree on size, entry, mark, profit and margin, and carry the time of the last change', async () => {
    const { updateTime } = await client.market(symbol, 'BUY', '10')
    const [row] = await risk('v3', { symbol })
    const [old] = await risk('v2', { symbol })
    const account = await client.ask<AccountAnswer>('GET /fapi/v3/account')
    const [balance] = await client.ask<Rows>('GET /fapi/v3/balance')
    const number = (from: Row | undefined, name: string) => Number(from![name])
    expect(row).to.include({ positionAmt: '10.0', updateTime, marginAsset: 'USDT' })
    expect(old).to.include({ positionAmt: '10.0', updateTime, entryPrice: row!['entryPrice'] })
    expect(number(row, 'notional')).to.be.closeTo(10 * number(row, 'markPrice'), 1e-6)
    const profit = 10 * (number(row, 'markPrice') - number(row, 'entryPrice'))
    expect(number(row, 'unRealizedProfit')).to.be.closeTo(profit, 1e-5)
    expect(number(row, 'positionInitialMargin')).to.be.closeTo(number(row, 'notional') / 20, 1e-6)
    expect(number(row, 'breakEvenPrice')).to.be.closeTo(number(row, 'entryPrice') * 1.0005, 1e-6)
    expect(account.positions.map((each) => each['symbol'])).to.deep.equal([symbol])
    expect(account.positions[0]).to.include({ positionAmt: '10.0', updateTime })
    expect(account.assets[0]).to.include({ asset: 'USDT', updateTime })
    expect(balance).to.include({ asset: 'USDT', updateTime, balance: account.totalWalletBalance })
    const usdt = account.assets[0]
    const free =
      number(usdt, 'walletBalance') + number(usdt, 'unrealizedProfit') - number(usdt, 'initialMargin')
    expect(number(usdt, 'availableBalance')).to.be.closeTo(free, 1e-6)
    expect(account.assets.find((each) => each['asset'] === 'BNB')).to.include({
      walletBalance: '0.00000000',
      updateTime: 0,
    })
    await client.market(symbol, 'SELL', '10')
    expect(await risk('v3')).to.deep.equal([])
    const [closed] = await risk('v2', { symbol })
    expect(Number(closed!['positionAmt'])).to.equal(0)
    expect(Number(closed!['updateTime'])).to.be.at.least(Number(updateTime))
  })

  it('put the liquidation price where the maintenance margin eats the balance', async () => {
    // 10,000 USDT against 190,000: the position breaks about 5 % lower.
    await client.ask('POST /fapi/v1/leverage', { symbol, leverage: 25 })
    await client.market(symbol, 'BUY', '1900')
    const [row] = await risk('v3', { symbol })
    const { availableBalance } = await client.ask<AccountAnswer>('GET /fapi/v3/account')
    const price = Number(row!['liquidationPrice'])
    const entry = Number(row!['entryPrice'])
    const wallet = Number((await client.truth()).balances['USDT']!.balance)
    const notional = 1900 * price
    const maintenance = notional * 0.02 - 275
    expect(wallet + 1900 * (price - entry)).to.be.closeTo(maintenance, 0.01)
    expect(Number(availableBalance)).to.be.below(3000)
    await client.market(symbol, 'SELL', '1900')
  })

  it('tell income oldest first, within times and a limit, with ids that may pass 2^53', async () => {
    const rows = await client.ask<Rows>('GET /fapi/v1/income')
    const times = rows.map((each) => Number(each['time']))
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
    expect(rows[0]).to.include({
      incomeType: 'TRANSFER',
      asset: 'USDT',
      income: '10000.00000000',
      symbol: '',
    })
    const fees = await client.ask<Rows>('GET /fapi/v1/income', { incomeType: 'COMMISSION', symbol })
    expect(fees.every((each) => Number(each['income']) < 0)).to.equal(true)
    expect(fees.length).to.be.below(rows.length)
    const latest = await client.ask<Rows>('GET /fapi/v1/income', { limit: 2 })
    expect(latest).to.deep.equal(rows.slice(-2))
    const first = await client.ask<Rows>('GET /fapi/v1/income', { limit: 2, startTime: times[0]! })
    expect(first).to.deep.equal(rows.slice(0, 2))
    const future = await client.ask<Rows>('GET /fapi/v1/income', { startTime: times.at(-1)! + 1 })
    expect(future).to.deep.equal([])
    expect(
      await client.codeOf('GET /fapi/v1/income', { startTime: times[0]!, endTime: times[0]! - 1 }),
    ).to.equal(-1023)
  })

  it('tell trades from an id or a time on', async () => {
    const all = await client.ask<Rows>('GET /fapi/v1/userTrades', { symbol })
    expect(all.length).to.be.at.least(4)
    const third = all[2]!
    const onwards = await client.ask<Rows>('GET /fapi/v1/userTrades', {
      symbol,
      fromId: Number(third['id']),
      limit: 2,
    })
    expect(onwards).to.deep.equal(all.slice(2, 4))
    const since = await client.ask<Rows>('GET /fapi/v1/userTrades', {
      symbol,
      startTime: Number(third['time']),
    })
    expect(since.length).to.be.below(all.length)
    expect(since.at(-1)).to.deep.equal(all.at(-1))
    expect(await client.codeOf('GET /fapi/v1/userTrades')).to.equal(-1102)
  })

  it('in hedge mode keep the sides of a symbol apart', async () => {
    const hedged = await AccountClient.open(simulator.url, 'hedged', 'h')
    await hedged.ask('POST /fapi/v1/positionSide/dual', { dualSidePosition: true })
    await hedged.market(symbol, 'BUY', '3', { positionSide: 'LONG' })
    await hedged.market(symbol, 'SELL', '2', { positionSide: 'SHORT' })
    const order = { symbol, type: 'MARKET', quantity: '1' }
    expect(await hedged.codeOf('POST /fapi/v1/order', { ...order, side: 'BUY' })).to.equal(-4061)
    const reducing = { ...order, side: 'SELL', positionSide: 'LONG', reduceOnly: true }
    expect(await hedged.codeOf('POST /fapi/v1/order', reducing)).to.equal(-1106)
    const tooMuch = { ...order, side: 'SELL', positionSide: 'LONG', quantity: '4' }
    expect(await hedged.codeOf('POST /fapi/v1/order', tooMuch)).to.equal(-2022)
    const sizes = async () =>
      (await hedged.ask<Rows>('GET /fapi/v3/positionRisk')).map((each) => [
        each['positionSide'],
        each['positionAmt'],
      ])
    expect(await sizes()).to.deep.equal([
      ['LONG', '3.0'],
      ['SHORT', '-2.0'],
    ])
    await hedged.market(symbol, 'SELL', '3', { positionSide: 'LONG' })
    expect(await sizes()).to.deep.equal([
      ['LONG', '0.0'],
      ['SHORT', '-2.0'],
    ])
    const old = await hedged.ask<Rows>('GET /fapi/v2/positionRisk', { symbol: 'BBBUSDT' })
    expect(old.map((each) => each['positionSide'])).to.deep.equal(['LONG', 'SHORT'])
  })

  it('change of mode only when nothing stands in the way', async () => {
    const modes = await AccountClient.open(simulator.url, 'modes', 'm')
    const dual = (dualSidePosition: boolean) =>
      modes.codeOf('POST /fapi/v1/positionSide/dual', { dualSidePosition })
    expect(await dual(false)).to.equal(-4059)
    await modes.limit(symbol, 'BUY', '1', '97.00')
    expect(await dual(true)).to.equal(-4067)
    expect(await modes.codeOf('POST /fapi/v1/marginType', { symbol, marginType: 'ISOLATED' })).to.equal(-4047)
    await modes.ask('DELETE /fapi/v1/allOpenOrders', { symbol })
    await modes.market(symbol, 'BUY', '1')
    expect(await dual(true)).to.equal(-4068)
    expect(await modes.codeOf('POST /fapi/v1/marginType', { symbol, marginType: 'ISOLATED' })).to.equal(-4048)
    expect(await modes.codeOf('POST /fapi/v1/marginType', { symbol, marginType: 'CROSSED' })).to.equal(-4046)
    await modes.market(symbol, 'SELL', '1')
    expect(await dual(true)).to.equal(undefined)
    expect(await modes.ask('GET /fapi/v1/positionSide/dual')).to.deep.equal({ dualSidePosition: true })
    expect(await modes.ask('GET /fapi/v1/multiAssetsMargin')).to.deep.equal({ multiAssetsMargin: false })
    expect(await modes.codeOf('POST /fapi/v1/leverage', { symbol, leverage: 126 })).to.equal(-4028)
    expect(await modes.ask('POST /fapi/v1/leverage', { symbol, leverage: 10 })).to.include({ leverage: 10 })
    const [config] = await modes.ask<Rows>('GET /fapi/v1/symbolConfig', { symbol })
    expect(config).to.include({ symbol, leverage: 10, marginType: 'CROSSED' })
    expect(await modes.ask('GET /fapi/v1/commissionRate', { symbol })).to.include({
      makerCommissionRate: '0.000200',
      takerCommissionRate: '0.000500',
    })
    const [brackets] = await modes.ask<Rows>('GET /fapi/v1/leverageBracket', { symbol })
    expect(brackets).to.have.property('brackets').with.length.above(3)
  })

  it('show marks that are the public ones', async () => {
    const [[row], mark] = await Promise.all([
      risk('v2', { symbol }),
      getJson<{ markPrice: string }>(`${simulator.url}/fapi/v1/premiumIndex?symbol=${symbol}`),
    ])
    // A second may end between the two.
    expect(Number(row!['markPrice'])).to.be.closeTo(Number(mark.markPrice), 0.5)
  })
})

import { expect } from 'chai'
import { readModes } from '../../lib/account/account-modes.ts'
import { isIncomeRead, readIncome } from '../../lib/account/income.ts'
import { readBans } from '../../lib/account/listing-bans.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { add } from '../../lib/model/decimal.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { keyName } from '../../lib/hub/account-keys.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { postJson } from '../simulator/request.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, untilFound } from '../support/until.ts'

const textOf = async (system: System, name: string, at: AccountOf = of) =>
  (await readConditions(system.hub, at)).get(name)?.text ?? ''

const cursorSettings = {
  SLUICE_UNIVERSE_SCHEDULE: '*/2 * * * * *',
  SLUICE_SYMBOL_LIMIT: '3',
  // To ask for the whole market every 2 s takes half of an address in real time.
  SLUICE_SHARE: '0.5',
}

interface AccountAtWork {
  readonly system: System
  readonly of: AccountOf
  readonly client: AccountClient
  /** starts an actor that reads it */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<Child>
}

describe('an account that is looked after', function () {
  this.timeout(120_000)
  const opened = withSystem({ symbols: 8, rate: 3, klines: 0, cursors: 0 })

  let readerOfMain: Child | undefined

  afterEach(async () => {
    for (const position of opened().positions) if (position !== readerOfMain) await position.signal('SIGKILL')
  })

  /** Who reads the account of all but the tests that need one of their own. */
  async function readMain(): Promise<void> {
    readerOfMain ??= await opened().start('position', keySettings)
  }

  /** An account that no other test has, and a client that trades in it. */
  async function openAccount(account: string, modes: object = {}): Promise<AccountAtWork> {
    const system = opened()
    const { url } = system.simulator
    const { status } = await postJson(`${url}/_sim/accounts`, { key: account, secret: account, ...modes })
    expect(status).to.equal(200)
    const settings = {
      SLUICE_ACCOUNT: account,
      [keyName('KEY', account)]: account,
      [keyName('SECRET', account)]: account,
    }
    return {
      system,
      of: { venue, account },
      client: await AccountClient.open(url, account, account),
      start: (more = {}) => system.start('position', { ...settings, ...more }),
    }
  }

  it('stays followed whatever the filters say, and is banned and told when it is being settled', async () => {
    const system = opened()
    await system.start('symbol-cursor', cursorSettings)
    const isChosen = async () => (await readLane(system.hub, lane)).length === 3
    await until('a lane of three symbols', isChosen, 30_000)
    const followed = await readLane(system.hub, lane)
    const { symbols } = await system.simulator.market()
    const [held = '', ordered = ''] = symbols
      .filter(({ symbol, plain }) => plain && !followed.includes(symbol))
      .map(({ symbol }) => symbol)
    const client = await openTrading(system)
    await client.market(held, 'BUY', '10')
    await readMain()
    // In whatever part of the minute it starts: nothing may be opened before.
    const isRead = () => isIncomeRead(system.hub, of)
    tell(`the income is read after ${await until('the income is read', isRead, 10_000)} ms`)
    const isFollowed = async (symbol: string) => (await readLane(system.hub, lane)).includes(symbol)
    tell(
      `a held symbol is followed after ${await until(`${held} is followed`, () => isFollowed(held), 15_000)} ms`,
    )
    expect(await isFollowed(ordered)).to.equal(false)
    await client.ask('POST /fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      symbol: ordered,
      side: 'SELL',
      type: 'STOP_MARKET',
      quantity: '10',
      triggerPrice: await farBelow(system, ordered),
    })
    const ms = await until(`${ordered} is followed`, () => isFollowed(ordered), 15_000)
    tell(`a symbol with a conditional order after ${ms} ms`)

    await system.simulator.change({ symbol: held, status: 'SETTLING' })
    const banned = async () => (await readBans(system.hub, of)).get(held)
    const ban = await untilFound('it is banned', banned, 15_000)
    expect(ban).to.include({ by: 'listing' })
    const told = async () => (await textOf(system, `listing ${held}`)).includes('settled')
    await until('it is a condition', told, 5_000)
    expect(await isFollowed(held)).to.equal(true)
    await system.simulator.change({ symbol: held, status: 'TRADING' })
    const clear = async () =>
      (await banned()) === undefined && (await textOf(system, `listing ${held}`)) === ''
    await until('both are gone', clear, 20_000)
    for (const cursor of system.cursors) await cursor.signal('SIGKILL')
  })

  it('brings income, each row once and to the last digit', async () => {
    const system = opened()
    const client = await openTrading(system)
    for (const side of ['BUY', 'SELL', 'SELL', 'BUY'] as const) await client.market('BTCUSDT', side, '0.05')
    await readMain()
    await client.market('ETHUSDT', 'BUY', '0.1')
    const rows = async () => readIncome(system.hub, of, 0)
    const { income } = await client.truth()
    const complete = async () => (await rows()).length >= income.length
    await until('all rows are there', complete, 40_000)
    const found = await rows()
    expect(found.length).to.equal(income.length)
    const sum = (amounts: string[]) => add('0', ...amounts)
    expect(sum(found.map(({ amount }) => amount))).to.equal(sum(income.map(({ amount }) => amount)))
    expect(found.map(({ id }) => id).toSorted()).to.deep.equal(income.map(({ id }) => id).toSorted())
  })

  it('is halted when the position mode is another, and what was held in the old one is flat', async () => {
    const { system, of: traded, client, start } = await openAccount('hedging')
    const first = await start()
    const mode = async () => (await readModes(system.hub, traded))?.positionMode
    await until('the mode is known', async () => (await mode()) === 'one-way', 10_000)
    await client.market('BTCUSDT', 'BUY', '0.01')
    const size = async (place: string) => (await readPositions(system.hub, traded)).get(place)?.size
    await until('the position is known', async () => (await size('BTCUSDT/both')) === '0.01', 5_000)
    await first.signal('SIGKILL')

    // While nobody looks: closed, another mode, and open again.
    await client.market('BTCUSDT', 'SELL', '0.01')
    await client.ask('POST /fapi/v1/positionSide/dual', { dualSidePosition: true })
    await client.market('BTCUSDT', 'SELL', '0.02', { positionSide: 'SHORT' })
    await start()
    await until('the mode is the other', async () => (await mode()) === 'hedge', 15_000)
    const text = await untilFound(
      'it is a condition',
      () => textOf(system, 'mode changed', traded).then((each) => each || undefined),
      5_000,
    )
    expect(text).to.contain('from one-way to hedge')
    expect(await system.hub.redis.get(system.hub.keys.tradingState(venue, traded.account))).to.equal('halted')
    await until('the new position is known', async () => (await size('BTCUSDT/short')) === '-0.02', 5_000)
    tell(
      `the old record is flat after ${await until('the old record is flat', async () => (await size('BTCUSDT/both')) === '0', 40_000)} ms`,
    )
  })

  it('is refused live trading in multi-assets margin, by a sentence', async () => {
    const { system, of: traded, start } = await openAccount('multi', { multiAssetsMargin: true })
    await start()
    const told = () => textOf(system, 'mode unsupported', traded).then((each) => each || undefined)
    expect(await untilFound('it is a condition', told, 15_000)).to.contain('multi-assets margin is on')
  })
})

async function farBelow(system: System, symbol: string): Promise<string> {
  const answer = await fetch(`${system.simulator.url}/fapi/v1/ticker/bookTicker?symbol=${symbol}`)
  const { bidPrice } = (await answer.json()) as { bidPrice: string }
  const digits = bidPrice.includes('.') ? (bidPrice.split('.')[1]?.length ?? 0) : 0
  return (Number(bidPrice) * 0.5).toFixed(digits)
}

import { expect } from 'chai'
import { handIntent } from '../../lib/orders/intent-queue.ts'
import { readTradingState } from '../../lib/account/trading-states.ts'
import type { OrderIntent } from '../../lib/model/intent.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import { withFolder } from '../support/folder.ts'
import { floodIntents } from '../support/order-flood.ts'
import type { Flood } from '../support/order-flood.ts'
import { openOrderSystem, startOrders } from '../support/order-system.ts'
import type { OrderSystem } from '../support/order-system.ts'
import {
  openAccount,
  openPositions,
  perpetualsOf,
  placeAround,
  richSystem,
  startRisk,
  uncoveredIn,
} from '../support/risk-system.ts'
import type { OwnAccount } from '../support/risk-system.ts'
import { runSluice } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const limits = {
  symbolLoss4h: 100_000,
  accountLoss24h: 100_000,
  drawdown: 100_000,
  unrealisedLoss: 100_000,
  positionNotional: 1_000_000,
  grossNotional: 5_000_000,
  openOrders: 2_000,
}
const settings = { SLUICE_RISK_LIMITS: JSON.stringify(limits) }
const soak = process.env['SOAK_RUNS'] !== undefined
const perSecond = 50
/** What a FLUSHALL meets: every intent of it is handed in once more, and the venue asked for each. */
const flushed = soak ? { perSecond, entries: 60, found: 40 } : { perSecond: 15, entries: 12, found: 8 }
/** Longer without stops is a condition. */
const uncoveredForMs = 3_000
/** The ledger grows long. */
const lookEveryMs = 100

describe('under many intents a second', function () {
  this.timeout(180_000)
  const ends: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })
  const shared = withSystem({ ...richSystem, listed: false, symbols: 4 })
  const folder = withFolder()

  interface Running {
    readonly system: System
    readonly orders: OrderSystem
    readonly client: AccountClient
    readonly flood: Flood
  }

  /** A system of one account, whose actors end with the test; ticker and marks stay. */
  function systemOf(account: OwnAccount): System {
    const system = shared()
    return {
      ...system,
      of: account.of,
      async start(kind, more = {}) {
        const child = await system.start(kind, { ...more, ...account.risk })
        if (kind === 'position' || kind === 'order') ends.push(() => child.signal('SIGKILL'))
        return child
      },
    }
  }

  /** An account in which orders are opened, rest and reduce all the time, and stops stand. */
  async function openFlood(name: string, wanted: number, least = 60): Promise<Running> {
    const account = await openAccount(shared(), name)
    const { client, of } = account
    const system = systemOf(account)
    const orders = await openOrderSystem(system)
    ends.push(() => orders.stop())
    const held = await openPositions(system, client, await perpetualsOf(system, 4), 3_000)
    for (const each of held) await placeAround(client, each)
    // At the address of risk actors.
    const risk = await startRisk(shared(), { ...settings, ...account.keys })
    ends.push(() => risk.signal('SIGKILL'))
    await startOrders(system, settings)
    const flood = floodIntents(orders.queue, () => system.simulator.now(), held, wanted, of.account)
    ends.push(() => flood.stop())
    let lookedAt = 0
    const isBusy = async () => {
      system.requireAlive()
      if (Date.now() - lookedAt < lookEveryMs) return false
      lookedAt = Date.now()
      const { orders: all, openOrders } = await client.truth()
      return entries(all).length >= least && entries(openOrders).length >= least / 12
    }
    const seen = () =>
      [...orders.denied.values()]
        .slice(-3)
        .map(({ reason }) => reason)
        .join('; ')
    await until('orders are opened and rest', isBusy, 20_000, seen)
    return { system, orders, client, flood }
  }

  const sluice = (system: System, ...args: string[]) => {
    const { host, port, password } = system.redis.endpoint
    return runSluice(args, {
      REDIS_URL: `redis://:${password}@${host}:${port}`,
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
    })
  }

  type Rows = readonly Readonly<Record<string, unknown>>[]
  const entries = (rows: Rows) =>
    rows.filter((row) => row['reduceOnly'] !== true && String(row['clientOrderId']).startsWith('sl'))
  /** Entries that came to the venue later than `at`, its time. */
  const enteredAfter = async (client: AccountClient, at: number) =>
    entries((await client.truth()).orders).filter((row) => Number(row['time']) > at)

  async function requireQuiet(
    { system, client }: Running,
    haltedAt: number,
    restsForMs = 1_000,
  ): Promise<void> {
    // Place -> since when no stop closes it whole: ladders follow positions that have just grown.
    const bare = new Map<string, number>()
    await watch(
      restsForMs + 2_500,
      async () => {
        system.requireAlive()
        const now = system.simulator.now()
        const truth = await client.truth()
        const uncovered = uncoveredIn(truth)
        for (const place of bare.keys()) if (!uncovered.includes(place)) bare.delete(place)
        for (const place of uncovered) bare.set(place, bare.get(place) ?? now)
        const long = [...bare].filter(([, since]) => now - since > uncoveredForMs)
        expect(long, 'positions without stops').to.deep.equal([])
        if (now <= haltedAt + restsForMs) return
        expect(entries(truth.openOrders), 'entries that rest').to.deep.equal([])
      },
      lookEveryMs,
    )
    const late = await enteredAfter(client, haltedAt + 1_000)
    expect(late, 'entries that came later').to.deep.equal([])
    const last = Math.max(
      haltedAt,
      ...(await enteredAfter(client, haltedAt)).map((row) => Number(row['time'])),
    )
    tell(`the last entry came ${last - haltedAt} ms after`)
  }

  it(`a halt lets no entry, of ${perSecond} intents a second, come or rest later than a second after, and stops stand`, async () => {
    const running = await openFlood('halted', perSecond)
    const { system, orders, client, flood } = running
    const { code, stdout } = await sluice(system, 'halt', '--account', 'halted')
    const haltedAt = (await readTradingState(system.hub, system.of)).change?.time ?? 0
    expect([code, stdout]).to.deep.equal([0, 'halted at binanceusdm was active, is halted\n'])
    await requireQuiet(running, haltedAt)
    const last = flood.intents.at(-1)
    expect(await orders.denial(last?.id ?? '')).to.match(/^trading is halted/)
    tell(`${flood.intents.length} intents, ${entries((await client.truth()).orders).length} entries`)
  })

  it('a FLUSHALL halts, and what is handed in again after `resume` is sent once in all', async () => {
    const running = await openFlood('flushed', flushed.perSecond, flushed.entries)
    const { system, orders, client, flood } = running
    await system.hub.redis.flushall()
    const flushedAt = system.simulator.now()
    await watch(2_000, async () => system.requireAlive())
    await flood.stop()
    // The budget is unknown, too, and is probed by one request before others leave.
    await requireQuiet(running, flushedAt, 5_000)
    const earlier = flood.intents.filter(({ deadline }) => deadline < flushedAt + 5_000)
    const sentBefore = new Set((await client.truth()).orders.map((row) => String(row['clientOrderId'])))

    const resume = async () =>
      (await sluice(system, 'resume', '--account', 'flushed')).stdout.includes('is active')
    await until('trading was resumed', resume, 30_000)
    // What was sent before has arrived by then, or never will.
    const resumedAt = system.simulator.now()
    await until('intents are looked up', async () => system.simulator.now() > resumedAt + 8_000, 15_000)
    const again = async (intents: readonly OrderIntent[]) => {
      for (const intent of intents)
        await handIntent(orders.queue, { ...intent, deadline: system.simulator.now() + 60_000 })
      await until('all of it was taken', async () => (await orders.queue.count()) === 0, 30_000)
    }
    await again(earlier.slice(0, earlier.length / 2))
    // Whatever could not be sent now was sent all the same.
    for (const mark of system.marks) await mark.signal('SIGKILL')
    await system.hub.redis.del(system.hub.keys.marks(system.of.venue))
    await again(earlier.slice(earlier.length / 2))
    const recorded = async (id: string) =>
      (await system.hub.redis.exists(system.hub.keys.order(system.of.venue, system.of.account, id))) === 1
    let missing: string[] = []
    const isAccounted = async () => {
      system.requireAlive()
      const known = await Promise.all(earlier.map(({ id }) => recorded(id)))
      missing = earlier
        .filter(({ id }, at) => known[at] !== true && !orders.denied.has(id))
        .map(({ id }) => id)
      return missing.length === 0
    }
    await until(
      'every earlier intent is accounted for',
      isAccounted,
      60_000,
      () => `${missing.length} are not`,
    )
    const sent = (await client.truth()).orders.map((row) => String(row['clientOrderId']))
    const own = sent.filter((id) => id.startsWith('sl'))
    expect(own.length - new Set(own).size, 'sent twice').to.equal(0)
    const found = earlier.filter(({ id }) => sentBefore.has(id))
    expect(found.length).to.be.at.least(flushed.found)
    const lost = await Promise.all(
      found.map(async ({ id }) => ((await recorded(id)) ? undefined : orders.denied.get(id)?.reason)),
    )
    expect(
      lost.filter((why) => why !== undefined),
      'orders of before that are not known',
    ).to.deep.equal([])
    tell(`${earlier.length} intents again, ${found.length} had been sent, 0 twice`)
  })
})

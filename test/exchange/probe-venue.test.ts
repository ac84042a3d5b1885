import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { probeVenue } from '../../lib/exchange/probe-venue.ts'
import type { ProbeOptions, Sight } from '../../lib/exchange/probe-venue.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openConformance } from '../conformance/conforming-venue.ts'
import type { Conformance } from '../conformance/conforming-venue.ts'
import { startChangedVenue } from '../support/changed-venue.ts'
import type { ChangedVenue } from '../support/changed-venue.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

const keys = closeKeys('doctor', 'a-secret-of-the-doctor', 'a-phrase-of-the-doctor')
// An account may send 300 orders in 10 s.
const betweenTradesMs = 300
const venues = ['binanceusdm', 'okx', 'bybit'] as const

describe('a look at a venue', function () {
  this.timeout(30_000)

  let simulator: Simulator
  let changed: ChangedVenue

  before(async () => {
    const account = `${keys.key}:${keys.secret}:USDT=1000000`
    simulator = await startSimulator('--symbols', '3', '--weight-limit', '1000000', '--account', account)
    changed = await startChangedVenue(simulator.url)
  })
  after(async () => {
    await changed.close()
    simulator.child.signal('SIGKILL')
  })
  beforeEach(async () => {
    changed.change((_, body) => body)
    await simulator.reset()
  })

  async function look(venue: string, of: Partial<ProbeOptions> = {}): Promise<Sight[]> {
    const sights: Sight[] = []
    const options: ProbeOptions = {
      url: changed.url,
      localAddress: '',
      proxy: '',
      gate: openRecordingGate(),
      clock: createClock(1),
      streamWithinMs: 4_000,
      call: (_, run) => run(),
      ...of,
    }
    for await (const sight of probeVenue(venue, options)) sights.push(sight)
    return sights
  }

  /** `KIND path` of all that was found, with the place that it was found at. */
  const found = (sights: readonly Sight[]) =>
    sights.flatMap(({ place, findings }) => findings.map(({ kind, path }) => `${kind} ${place} ${path}`))
  const problems = (sights: readonly Sight[]) =>
    sights.flatMap(({ place, problem }) => (problem === undefined ? [] : [`${place}: ${problem}`]))

  /** Fills an order, and leaves one and a stop standing, or cancels both. */
  async function trade(
    { orders, instrument, size, newId, priceAt, ended }: Conformance,
    isKept: boolean,
  ): Promise<void> {
    const { symbol } = instrument
    const [bought, order, stop] = [newId(), newId(), newId()]
    await orders.createOrder(toSend({ symbol, clientOrderId: bought, size }))
    await ended(bought)
    const [price, triggerPrice] = [await priceAt('0.97'), await priceAt('0.9')]
    await orders.createOrder(toSend({ symbol, clientOrderId: order, size, price, timeInForce: 'GTC' }))
    await orders.createStop(stopToSend({ symbol, clientOrderId: stop, triggerPrice, size }))
    if (isKept) return
    await orders.cancelOrder(symbol, order)
    await orders.cancelStop(symbol, stop)
  }

  for (const venue of venues) {
    it(`finds ${venue}, as the simulator speaks it, all as known, with rows in every list of an account that trades`, async () => {
      const site = { url: simulator.url, keys, rate: 1, stop: () => Promise.resolve() }
      const trading = await openConformance(venue, site)
      try {
        await trade(trading, true)
        await trade(trading, false)
        let isOver = false
        const looked = look(venue, { keys, symbol: trading.instrument.symbol }).finally(() => (isOver = true))
        // So that the streams have something to tell.
        const [sights] = await Promise.all([
          looked,
          (async () => {
            while (!isOver) {
              await trade(trading, false)
              await setTimeout(betweenTradesMs)
            }
          })(),
        ])
        expect(found(sights)).to.deep.equal([])
        expect(problems(sights.filter(({ isRead }) => isRead))).to.deep.equal([])
        const lists = sights.filter(({ isRead, rows, isAbsent }) => isRead && rows === 0 && isAbsent !== true)
        // Nothing waits for its listing here.
        const empty = venue === 'bybit' ? ['GET /v5/market/instruments-info PreLaunch'] : []
        expect(lists.map(({ place }) => place)).to.deep.equal(empty)
        expect(sights.filter(({ isPrivate }) => isPrivate).length).to.be.greaterThan(7)
      } finally {
        await trading.clear()
        await trading.close()
      }
    })
  }
})

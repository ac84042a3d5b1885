import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { egressReserve } from '../../lua/egress-reserve.ts'
import { egressSettle } from '../../lua/egress-settle.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { withRedis } from '../support/with-redis.ts'

const windowMs = 600
// So long that no test meets its end.
const longWindowMs = 7 * 24 * 3600_000
const settings = { windowMs, horizonMs: 100, probeMs: 5_000, group: 'market', kept: 0, usual: 5 } as const

function keysOf(hub: Hub): { egress: string } {
  return { egress: hub.keys.egress('binanceusdm', 'here') }
}

function pace(paced: boolean) {
  return { flow: paced ? 'rest' : '', share: 0 }
}

function reserve(
  hub: Hub,
  args: {
    weight?: number
    permitted?: number
    paced?: boolean
    horizonMs?: number
    windowMs?: number
    flow?: string
    share?: number
    group?: 'market' | 'private'
    kept?: number
  } = {},
) {
  const { paced = true, ...others } = args
  return egressReserve(hub.redis, keysOf(hub), {
    ...settings,
    weight: 1,
    permitted: 100,
    ...pace(paced),
    ...others,
  })
}

function settle(
  hub: Hub,
  args: { window: number; used?: number; closeMs?: number; guardMs?: number; windowMs?: number },
) {
  return egressSettle(hub.redis, keysOf(hub), {
    used: undefined,
    closeMs: 0,
    status: 200,
    windowMs,
    guardMs: 0,
    ...args,
  })
}

/** Passes the probe, at the start of a short window or somewhere in a long one. */
async function open(hub: Hub, of: { windowMs?: number } = {}): Promise<number> {
  const windowNow = async () => Math.floor((await now(hub)) / windowMs)
  const before = await windowNow()
  while (of.windowMs === undefined && (await windowNow()) === before) await sleep(2)
  const probe = await reserve(hub, of)
  if (!probe.granted) throw new Error(`no probe: ${probe.reason}`)
  await settle(hub, { window: probe.window, ...of })
  return probe.window
}

async function now(hub: Hub): Promise<number> {
  const [seconds, micros] = await hub.redis.time()
  return Number(seconds) * 1000 + Number(micros) / 1000
}

describe('egress', () => {
  const redis = withRedis({ cluster: true })

  it('lets one probe out when nothing is known of an address, and opens when that is settled', async () => {
    const hub = await redis.hub()
    const probe = await reserve(hub)
    expect(probe).to.include({ granted: true, inMs: 0 })
    expect(await reserve(hub)).to.include({ granted: false, reason: 'probe-out' })
    if (probe.granted) await settle(hub, { window: probe.window, used: 40, guardMs: 60_000 })
    expect((await reserve(hub)).granted).to.equal(true)
    expect(Number(await hub.redis.hget(keysOf(hub).egress, 'used'))).to.be.at.least(1)
  })

  it('sends the next probe when one was never settled', async () => {
    const hub = await redis.hub()
    await egressReserve(hub.redis, keysOf(hub), {
      ...settings,
      probeMs: 20,
      weight: 1,
      permitted: 100,
      flow: 'rest',
      share: 0,
    })
    expect(await reserve(hub)).to.include({ granted: false, reason: 'probe-out' })
    await sleep(25)
    expect(await reserve(hub)).to.include({ granted: true, inMs: 0 })
  })

  it('spreads the paced requests evenly over the window and never books more than it may hold', async function () {
    this.timeout(10_000)
    const hub = await redis.hub()
    await open(hub)
    const starts: number[] = []
    const until = (await now(hub)) + 2.5 * windowMs
    for (;;) {
      const booking = await reserve(hub, { permitted: 60 })
      const at = await now(hub)
      if (at > until) break
      if (booking.granted) starts.push(at + booking.inMs)
      else await sleep(Math.min(booking.waitMs, 20))
    }
    const gaps = starts
      .slice(1)
      .map((at, i) => at - (starts[i] ?? 0))
      .toSorted((a, b) => a - b)
    // 60 in 600 ms: 10 ms each; catching up is allowed 5 %.
    expect(gaps[Math.floor(gaps.length / 2)]).to.be.within(9, 11)
    for (const window of new Set(starts.map((at) => Math.floor(at / windowMs)))) {
      expect(starts.filter((at) => Math.floor(at / windowMs) === window).length).to.be.at.most(61)
    }
  })

  it('never books more weight in a window than it may hold, for any mix of classes and weights', async function () {
    this.timeout(60_000)
    const request = fc.record({
      weight: fc.integer({ min: 1, max: 40 }),
      paced: fc.boolean(),
      permitted: fc.constantFrom(60, 80),
      header: fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 60 }), async (requests) => {
        const hub = await redis.hub()
        const probe = await reserve(hub, { windowMs: longWindowMs })
        if (probe.granted) await settle(hub, { window: probe.window, windowMs: longWindowMs })
        const booked = new Map<number, number>([[probe.granted ? probe.window : 0, 1]])
        await Promise.all(
          requests.map(async ({ weight, paced, permitted, header }) => {
            const booking = await reserve(hub, {
              weight,
              paced,
              permitted,
              windowMs: longWindowMs,
              horizonMs: longWindowMs,
            })
            if (!booking.granted) return
            booked.set(booking.window, (booked.get(booking.window) ?? 0) + weight)
            if (header !== undefined)
              await settle(hub, { window: booking.window, used: header, windowMs: longWindowMs })
          }),
        )
        for (const weight of booked.values()) expect(weight).to.be.at.most(80)
        hub.close()
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 40), endOnFailure: true },
    )
  })

  it('slows down when the venue has counted more than we have', async () => {
    const hub = await redis.hub()
    const of = { windowMs: longWindowMs, horizonMs: longWindowMs }
    const window = await open(hub, of)
    await settle(hub, { window, used: 90, windowMs: longWindowMs })
    const left = window + longWindowMs - (await now(hub))
    const booked = [await reserve(hub, of), await reserve(hub, of)].map((booking) =>
      booking.granted ? booking.inMs : -1,
    )
    // What is left of the window for the 10 that are left, or the even pace where that is slower.
    const expected = Math.max(left / 9, longWindowMs / 105)
    expect((booked[1] ?? 0) - (booked[0] ?? 0)).to.be.within(expected * 0.8, expected * 1.2)
  })

  it('does not take a count for the new window that may still be of the one before', async () => {
    const hub = await redis.hub()
    const window = await open(hub)
    await settle(hub, { window, used: 99, guardMs: windowMs })
    expect(Number(await hub.redis.hget(keysOf(hub).egress, 'used'))).to.be.below(10)
    await settle(hub, { window: window - windowMs, used: 99 })
    expect(Number(await hub.redis.hget(keysOf(hub).egress, 'used'))).to.be.below(10)
  })

  it('closes an address for everybody until the time given, and never opens it earlier', async () => {
    const hub = await redis.hub()
    const window = await open(hub)
    await settle(hub, { window, closeMs: 60_000 })
    await settle(hub, { window, closeMs: 10 })
    for (const paced of [true, false]) {
      const booking = await reserve(hub, { paced })
      expect(booking).to.include({ granted: false, reason: 'closed' })
      expect(!booking.granted && booking.waitMs).to.be.within(55_000, 60_001)
    }
  })

  it('lets an urgent request out at once while paced ones are spread, within the same window', async () => {
    const hub = await redis.hub()
    const of = { windowMs: longWindowMs }
    await open(hub, of)
    for (let i = 0; i < 5; i++) await reserve(hub, { ...of, permitted: 20, horizonMs: longWindowMs })
    expect(await reserve(hub, { ...of, paced: false })).to.include({ granted: true, inMs: 0 })
    expect(await reserve(hub, { ...of, paced: false, permitted: 5 })).to.include({
      granted: false,
      reason: 'window-full',
    })
  })

  it('gives each flow its part of the window, so that none starves another', async function () {
    this.timeout(10_000)
    const hub = await redis.hub()
    await open(hub)
    const until = (await now(hub)) + 4 * windowMs
    const counted = { rest: new Map<number, number>(), tickers: new Map<number, number>() }
    const run = async (flow: 'rest' | 'tickers', share: number, weight: number) => {
      for (;;) {
        const booking = await reserve(hub, { flow, share, weight, permitted: 200 })
        if ((await now(hub)) > until) return
        if (booking.granted)
          counted[flow].set(booking.window, (counted[flow].get(booking.window) ?? 0) + weight)
        else await sleep(Math.min(booking.waitMs, 10))
      }
    }
    await Promise.all([run('rest', 0, 1), run('rest', 0, 1), run('tickers', 0.25, 5)])
    // The first window had begun before the second flow asked; the last one was not finished.
    const [, second, third] = [...counted.rest.keys()].toSorted((a, b) => a - b)
    for (const window of [second ?? 0, third ?? 0]) {
      expect(counted.tickers.get(window)).to.be.within(40, 50)
      expect(counted.rest.get(window)).to.be.within(125, 150)
    }
  })

  it('leaves the part of a flow that asks for nothing to the rest', async () => {
    const hub = await redis.hub()
    const of = { windowMs: longWindowMs, horizonMs: longWindowMs }
    await open(hub, of)
    const spacing = async () => {
      const booked = [await reserve(hub, of), await reserve(hub, of)].map((booking) =>
        booking.granted ? booking.inMs : -1,
      )
      return (booked[1] ?? 0) - (booked[0] ?? 0)
    }
    const alone = await spacing()
    await reserve(hub, { ...of, flow: 'tickers', share: 0.5 })
    const shared = await spacing()
    expect(shared / alone).to.be.within(1.8, 2.4)
  })

  it('keeps a part for protect and cancel while market data and accounts share the address', async () => {
    const hub = await redis.hub()
    const of = { windowMs: longWindowMs, horizonMs: longWindowMs, weight: 40 }
    await open(hub, { windowMs: longWindowMs })
    const market = { ...of, group: 'market', kept: 25 } as const
    const account = { ...of, group: 'private', kept: 25, flow: 'account', share: 0.5, weight: 1 } as const
    expect(await reserve(hub, { ...market, paced: false })).to.include({ granted: true, permitted: 100 })
    expect(await reserve(hub, account)).to.include({ granted: true, permitted: 75 })
    // 1 of the probe, 40 and 1 are used: 40 more would fit into the whole and do not fit into what is left to share.
    expect(await reserve(hub, { ...market, paced: false })).to.include({
      granted: false,
      reason: 'window-full',
      permitted: 75,
    })
    const protect = { ...of, group: 'private', kept: 0, paced: false } as const
    expect(await reserve(hub, protect)).to.include({ granted: true, permitted: 100 })
  })

  it('lets what weighs nothing leave from a full window, and not from a closed address', async () => {
    const hub = await redis.hub()
    const window = await open(hub, { windowMs: longWindowMs })
    const of = { windowMs: longWindowMs, group: 'private', paced: false } as const
    await reserve(hub, { ...of, group: 'market', weight: 99 })
    expect(await reserve(hub, { ...of, kept: 25, weight: 1 })).to.include({ granted: false })
    expect(await reserve(hub, { ...of, kept: 25, weight: 0 })).to.include({ granted: true })
    await settle(hub, { window, closeMs: 5_000, windowMs: longWindowMs })
    expect(await reserve(hub, { ...of, kept: 25, weight: 0 })).to.include({
      granted: false,
      reason: 'closed',
    })
  })

  it('leaves the whole address to whoever uses it alone', async () => {
    const hub = await redis.hub()
    await open(hub, { windowMs: longWindowMs })
    const of = { windowMs: longWindowMs, group: 'market', kept: 25, paced: false } as const
    expect(await reserve(hub, { ...of, weight: 90 })).to.include({ granted: true, permitted: 100 })
  })
})

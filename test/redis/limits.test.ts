import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import { bookCharges, bucketOf } from '../../lib/egress/book-charges.ts'
import { readOrderRates, reserveOrders } from '../../lib/egress/order-rates.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { allowanceOf } from '../../lib/model/egress-budget.ts'
import type { Charge, EgressClass, VenueLimit } from '../../lib/model/egress-budget.ts'
import { RetryLaterError } from '../../lib/model/errors.ts'
import { bookAll, mostWithin } from '../support/booking-run.ts'
import type { BookedUnit, RequestToBook } from '../support/booking-run.ts'
import { failureOf } from '../support/failure-of.ts'
import { tell, until, untilFound } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import type { BookingOrder } from './limits-worker.ts'

const windowMs = 400
const isSoak = process.env['SOAK_RUNS'] !== undefined
const noFlow = { name: 'rest', share: 0 }

function rolling(name: string, limit: number, of: Partial<VenueLimit> = {}): VenueLimit {
  return {
    name,
    scope: 'address',
    counts: 'requests',
    limit,
    windowMs,
    window: 'rolling',
    endpoints: [],
    ...of,
  }
}

const candles = rolling('candles', 40)
const positions = rolling('positions', 10, { scope: 'user' })
const orders = rolling('orders', 60, { scope: 'instrument', counts: 'orders' })
const allOrders = rolling('all orders', 20, { scope: 'user', counts: 'orders' })
const weight: VenueLimit = { ...rolling('weight', 100), counts: 'weight', window: 'fixed' }
const limits = [candles, positions, orders, allOrders, weight]

function mostIn(limit: VenueLimit, egressClass: EgressClass = 'protect'): number {
  return allowanceOf(egressClass, { limit, share: 0.95 }).permitted
}

function book(hub: Hub, charges: readonly Charge[], egressClass: EgressClass = 'orders') {
  return bookCharges(hub, 'okx', charges, { egressClass, flow: noFlow })
}

/** Uses a limit up, and tells how many requests that took. */
async function fill(hub: Hub, charge: Charge, egressClass: EgressClass = 'orders'): Promise<number> {
  for (let granted = 0; ; granted += 1) if (!(await book(hub, [charge], egressClass)).granted) return granted
}

/** Lets what counts as used in an unknown window become old. */
async function open(hub: Hub, charge: Charge): Promise<void> {
  await book(hub, [charge], 'market')
  const { starts } = bucketOf(hub, 'okx', charge)
  const isOld = async () => {
    const [seconds, micros] = await hub.redis.time()
    const since = Number(seconds) * 1e6 + Number(micros) - charge.limit.windowMs * 1010
    return (await hub.redis.zcount(starts, since, '+inf')) === 0
  }
  await until('what was unknown is old', isOld, 10_000)
}

/** ms between the bookings of a rolling window that were made, not taken for granted. */
async function gapsOf(hub: Hub, starts: string): Promise<number[]> {
  const members = await hub.redis.zrange(starts, '0', '+inf', 'BYSCORE', 'WITHSCORES')
  const times = members.flatMap((score, i) => (i % 2 === 1 ? [Number(score) / 1000] : []))
  return times.slice(1).map((time, i) => time - (times[i] ?? 0))
}

describe("a venue's limits", () => {
  const redis = withRedis({ cluster: true })

  it('are never passed in any span of their windows, whoever books what in which order', async function () {
    this.timeout(120_000)
    const symbol = fc.constantFrom('A', 'B')
    const kinds: Record<string, (symbol: string, amount: number) => Charge[]> = {
      candles: () => [{ limit: candles, amount: 1 }],
      positions: () => [
        { limit: positions, amount: 1 },
        { limit: weight, amount: 5 },
      ],
      orders: (of, amount) => [
        { limit: orders, amount, symbol: of },
        { limit: allOrders, amount },
      ],
      weight: (_, amount) => [{ limit: weight, amount }],
    }
    const request = fc
      .record({
        kind: fc.constantFrom(...Object.keys(kinds)),
        egressClass: fc.constantFrom<EgressClass>('protect', 'orders', 'account', 'market'),
        flow: fc.constantFrom(noFlow, { name: 'tickers', share: 0.2 }),
        symbol,
        amount: fc.integer({ min: 1, max: 5 }),
      })
      .map(({ kind, egressClass, flow, symbol: of, amount }) => ({
        egressClass,
        flow,
        charges: kinds[kind]?.(of, amount) ?? [],
      }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(request, { minLength: 30, maxLength: 60 }), { minLength: 3, maxLength: 4 }),
        async (processes) => {
          const first = await redis.hub()
          const { namespace } = first.config
          const hubs = await Promise.all(processes.map(() => redis.hub({ namespace })))
          const endsAt = Date.now() + 1_500
          const booked = await Promise.all(
            processes.map((requests, at) => bookAll(hubs[at] ?? first, requests, endsAt)),
          )
          requireKept(booked.flat())
          for (const hub of [first, ...hubs]) hub.close()
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 5), endOnFailure: true },
    )
  })

  it('are kept, and used, by several processes at once', async function () {
    this.timeout(60_000)
    const hub = await redis.hub({ address: 'here' })
    const runMs = 6 * windowMs
    const request = { egressClass: 'market', flow: noFlow, charges: [{ limit: candles, amount: 1 }] } as const
    const units = (await workTogether(hub, { processes: isSoak ? 4 : 3, runMs, request })).flat()
    requireKept(units)
    const times = units.map(({ at }) => at / 1000)
    const spanMs = Math.max(...times) - Math.min(...times)
    const usedPart = (units.length - 1) / ((spanMs / windowMs) * mostIn(candles))
    tell(
      `${units.length} requests in ${spanMs.toFixed(0)} ms, ${(usedPart * 100).toFixed(1)} % of what is permitted`,
    )
    expect(usedPart).to.be.within(0.8, 1.05)
  })

  it('of an unknown rolling window count as used up, and free themselves evenly', async () => {
    const hub = await redis.hub()
    const charge = { limit: candles, amount: 1 }
    const first = await book(hub, [charge])
    expect(first).to.include({ granted: false, reason: 'window-full' })
    // 38 in 405 ms: one each 10.7 ms.
    expect(!first.granted && first.waitMs).to.be.within(0.1, 11)
  })

  it('spread the paced requests of a rolling window evenly', async () => {
    const hub = await redis.hub()
    const of = { egressClass: 'market', flow: noFlow } as const
    const charge = { limit: candles, amount: 1 }
    await open(hub, charge)
    const { starts } = bucketOf(hub, 'okx', charge)
    // At once, so that no time passes between them that might be made up for.
    await Promise.all(Array.from({ length: 6 }, () => bookCharges(hub, 'okx', [charge], of)))
    const gaps = await gapsOf(hub, starts)
    // 38 in 405 ms: 10.7 ms each, but for those that make up for what was idle, one or two.
    expect(gaps.at(-1)).to.be.within(10, 11.5)
  })

  it('spread the paced requests evenly in the scarcest limit that they count in', async () => {
    const hub = await redis.hub()
    const of = { egressClass: 'account', flow: noFlow } as const
    const charges = [positions, candles].map((limit): Charge => ({ limit, amount: 1 }))
    for (const charge of charges) await open(hub, charge)
    const [user, address] = charges.map((charge) => bucketOf(hub, 'okx', charge))
    // Within the shorter of the two windows.
    for (let i = 0; i < 4; i++) await bookCharges(hub, 'okx', charges, of)
    const booked = await Promise.all([user, address].map((bucket) => gapsOf(hub, bucket!.starts)))
    // 6 in 662 ms beside market data: 110 ms each, but for those that make up for what was idle.
    expect(booked.map((gaps) => gaps.length)).to.deep.equal([3, 3])
    expect(booked[0]!.at(-1)).to.be.within(108, 112)
    // It leaves when the scarcest lets it, and counts in the others from then on.
    expect(booked[1]!.at(-1)).to.be.within(70, 180)
  })

  it('of the account are given back when the address has no room', async () => {
    const hub = await redis.hub()
    const address: Charge = { limit: rolling('few', 2), amount: 1 }
    const user: Charge = { limit: allOrders, amount: 1 }
    await open(hub, address)
    let before = 0
    // A machine that stands still for the whole window has room again.
    const isFull = async () => {
      await fill(hub, address)
      before = await usedOf(hub, user)
      const booking = await book(hub, [user, address])
      return booking.granted ? undefined : booking
    }
    expect(await untilFound('no room', isFull, 10_000)).to.include({ reason: 'window-full' })
    expect(await usedOf(hub, user)).to.equal(before)
  })

  it('given back in a fixed window leave its count as it was', async () => {
    const hub = await redis.hub()
    const longMs = 7 * 24 * 3600_000
    const user: Charge = { limit: { ...weight, scope: 'user', windowMs: longMs }, amount: 7 }
    const { egress } = bucketOf(hub, 'okx', user)
    await book(hub, [user])
    await hub.redis.hdel(egress, 'probeUntil')
    const address: Charge = { limit: rolling('few', 2), amount: 3 }
    expect((await book(hub, [user, address])).granted).to.equal(false)
    expect(await hub.redis.hget(egress, 'used')).to.equal('7')
  })

  it('of one instrument do not hold up another', async () => {
    const hub = await redis.hub()
    const one: Charge = { limit: orders, amount: 1, symbol: 'A' }
    expect(await fill(hub, one)).to.equal(42)
    expect(await book(hub, [{ ...one, symbol: 'B' }])).to.include({ granted: true })
  })

  it('of orders keep 30 % for protect, which has the rest at once', async () => {
    const hub = await redis.hub()
    const charge: Charge = { limit: allOrders, amount: 1 }
    expect(await fill(hub, charge)).to.equal(14)
    expect(await fill(hub, charge, 'protect')).to.equal(6)
  })

  describe('of orders', () => {
    const venue = { id: 'okx', limits }
    const charges = [
      { limit: orders, amount: 1, symbol: 'A' },
      { limit: allOrders, amount: 1 },
    ]
    const reserve = (hub: Hub, count: number) =>
      reserveOrders(hub, 'okx', charges, { egressClass: 'orders', orders: count })

    it('are booked all or none, and told as used', async () => {
      const hub = await redis.hub()
      const booking = await reserve(hub, 10)
      const used = async () => (await readOrderRates(hub, venue, 'A')).map((rate) => rate.used)
      expect(await readOrderRates(hub, venue, 'A')).to.deep.equal([
        { name: 'orders', windowMs, limit: 60, used: 10 },
        { name: 'all orders', windowMs, limit: 20, used: 10 },
      ])
      const failure = await failureOf(() => reserve(hub, 5))
      expect(failure).to.be.instanceOf(RetryLaterError)
      expect(await used()).to.deep.equal([10, 10])
      await booking.release()
      expect(await used()).to.deep.equal([0, 0])
    })

    it('are taken by requests until none is left, and not when they are old', async () => {
      const hub = await redis.hub()
      const booking = await reserve(hub, 2)
      const takes = (limit: VenueLimit, amount: number) => booking.take(limit, amount) !== undefined
      expect([takes(orders, 1), takes(allOrders, 2)]).to.deep.equal([true, true])
      expect([takes(orders, 2), takes(allOrders, 1)]).to.deep.equal([false, false])
      const old = await reserve(hub, 1)
      await until('it is too old', () => Promise.resolve(old.take(orders, 0) === undefined), 2_000)
      expect(old.take(orders, 1)).to.equal(undefined)
    })
  })

  function requireKept(units: readonly BookedUnit[]): void {
    for (const limit of limits) {
      const mine = units.filter((unit) => unit.limit === limit.name)
      for (const bucket of new Set(mine.map((unit) => unit.bucket))) {
        const times = mine.filter((unit) => unit.bucket === bucket).map(({ at }) => at)
        const most =
          limit.window === 'rolling'
            ? mostWithin(times, windowMs)
            : Math.max(...[...new Set(times)].map((window) => times.filter((at) => at === window).length))
        expect(most, bucket).to.be.at.most(mostIn(limit))
      }
    }
  }

  async function usedOf(hub: Hub, charge: Charge): Promise<number> {
    return hub.redis.zcard(bucketOf(hub, 'okx', charge).starts)
  }
})

async function workTogether(
  hub: Hub,
  of: { processes: number; runMs: number; request: RequestToBook },
): Promise<BookedUnit[][]> {
  const worker = fileURLToPath(new URL('./limits-worker.js', import.meta.url))
  const { endpoint } = hub
  const endsAt = Date.now() + 1_500 + of.runMs
  const order: BookingOrder = {
    endpoint,
    namespace: hub.config.namespace,
    request: of.request,
    until: endsAt,
  }
  return Promise.all(
    Array.from({ length: of.processes }, async () => {
      const child = fork(worker, [JSON.stringify(order)])
      return new Promise<BookedUnit[]>((resolve, reject) => {
        child.once('message', (message) => resolve(message as BookedUnit[]))
        child.once('error', reject)
        child.once('disconnect', () => reject(new Error('a worker ended without an answer')))
      })
    }),
  )
}

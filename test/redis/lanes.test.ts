import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Hub } from '../../lib/hub/hub.ts'
import { leaseTake } from '../../lua/lease-take.ts'
import { cursorLease, handOut, readLane, writeLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { withRedis } from '../support/with-redis.ts'
import type { HandoutOrder } from './lanes-worker.ts'

const lane: Lane = { venue: 'binanceusdm', interval: '1m', name: 'all' }
const token = 'the-leader'
const soak = process.env['SOAK_RUNS'] !== undefined

async function lead(hub: Hub, by = token): Promise<void> {
  await hub.redis.set(cursorLease(hub, lane.venue), by)
}

async function next(hub: Hub, count: number): Promise<string[]> {
  const handout = await handOut(hub, lane, token, count)
  if (handout.outcome !== 'handed') throw new Error(handout.outcome)
  return handout.symbols
}

describe('lanes', () => {
  const redis = withRedis({ cluster: true })
  // They load while the first tests run.
  const workers: ChildProcess[] = []
  before(() => {
    const file = fileURLToPath(new URL('./lanes-worker.js', import.meta.url))
    for (let count = soak ? 16 : 3; count > 0; count--) workers.push(fork(file))
  })
  after(() => {
    for (const worker of workers) if (worker.connected) worker.disconnect()
  })

  it('hand out their symbols in order, round and round', async () => {
    const hub = await redis.hub()
    await lead(hub)
    await writeLane(hub, lane, token, ['A', 'B', 'C'])
    expect(await next(hub, 2)).to.deep.equal(['A', 'B'])
    expect(await next(hub, 2)).to.deep.equal(['C', 'A'])
    expect(await next(hub, 1)).to.deep.equal(['B'])
    expect(await next(hub, 9)).to.deep.equal(['C', 'A', 'B'])
  })

  it('give nothing to a leader whose lease has passed on, and let it write nothing', async () => {
    const hub = await redis.hub()
    await lead(hub)
    await writeLane(hub, lane, token, ['A', 'B'])
    await lead(hub, 'the-next-leader')
    expect(await handOut(hub, lane, token, 1)).to.deep.equal({ outcome: 'not-leader' })
    expect(await writeLane(hub, lane, token, ['A'])).to.equal(undefined)
    expect(await readLane(hub, lane)).to.deep.equal(['A', 'B'])
    await hub.redis.del(cursorLease(hub, lane.venue))
    expect(await handOut(hub, lane, token, 1)).to.deep.equal({ outcome: 'not-leader' })
  })

  it('say that they are empty', async () => {
    const hub = await redis.hub()
    await lead(hub)
    expect(await handOut(hub, lane, token, 1)).to.deep.equal({ outcome: 'empty' })
  })

  it('carry the turn along to the same symbol, or to the next one that stays', async () => {
    const hub = await redis.hub()
    await lead(hub)
    await writeLane(hub, lane, token, ['A', 'B', 'C', 'D'])
    expect(await next(hub, 2)).to.deep.equal(['A', 'B'])
    expect(await writeLane(hub, lane, token, ['D', 'B', 'N', 'A'])).to.deep.equal({ added: 1, removed: 1 })
    expect(await next(hub, 4)).to.deep.equal(['D', 'N', 'A', 'B'])
  })

  it('never make a symbol that stays throughout miss a turn or get two, whatever is added and removed', async function () {
    this.timeout(30_000)
    const stay = ['S0', 'S1', 'S2', 'S3', 'S4']
    const others = ['N0', 'N1', 'N2', 'N3', 'N4', 'N5', 'N6']
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 7 }) }),
      fc.record({ lane: fc.subarray(others) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...stay, ...others], { minLength: 12 }),
        fc.array(step, { maxLength: 60 }),
        async (first, steps) => {
          const hub = await redis.hub()
          await lead(hub)
          await writeLane(hub, lane, token, first)
          const counts = new Map(stay.map((symbol) => [symbol, 0]))
          for (const each of steps) {
            if ('lane' in each) await writeLane(hub, lane, token, [...each.lane, ...stay])
            else
              for (const symbol of await next(hub, each.take)) {
                if (!counts.has(symbol)) continue
                counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
                const all = [...counts.values()]
                expect(Math.max(...all) - Math.min(...all)).to.be.at.most(1)
              }
          }
          hub.close()
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 60), endOnFailure: true },
    )
  })

  it('hand each position out once and in order to many processes at a time', async function () {
    this.timeout(60_000)
    const hub = await redis.hub()
    await lead(hub)
    // More symbols than are handed out, so that each names its position.
    const symbols = Array.from({ length: 8_000 }, (_, at) => `S${at}`)
    await writeLane(hub, lane, token, symbols)
    const places = new Map(symbols.map((symbol, at) => [symbol, at]))
    const handed = await handOutFrom(hub, workers.slice(0, 3), { handouts: 2_000, token })
    const positions = handed.map((each) => each.map((symbol) => places.get(symbol) ?? -1))
    const all = positions.flat().toSorted((a, b) => a - b)
    expect(all.length).to.be.within(2_000, 6_000)
    expect(all).to.deep.equal(all.map((_, at) => at))
    for (const each of positions) expect(each).to.deep.equal(each.toSorted((a, b) => a - b))
    expect(await hub.redis.get(hub.keys.cursor(lane.venue, lane.interval, lane.name))).to.equal(
      String(all.length),
    )
  })

  it('hand out evenly to many processes while symbols come and go', async function () {
    this.timeout(300_000)
    const hub = await redis.hub()
    await lead(hub)
    const stay = Array.from({ length: 20 }, (_, at) => `S${at}`)
    await writeLane(hub, lane, token, stay)
    const work = handOutFrom(hub, workers, { handouts: soak ? 100_000 : 4_000, token })
    let changes = 0
    let done = false
    const change = (async () => {
      while (!done) {
        const others = Array.from({ length: changes % 7 }, (_, at) => `N${changes - at}`)
        await writeLane(hub, lane, token, [...others, ...stay])
        changes += 1
      }
    })()
    const handed = await work
    done = true
    await change
    const counts = new Map(stay.map((symbol) => [symbol, 0]))
    for (const symbol of handed.flat()) {
      const count = counts.get(symbol)
      if (count !== undefined) counts.set(symbol, count + 1)
    }
    const all = [...counts.values()]
    expect(changes).to.be.greaterThan(20)
    expect(Math.max(...all) - Math.min(...all)).to.be.at.most(1)
  })
})

describe('the lease', () => {
  const redis = withRedis({ cluster: true })

  it('is held by one at a time, renewed by its holder, and free when it runs out', async () => {
    const hub = await redis.hub()
    const lease = cursorLease(hub, lane.venue)
    expect(await leaseTake(hub.redis, { lease }, { token: 'a', ttl: 5_000 })).to.deep.equal({
      held: true,
      ms: 5_000,
    })
    expect((await leaseTake(hub.redis, { lease }, { token: 'b', ttl: 5_000 })).held).to.equal(false)
    expect((await leaseTake(hub.redis, { lease }, { token: 'a', ttl: 20 })).held).to.equal(true)
    while ((await hub.redis.exists(lease)) === 1) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await leaseTake(hub.redis, { lease }, { token: 'b', ttl: 5_000 })).held).to.equal(true)
  })
})

/** What each of some processes is handed, in the order in which it was. */
async function handOutFrom(
  hub: Hub,
  workers: readonly ChildProcess[],
  of: { handouts: number; token: string },
): Promise<string[][]> {
  const order: HandoutOrder = {
    endpoint: hub.endpoint,
    namespace: hub.config.namespace,
    lane,
    token: of.token,
    handouts: Math.ceil(of.handouts / workers.length),
  }
  return Promise.all(
    workers.map(
      (worker) =>
        new Promise<string[]>((resolve, reject) => {
          worker.once('message', (message) => resolve(message as string[]))
          worker.once('error', reject)
          // Not on its exit, which may be seen before its message is.
          worker.once('disconnect', () => reject(new Error('a worker ended without an answer')))
          worker.send(order)
        }),
    ),
  )
}

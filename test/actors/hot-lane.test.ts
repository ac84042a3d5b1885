import { expect } from 'chai'
import { readLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { withFolder } from '../support/folder.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const hotLane: Lane = { ...lane, name: 'hot' }
const byHand = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
const symbols = 10
const share = 0.3
const measuredTurns = 200
// The schedule's second, a judging, and patience.
const judgedWithinMs = 10_000

function untilHot(system: System, expected: readonly string[]): Promise<number> {
  let found: string[] = []
  const look = async () => {
    system.requireAlive()
    found = await readLane(system.hub, hotLane)
    return found.toSorted().join() === expected.toSorted().join()
  }
  const what = `${expected.join(', ')} are hot`
  return until(what, look, judgedWithinMs, () => found.join(', '))
}

describe('the hot lane', () => {
  const opened = withSystem({
    rate: 10,
    share: 0.1,
    symbols,
    cursors: 0,
  })
  const folder = withFolder()

  afterEach(async () => {
    for (const cursor of opened().cursors) await cursor.signal('SIGTERM')
  })

  /** The system with a hot lane under this condition. */
  async function openHot(condition: object): Promise<System> {
    const system = opened()
    await system.start('symbol-cursor', {
      SLUICE_HOT_SHARE: String(share),
      SLUICE_HOT_LANE: JSON.stringify(condition),
      SLUICE_HOT_SCHEDULE: '* * * * * *',
    })
    await system.untilPolled(Date.now(), 20_000)
    return system
  }

  it('makes the gaps of hot symbols shorter than the others’ by its share, within the budget', async function () {
    this.timeout(60_000)
    const system = await openHot({ symbols: byHand })
    await untilHot(system, byHand)
    const { redis, keys } = system.hub
    const cursors = [lane, hotLane].map((of) => keys.cursor(venue, of.interval, of.name))
    const handed = async () => (await redis.mget(cursors)).map(Number)
    const before = await handed()
    const since = Date.now()
    let [all, hot] = [0, 0]
    const measured = async () => {
      ;[all = 0, hot = 0] = (await handed()).map((turns, at) => turns - (before[at] ?? 0))
      return all + hot >= measuredTurns
    }
    await until(`${measuredTurns} turns`, measured, 30_000)
    const gaps = await system.simulator.gaps('1m', since)
    // A lane's turns are handed out some at a time.
    expect(hot / (all + hot)).to.be.closeTo(share, 0.03)
    // A hot symbol has its turn in both lanes.
    const expected = 1 + (share / byHand.length / (1 - share)) * symbols
    const found = gaps.maxPerSymbol / gaps.minPerSymbol
    tell(`hot symbols polled ${found.toFixed(2)} times as often, expected ${expected.toFixed(2)}`)
    expect(found).to.be.within(expected * 0.85, expected * 1.15)
    const { addresses } = await system.simulator.stats()
    expect(Object.values(addresses).map(({ http429, http418 }) => http429 + http418)).to.deep.equal([0])
  })

  it('follows positions and a function of one’s own, and is there again after it was lost', async function () {
    this.timeout(60_000)
    const module = folder.write(
      'mine.mjs',
      `export const isHot = ({ symbol, klines }) => symbol === 'ETHUSDT' && klines.length > 0`,
    )
    const broken = folder.write('broken.mjs', `export const isHot = () => { throw new Error('mine') }`)
    const condition = { any: [{ openPosition: true }, { module }, { module: broken }] }
    const system = await openHot(condition)
    const { redis, keys } = system.hub
    const positions = keys.positions(venue, 'paper')
    await untilHot(system, ['ETHUSDT'])
    await redis.sadd(keys.accounts(venue), 'paper')
    await redis.hset(positions, 'SOLUSDT/long', '{"size":"2"}', 'XRPUSDT/long', '{"size":"0"}')
    tell(`an open position is hot after ${await untilHot(system, ['ETHUSDT', 'SOLUSDT'])} ms`)
    await redis.hset(positions, 'SOLUSDT/long', '{"size":"0"}')
    await untilHot(system, ['ETHUSDT'])
    await redis.del(keys.lane(venue, hotLane.interval, hotLane.name))
    await untilHot(system, ['ETHUSDT'])
    await system.untilPolled(Date.now(), 10_000)
  })
})

import { expect } from 'chai'
import { readLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { withSharedFolder } from '../support/folder.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const hotLane: Lane = { ...lane, name: 'hot' }
const byHand = ['BTCUSDT', 'ETHUSDT']
const byFunction = 'SOLUSDT'
const hot = [...byHand, byFunction]
const [held, closed] = ['XRPUSDT', 'DOGEUSDT']
const symbols = 6
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
  const folder = withSharedFolder()

  before(async function () {
    this.timeout(60_000)
    const module = folder.write(
      'mine.mjs',
      `export const isHot = ({ symbol, klines }) => symbol === '${byFunction}' && klines.length > 0`,
    )
    const broken = folder.write('broken.mjs', `export const isHot = () => { throw new Error('mine') }`)
    const condition = { any: [{ symbols: byHand }, { openPosition: true }, { module }, { module: broken }] }
    await opened().start('symbol-cursor', {
      SLUICE_HOT_SHARE: String(share),
      SLUICE_HOT_LANE: JSON.stringify(condition),
      SLUICE_HOT_SCHEDULE: '* * * * * *',
    })
    await opened().untilPolled(Date.now(), 20_000)
  })

  it('makes the gaps of hot symbols shorter than the others’ by its share, within the budget', async function () {
    this.timeout(60_000)
    const system = opened()
    await untilHot(system, hot)
    const { redis, keys } = system.hub
    const cursors = [lane, hotLane].map((of) => keys.cursor(venue, of.interval, of.name))
    const handed = async () => (await redis.mget(cursors)).map(Number)
    const before = await handed()
    const since = Date.now()
    let [ofAll, ofHot] = [0, 0]
    const measured = async () => {
      ;[ofAll = 0, ofHot = 0] = (await handed()).map((turns, at) => turns - (before[at] ?? 0))
      return ofAll + ofHot >= measuredTurns
    }
    await until(`${measuredTurns} turns`, measured, 30_000)
    const gaps = await system.simulator.gaps('1m', since)
    // A lane's turns are handed out some at a time.
    expect(ofHot / (ofAll + ofHot)).to.be.closeTo(share, 0.03)
    // A hot symbol has its turn in both lanes.
    const expected = 1 + (share / hot.length / (1 - share)) * symbols
    const found = gaps.maxPerSymbol / gaps.minPerSymbol
    tell(`hot symbols polled ${found.toFixed(2)} times as often, expected ${expected.toFixed(2)}`)
    expect(found).to.be.within(expected * 0.85, expected * 1.15)
    const { addresses } = await system.simulator.stats()
    expect(Object.values(addresses).map(({ http429, http418 }) => http429 + http418)).to.deep.equal([0])
  })

  it('follows positions and a function of one’s own, and is there again after it was lost', async function () {
    this.timeout(60_000)
    const system = opened()
    const { redis, keys } = system.hub
    const positions = keys.positions(venue, 'paper')
    await untilHot(system, hot)
    await redis.sadd(keys.accounts(venue), 'paper')
    await redis.hset(positions, `${held}/long`, '{"size":"2"}', `${closed}/long`, '{"size":"0"}')
    tell(`an open position is hot after ${await untilHot(system, [...hot, held])} ms`)
    await redis.hset(positions, `${held}/long`, '{"size":"0"}')
    await untilHot(system, hot)
    await redis.del(keys.lane(venue, hotLane.interval, hotLane.name))
    await untilHot(system, hot)
    await system.untilPolled(Date.now(), 10_000)
  })
})

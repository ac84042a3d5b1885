import { expect } from 'chai'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { Market } from '../../lib/market/follow-market.ts'
import { readKlines } from '../../lib/market/klines.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import { openLossyFeed } from '../support/lossy-feed.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { requireExact, simulatorTruth } from '../support/truth.ts'
import { tell, until } from '../support/until.ts'

const rate = 60
const minuteMs = 60_000
const soak = process.env['SOAK_RUNS'] !== undefined
const symbols = 4
const outageMinutes = 6
const settings = {
  // So few that the outage is longer than what a poll repairs by itself.
  SLUICE_CANDLES_PER_POLL: '4',
}

/** Whether a ledger holds what Redis holds, from the first candle on that both have. */
async function isExact(system: System, market: Market): Promise<boolean> {
  const rings = market.ledger.candles('1m')
  for (const { symbol } of market.ledger.symbols) {
    const slot = market.ledger.slotOf(symbol)
    const stored = await readKlines(system.hub, lane, symbol, 400)
    const finals = stored.filter((kline) => kline.class === 2)
    const row = (at: number) =>
      [
        rings.openTime[at],
        rings.open[at],
        rings.high[at],
        rings.low[at],
        rings.close[at],
        rings.volume[at],
      ].join()
    const held = new Set(Array.from({ length: rings.count(slot) }, (_, back) => row(rings.at(slot, back))))
    for (const { openTime, open, high, low, close, volume } of finals) {
      if (!held.has([openTime, ...[open, high, low, close, volume].map(Number)].join())) return false
    }
  }
  return true
}

describe('the market in a process', function () {
  this.timeout(90_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })
  // A lap of some ten market seconds.
  const opened = withSystem({ symbols, rate, share: 0.01, settings })

  async function follow(system: System, hub = system.hub): Promise<Market> {
    const clock = await readVenueClock(system.hub, venue)
    const market = await followMarket(
      { ...hub, clock },
      venue,
      { intervals: ['1m'], length: 500, staleAfterMs: 10 * minuteMs },
      () => {},
    )
    stops.push(() => market.stop())
    await until('the market is complete', async () => market.isComplete(), 20_000)
    return market
  }

  it('is exact after minutes of a feed that drops, doubles and swaps messages', async () => {
    const system = opened()
    const begin = system.simulator.now() - 60 * minuteMs
    const lossy = await openLossyFeed(system.hub, venue)
    stops.push(() => lossy.stop())
    const market = await follow(system, lossy.hub)
    const stormEnds = system.simulator.now() + (soak ? 24 * 60 : 5) * minuteMs
    const isOver = async () => system.simulator.now() > stormEnds && market.counts().resyncs > 4
    await until('the storm has passed', isOver, soak ? 25 * 60_000 : 30_000)
    lossy.calm()
    await until(
      'the ledger is exact',
      async () => market.isComplete() && market.counts().gaps === 0 && (await isExact(system, market)),
      20_000,
    )
    const { resyncs, changes } = market.counts()
    tell(
      `${changes} changes, ${resyncs} times anew, ${await requireExact(system, simulatorTruth(system, begin))} candles equal`,
    )
  })

  it('finds the candles that an outage of the fetchers has left out, and has them fetched within 10 s', async () => {
    const system = opened()
    const market = await follow(system)
    const begin = system.simulator.now() - 60 * minuteMs
    await system.klines[0]?.signal('SIGKILL')
    const outageEnds = system.simulator.now() + outageMinutes * minuteMs
    await until('the outage is long', async () => system.simulator.now() > outageEnds, 30_000)
    await system.start('kline', settings)
    await until('gaps are found', async () => market.counts().gaps > 0, 10_000)
    const took = await until(
      'gaps are repaired',
      async () => market.isComplete() && market.counts().gaps === 0,
      10_000,
    )
    tell(`repaired in ${took} ms`)
    // A minute that has just closed is final some seconds later.
    let equal = 0
    await until(
      'the ledger is exact',
      async () => {
        equal = await requireExact(system, simulatorTruth(system, begin))
        return isExact(system, market)
      },
      20_000,
    )
    expect(equal).to.be.greaterThan(symbols * outageMinutes)
    expect(market.counts().absent).to.equal(0)
  })
})

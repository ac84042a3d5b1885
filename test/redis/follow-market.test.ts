import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { Market } from '../../lib/market/follow-market.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { openLossyFeed } from '../support/lossy-feed.ts'
import { kline, list, merge, series, start, venue } from '../support/small-market.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

describe('a market that is followed', () => {
  const redis = withRedis({ cluster: true })
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  async function follow(hub: Hub, onChange = () => {}): Promise<Market> {
    const options = { intervals: ['1m'], length: 1000, staleAfterMs: 20_000 } as const
    const market = await followMarket(hub, venue, options, onChange)
    stops.push(() => market.stop())
    await until('the market is complete', async () => market.isComplete(), 5_000)
    return market
  }

  it('is known again symbol by symbol, as each history comes, after a lost message: changed ones first', async () => {
    const hub = await redis.hub()
    const many = Array.from({ length: 60 }, (_, i) => `S${i}USDT`)
    await list(hub, many)
    const history = Array.from({ length: 300 }, (_, at) => kline(at, 5, 2))
    for (const index of many.keys()) await merge(hub, index, history, many)
    const lossy = await openLossyFeed(hub, venue)
    stops.push(() => lossy.stop())
    lossy.calm()
    const [lost, next] = [47, 53]
    const known: { slot: number; isComplete: boolean; mended: number }[] = []
    let changed = 0
    let joined: Market | undefined
    const market = await follow(lossy.hub, () => {
      if (joined === undefined || joined.counts().resyncs === 0) return
      const { ledger } = joined
      const rings = ledger.candles('1m')
      for (const slot of ledger.symbols.keys()) {
        if (!joined.isLoaded(slot) || known.some((each) => each.slot === slot)) continue
        const mended = rings.volume[rings.at(slot, slot === lost ? 291 : 290)] as number
        known.push({ slot, isComplete: joined.isComplete(), mended })
      }
      ledger.takeChanged(() => (changed += 1))
    })
    market.ledger.takeChanged(() => {})
    joined = market
    // An old candle is mended and a new one opens, which nobody is told; the next message tells that one was missed.
    lossy.lose(2)
    await mergeKlines(
      hub,
      series,
      [{ symbol: many[lost] as string, index: lost, polledAt: undefined, klines: [kline(9, 1, 2)] }],
      true,
    )
    await merge(hub, lost, [kline(300, 1)], many)
    await merge(hub, next, [kline(300, 1)], many)
    const again = async () => market.isComplete() && known.length === many.length
    await until('everything is known again', again, 5_000)
    expect(known.slice(0, 2).map(({ slot }) => slot)).to.have.members([lost, next])
    expect(known[0]?.isComplete).to.equal(false)
    expect(known.find(({ slot }) => slot === lost)?.mended).to.equal(1)
    // Once when the feed was joined anew, and once when it was known, in which the last may have come together.
    expect(changed).to.be.greaterThan(many.length)
  })

  it('takes in what is listed after it began, however much that is', async function () {
    this.timeout(20_000)
    const hub = await redis.hub()
    const market = await follow(hub)
    expect(market.ledger.symbols).to.deep.equal([])
    const many = Array.from({ length: 300 }, (_, i) => `S${i}USDT`)
    await list(hub, many)
    const rows = [kline(0, 5, 2), kline(1, 3)]
    const told = many.map((symbol, index) => ({ symbol, index, polledAt: start + 2, klines: rows }))
    await mergeKlines(hub, series, told)
    const known = async () => market.isComplete() && market.ledger.symbols.length === many.length
    await until('every symbol is known', known, 10_000)
    const rings = market.ledger.candles('1m')
    for (const slot of market.ledger.symbols.keys()) {
      expect([...rings.view(rings.volume, slot)]).to.deep.equal([5, 3])
    }
  })
})

import { expect } from 'chai'
import { followMarket } from '../../lib/market/follow-market.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { openPaperTrading } from '../../lib/orders/paper-trading.ts'
import type { Trading } from '../../lib/orders/trading.ts'
import { toPerpetual } from '../support/instrument.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const of = { venue, account: 'paper' }
const minute = 60_000

describe('paper orders on a market that is being read', () => {
  const redis = withRedis({ cluster: true })
  const open: { stop(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.stop()
  })

  it('take no risk on a symbol before its own history has come, and take it then, whatever others lack', async function () {
    this.timeout(20_000)
    const hub = await redis.hub({ paperLatencyMs: '0' })
    const symbols = Array.from({ length: 60 }, (_, index) => `S${index}USDT`)
    await writeInstruments(hub, venue, listInstruments(symbols.map(toPerpetual), new Map(), new Map()))
    await hub.redis.rpush(hub.keys.lane(venue, '1m', 'all'), ...symbols)
    const now = Math.trunc(hub.clock.now())
    const prices = { open: '99', high: '100', low: '99', close: '99', volume: '0' }
    const ticker = { bid: '99', bidSize: '10', ask: '100', askSize: '10', time: now, updateId: 0 }
    await mergeTickers(
      hub,
      venue,
      [...symbols.entries()].map(([index, each]) => ({ symbol: each, index, ticker })),
      now,
    )
    for (const [index, each] of symbols.entries()) {
      const klines = Array.from({ length: 200 }, (_, at) => {
        const openTime = now - (now % minute) - (199 - at) * minute
        return { openTime, ...prices, class: 2, time: now, source: 'rest' } as const
      })
      await mergeKlines(hub, { venue, interval: '1m' }, [{ symbol: each, index, polledAt: now, klines }])
    }
    const buy = {
      class: 'open',
      side: 'buy',
      type: 'limit',
      size: 2,
      price: 90,
      postOnly: true,
    } as const
    const outcomes: Promise<unknown>[] = []
    let paper: Trading | undefined
    const options = { intervals: ['1m'], length: 200, staleAfterMs: 20_000 } as const
    const market = await followMarket(hub, venue, options, () => {
      if (paper?.counts().accountKnown !== 1 || outcomes.length > 0) return
      const known = market.ledger.symbols.findIndex((_, slot) => market.isLoaded(slot))
      const unknown = market.ledger.symbols.findIndex((_, slot) => !market.isLoaded(slot))
      if (known < 0 || unknown < 0) return
      for (const slot of [unknown, known]) {
        const order = { ...buy, symbol: `S${slot}USDT`, signalId: `slot-${slot}` }
        outcomes.push(paper.orders.submit(order))
      }
    })
    open.push(market)
    paper = openPaperTrading(hub, of, {
      strategy: 'test',
      market,
      instrument: toPerpetual,
      onFill: () => {},
      onDenied: () => {},
    })
    open.push(paper)
    const tried = async () => {
      // Another reader's lost connection: everybody begins anew.
      if (market.isComplete() && outcomes.length === 0)
        await hub.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      return outcomes.length > 0
    }
    await until('both were tried while the market was incomplete', tried, 10_000)
    expect(await outcomes[0]).to.include({ outcome: 'denied' })
    expect(await outcomes[0])
      .to.have.property('reason')
      .that.contains('the history of the symbol')
    expect(await outcomes[1]).to.include({ outcome: 'accepted' })
  })
})

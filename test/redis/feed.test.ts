import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { Market } from '../../lib/market/follow-market.ts'
import { mergeKlines, readKlines } from '../../lib/market/klines.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { openLossyFeed } from '../support/lossy-feed.ts'
import { kline, list, merge, series, start, symbols, venue } from '../support/small-market.ts'
import { withRedis } from '../support/with-redis.ts'

async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 5_000,
): Promise<void> {
  const stopAt = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > stopAt) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(5)
  }
}

/** Whether the ledger holds exactly what the hub holds. */
async function isExact(hub: Hub, market: Market): Promise<boolean> {
  const rings = market.ledger.candles('1m')
  for (const symbol of symbols) {
    const slot = market.ledger.slotOf(symbol)
    const stored = await readKlines(hub, series, symbol, 1000)
    const rows = (values: Float64Array) => [...rings.view(values, slot)].join()
    if (rows(rings.openTime) !== stored.map(({ openTime }) => openTime).join()) return false
    if (rows(rings.volume) !== stored.map(({ volume }) => Number(volume)).join()) return false
    if (rows(rings.close) !== stored.map(({ close }) => Number(close)).join()) return false
  }
  return true
}

describe('the feed', () => {
  const redis = withRedis({ cluster: true })
  const options = { intervals: ['1m'], length: 1000, staleAfterMs: 20_000 } as const
  const markets: Market[] = []
  afterEach(async () => {
    await Promise.all(markets.splice(0).map((market) => market.stop()))
  })
  async function follow(hub: Hub, onChange = () => {}): Promise<Market> {
    const market = await followMarket(hub, venue, options, onChange)
    markets.push(market)
    await until('the market is complete', () => market.isComplete())
    return market
  }

  it('gives a reader the histories that stood before it, and every change after', async () => {
    const hub = await redis.hub()
    await list(hub)
    await merge(hub, 0, [kline(0, 5, 2), kline(1, 5, 2), kline(2, 1)])
    const market = await follow(hub)
    expect(await isExact(hub, market)).to.equal(true)
    await merge(hub, 0, [kline(2, 7, 2), kline(3, 1)])
    await merge(hub, 4, [kline(3, 9)])
    await until('both changes are there', () => isExact(hub, market))
    expect(market.counts()).to.include({ resyncs: 0, gaps: 0 })
  })

  it('carries tickers, and when the market was asked for them', async () => {
    const hub = await redis.hub()
    await list(hub)
    const ticker = { bid: '10.5', bidSize: '3', ask: '10.6', askSize: '4', time: start + 5, updateId: 9 }
    await mergeTickers(hub, venue, [{ symbol: 'CUSDT', index: 2, ticker }], start + 4)
    const { ledger } = await follow(hub)
    const slot = ledger.slotOf('CUSDT')
    expect([ledger.bid[slot], ledger.askSize[slot], ledger.quotesAgeMs(start + 10)]).to.deep.equal([
      10.5, 4, 6,
    ])
    await mergeTickers(
      hub,
      venue,
      [{ symbol: 'CUSDT', index: 2, ticker: { ...ticker, bid: '11', time: start + 6 } }],
      start + 7,
    )
    await until('the new bid is there', () => ledger.bid[slot] === 11)
    await mergeTickers(
      hub,
      venue,
      [{ symbol: 'CUSDT', index: 2, ticker: { ...ticker, bid: '12', updateId: 8, time: start + 6 } }],
      start + 8,
    )
    await until('the poll is there', () => ledger.quotesAgeMs(start + 10) === 2)
    expect(ledger.bid[slot]).to.equal(11)
  })

  it('ends exact through a channel that drops, doubles and swaps messages', async function () {
    this.timeout(60_000)
    const hub = await redis.hub()
    await list(hub)
    const lossy = await openLossyFeed(hub, venue)
    const market = await follow(lossy.hub)
    // Every symbol's candle grows and closes; now and then an old one is mended, which only a history can bring again.
    for (let at = 0; at < 60; at++) {
      for (const index of symbols.keys()) {
        await mergeKlines(hub, series, [
          { symbol: symbols[index] as string, index, polledAt: undefined, klines: [kline(at, 1 + index)] },
        ])
        await mergeKlines(hub, series, [
          {
            symbol: symbols[index] as string,
            index,
            polledAt: undefined,
            klines: [kline(at, 50 + index, 2)],
          },
        ])
        const mended = {
          symbol: symbols[index] as string,
          index,
          polledAt: undefined,
          klines: [kline(at >> 1, 1 + (at % 9), 2)],
        }
        if (at % 3 === 0) await mergeKlines(hub, series, [mended], true)
      }
    }
    lossy.calm()
    await merge(hub, 0, [kline(60, 1)])
    await until('the ledger is exact', async () => market.isComplete() && (await isExact(hub, market)))
    expect(market.counts().resyncs).to.be.greaterThan(5)
    lossy.stop()
  })

  it('is joined anew after a FLUSHALL, under the indexes of the new epoch', async () => {
    const hub = await redis.hub()
    await list(hub)
    await merge(hub, 0, [kline(0, 1)])
    const market = await follow(hub)
    for (let volume = 2; volume <= 5; volume++) await merge(hub, 0, [kline(0, volume)])
    await until('the changes are there', () => isExact(hub, market))
    await hub.redis.flushall()
    const reversed = symbols.toReversed()
    await list(hub, reversed)
    await merge(hub, 0, [kline(1, 77)], reversed)
    await until('the candle is under its own symbol', () => {
      const rings = market.ledger.candles('1m')
      return rings.volume[rings.at(market.ledger.slotOf(reversed[0] as string))] === 77
    })
    const rings = market.ledger.candles('1m')
    expect(rings.volume[rings.at(market.ledger.slotOf('AUSDT'))]).to.equal(5)
    // A symbol that changed late in the old epoch, and not in the new one, is known too.
    await until('the market is complete', () => market.isComplete())
  })

  it('is known to be lost while the connection is gone, and is complete again after it', async () => {
    const hub = await redis.hub()
    await list(hub)
    await merge(hub, 0, [kline(0, 5)])
    let lost = false
    let joined: Market | undefined
    const market = await follow(hub, () => (lost ||= joined?.isLive() === false))
    joined = market
    await hub.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await until('the loss is noticed', () => lost)
    await merge(hub, 0, [kline(0, 6, 2), kline(1, 1)])
    await until('the market is complete', async () => market.isComplete() && (await isExact(hub, market)))
    expect(market.counts().resyncs).to.equal(1)
  })

  it('cuts a reader that does not read, without harm to another, and takes it back', async function () {
    this.timeout(30_000)
    const hub = await redis.hub()
    await hub.redis.config('SET', 'client-output-buffer-limit', 'pubsub 200000 100000 1')
    await list(hub)
    await merge(hub, 1, [kline(0, 5)])
    const market = await follow(hub)
    const slow = hub.redis.duplicate({ enableOfflineQueue: true, autoResubscribe: true })
    await slow.subscribe(hub.keys.feed(venue))
    let cut = false
    slow.on('close', () => (cut = true))
    slow.stream.pause()
    // Long messages that everybody has had: they cost nothing but their bytes.
    const filler = Buffer.alloc(100_000)
    filler.writeDoubleLE(Number(await hub.redis.hget(hub.keys.feedSequence(venue), 'epoch')), 6)
    for (let i = 0; i < 100; i++) await hub.redis.publish(hub.keys.feed(venue), filler)
    slow.stream.resume()
    await until('the slow reader is cut', () => cut)
    await merge(hub, 0, [kline(0, 5)])
    await until('the other is exact', () => isExact(hub, market))
    expect(market.counts().resyncs).to.equal(0)
    slow.disconnect()
    await hub.redis.config('SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60')
  })
})

import type { Hub } from '../../lib/hub/hub.ts'
import { openQueue } from '../../lib/hub/queues.ts'
import { writeInstruments } from '../../lib/market/instruments.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import type { Kline } from '../../lib/model/kline.ts'

const venue = 'binanceusdm'
const minute = 60_000

/** What a running system would have written: three symbols, two of them in a lane, one address, a job, candles. */
export async function seedSystem(hub: Hub): Promise<void> {
  const { redis, keys } = hub
  const now = Date.now()
  await writeInstruments(hub, venue, [
    listed('BTCUSDT', 0),
    listed('ETHUSDT', 1),
    listed('ETHUSDC', 2, 'USDC'),
  ])
  await redis.rpush(keys.lane(venue, '1m', 'all'), 'BTCUSDT', 'ETHUSDT')
  const lap = { interval: '1m', lane: 'all', symbols: 2, lapMs: 5_263, boundMs: 5_012, at: now }
  await redis.hset(keys.laps(venue), '1m:all', JSON.stringify(lap))
  await redis.hset(keys.polls(venue, '1m'), { BTCUSDT: now - 1_000, ETHUSDT: now - 3_000 })
  await redis.zadd(keys.addresses(venue), now, 'paris')
  const window = now - (now % minute)
  // So long a window that no test comes upon its end.
  const windowMs = 24 * 60 * minute
  const budget = {
    window: now - (now % windowMs),
    used: 1_200,
    booked: 0,
    limit: 2_400,
    permitted: 2_280,
    windowMs,
  }
  await redis.hset(keys.egress(venue, 'paris'), { ...budget, closedUntil: now + minute, closedBy: 429 })
  const klines = Array.from({ length: 100 }, (_, i) => kline(window - (99 - i) * minute, i))
  await mergeKlines(hub, { venue, interval: '1m' }, [
    { symbol: 'BTCUSDT', index: 0, polledAt: now - 1_000, klines },
  ])
  const queue = openQueue(hub, backfillQueue(venue))
  await queue.add('kline.backfill', { symbol: 'BTCUSDT', interval: '1m', candles: 10 })
  await queue.close()
}

function kline(openTime: number, i: number): Kline {
  const isOpen = i === 99
  const open = String(60_000 + 10 * (i % 7))
  const close = String(60_000 + 10 * ((i * 3) % 7))
  const time = isOpen ? openTime + 5_000 : openTime + minute
  return {
    openTime,
    open,
    close,
    high: '60070.5',
    low: '59990.5',
    volume: '12.5',
    class: isOpen ? 0 : 2,
    time,
    source: 'rest',
  }
}

function listed(symbol: string, index: number, quote = 'USDT'): ListedInstrument {
  return {
    symbol,
    base: symbol.slice(0, 3),
    quote,
    settle: quote,
    contract: 'perpetual',
    linear: true,
    underlying: 'coin',
    status: 'trading',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.001',
    minQty: '0.001',
    minNotional: '5',
    maxMarketQty: '100',
    percentPrice: undefined,
    maxStops: undefined,
    deliveryTime: undefined,
    index,
    quoteVolume: String(1_000_000 - index),
  }
}

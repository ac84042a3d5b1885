import { setTimeout as sleep } from 'node:timers/promises'
import type { Egress } from '../../lib/egress/egress.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Turns } from '../../lib/hub/turns.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { describeError } from '../../lib/model/errors.ts'

interface Parts {
  readonly hub: Hub
  readonly exchange: Exchange
  readonly egress: Egress
  readonly turns: Turns
}

// Real ms.
const awayMs = 200
const instrumentsEveryMs = 5_000
// One answer may be slow while the next turn comes; a third would only add to a venue that is slow already.
const mostUnderWay = 2

/** Polls the whole market at each of this member's turns until it is stopped. */
export function pollTickers(parts: Parts): {
  counts(): { polls: number; failures: number }
  stop(): Promise<void>
} {
  const { hub, exchange, egress, turns } = parts
  const flow = { name: 'tickers', share: hub.config.tickerShare }
  let indexes = new Map<string, number>()
  let readAt = 0
  let stopped = false
  let polls = 0
  let failures = 0
  const underWay = new Set<Promise<void>>()

  async function learnInstruments(): Promise<void> {
    if (Date.now() - readAt < instrumentsEveryMs) return
    const instruments = await readInstruments(hub, exchange.venue)
    if (instruments.size !== indexes.size) exchange.useInstruments([...instruments.values()])
    indexes = new Map([...instruments.values()].map(({ symbol, index }) => [symbol, index]))
    if (indexes.size > 0) readAt = Date.now()
  }

  async function poll(): Promise<void> {
    let polledAt = 0
    try {
      const tickers = await egress.call(
        'market',
        () => exchange.fetchTickers(),
        () => (polledAt = hub.clock.now() - hub.clock.errorMs()),
        flow,
      )
      const told = [...tickers].flatMap(([symbol, ticker]) => {
        const index = indexes.get(symbol)
        return index === undefined ? [] : [{ symbol, index, ticker }]
      })
      await mergeTickers(hub, exchange.venue, told, polledAt)
      polls += 1
    } catch (error) {
      failures += 1
      hub.log.warn({ error: describeError(error) }, 'tickers were not polled')
    }
  }

  async function run(): Promise<void> {
    let afterMs = 0
    while (!stopped) {
      const closedMs = egress.closedUntil() - Date.now()
      const waitMs = closedMs > 0 ? closedMs : turns.untilNext(afterMs)
      const known =
        Number.isFinite(hub.clock.errorMs()) &&
        (await learnInstruments().then(
          () => indexes.size > 0,
          () => false,
        ))
      if (waitMs === undefined || !known || closedMs > 0) {
        await sleep(Math.min(waitMs ?? awayMs, awayMs))
        continue
      }
      // In short steps, because members may come and go meanwhile.
      if (waitMs > awayMs) {
        await sleep(awayMs)
        afterMs = 0
        continue
      }
      await sleep(waitMs)
      afterMs = 1
      if (underWay.size >= mostUnderWay) continue
      const one = poll().finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await Promise.allSettled(underWay)
  }
  const ended = run()
  return {
    counts: () => ({ polls, failures }),
    async stop() {
      stopped = true
      await ended
    },
  }
}

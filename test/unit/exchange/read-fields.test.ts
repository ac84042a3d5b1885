import { expect } from 'chai'
import type { Shape } from '../../../lib/exchange/check-shape.ts'
import { accountOf, ordersOf, venueOf } from '../../../lib/exchange/open-exchange.ts'
import { shapesOf } from '../../../lib/exchange/probe-venue.ts'
import type { Ask, VenueCall } from '../../../lib/exchange/venue-call.ts'
import { declaredFields, variantsOf } from '../../support/shape-samples.ts'
import { watchReads } from '../../support/watch-reads.ts'

const now = 1_795_365_026_426
const since = now - 60_000
const symbols: Readonly<Record<string, string>> = { okx: 'BTC-USDT-SWAP' }

/** What is read of a venue's answers: endpoint or channel -> the paths of its fields, by every word that it may hold. */
async function readFields(venue: string): Promise<Map<string, Set<string>>> {
  const { endpoints, privateChannels } = shapesOf(venue)
  const described = venueOf(venue)
  const [account, orders] = [accountOf(described), ordersOf(described)]
  const symbol = symbols[venue] ?? 'BTCUSDT'
  const read = new Map<string, Set<string>>()
  const readOf = (name: string) => {
    const set = read.get(name) ?? new Set()
    read.set(name, set)
    return set
  }

  const sameCall = (call: VenueCall, { api, path }: VenueCall) =>
    String(call.api) === String(api) && call.path === path
  const bodies = new Map(
    endpoints.map(({ name, body }) => [name, variantsOf(body, symbol).map(withId(name))]),
  )
  const most = Math.max(...[...bodies.values()].map(({ length }) => length))
  // Bybit is asked for an order in its history where it is not among those that live.
  for (let nth = 0; nth < 2 * most; nth++) {
    const ask: Ask = (call) => {
      const endpoint = endpoints.find((each) => sameCall(each.call({ symbol, now }), call))
      if (endpoint === undefined) throw new Error(`nothing is known of ${call.path}`)
      const variants = bodies.get(endpoint.name) ?? []
      const told = variants[Math.floor(nth / 2) % variants.length]
      const isGone = nth % 2 === 1 && call.path === 'v5/order/realtime'
      const body = isGone ? { result: { list: [] } } : watchReads(told, readOf(endpoint.name))
      return Promise.resolve({ body, leftAt: now, askedAt: now })
    }
    const questions: (() => Promise<unknown>)[] = [
      () => account.fetchTime(ask),
      () => account.fetchAccount(ask),
      () => account.fetchBalances(ask),
      () => account.fetchPositions(ask),
      () => account.fetchPosition(ask, symbol),
      () => account.fetchModes(ask),
      () => account.fetchIncome(ask, since, 1),
      () => account.fetchSymbolSettings(ask),
      () => account.fetchOpenOrderSymbols(ask),
      () => orders.fetchOrder(ask, symbol, { clientOrderId: 'ours' }),
      () => orders.fetchStop(ask, symbol, 'ours'),
      () => orders.fetchOpenOrders(ask, symbol),
      () => orders.fetchOpenStops(ask, symbol),
      () => orders.fetchOrdersSince(ask, symbol, since),
      () => orders.fetchTradesSince(ask, symbol, since),
      () => described.fetchMarks(ask),
      async () => described.fetchTickers?.(ask),
      async () => described.fetchQuoteVolumes?.(ask),
    ]
    // What one cannot read, such as an order that is none, says so; what it looked at is noted.
    for (const question of questions) await question().catch(() => {})
  }

  for (const [channel, shape] of Object.entries(privateChannels)) {
    for (const variant of variantsOf(shape, symbol)) {
      const message = watchReads(withName(venue, channel, variant), readOf(channel))
      account.accountTimeOf(message)
      try {
        for (const event of account.toUserEvents(message, 0)) {
          if (event.kind === 'order') orders.toOrderEvent(event.row)
          if (event.kind === 'conditional') orders.toStopEvent(event.row, event.time)
        }
      } catch {
        // As above.
      }
    }
  }
  return read
}

/** Orders of one list are not those of another. */
function withId(name: string): (body: unknown) => unknown {
  return (body) =>
    JSON.parse(JSON.stringify(body).replaceAll(/"(ordId|orderId)":"a word"/g, `"$1":"of ${name}"`)) as unknown
}

/** A message that says which channel it is of. */
function withName(venue: string, channel: string, message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return {}
  if (venue === 'binanceusdm') return { ...message, e: channel }
  return venue === 'okx' ? { ...message, arg: { channel } } : { ...message, topic: channel }
}

// Those are read by ccxt alone: instruments and candles, and the tickers of Binance.
const byCcxt = /instruments|exchangeInfo|klines?$|candles|ticker\/|^TRADE_LITE|anything/
// ccxt looks whether an answer is none. Pages go on by `billId` where there are many. And a stop that waits for a profit is
// none of ours, but may stand.
const elsewhere = /(^|\.)(code|retCode|billId|tpTriggerPx)$/

// What has one is an execution, and no order.
const tellsKind = /execId$/

describe('what is known of the venues', () => {
  for (const venue of ['binanceusdm', 'okx', 'bybit']) {
    it(`says of ${venue} exactly which fields the maps read`, async () => {
      const { endpoints, privateChannels } = shapesOf(venue)
      const read = await readFields(venue)
      const shapes: [string, Shape][] = [
        ...endpoints.map(({ name, body }): [string, Shape] => [name, body]),
        ...Object.entries(privateChannels),
      ]
      const unlike = shapes
        .filter(([name, shape]) => !byCcxt.test(name) && shape !== 'anything')
        .flatMap(([name, shape]) => {
          const found = read.get(name) ?? new Set<string>()
          const declared = declaredFields(shape)
          return [
            ...[...found]
              .filter((path) => !declared.has(path) && !tellsKind.test(path))
              .map((path) => `${name} reads ${path}`),
            ...[...declared]
              .filter((path) => !found.has(path) && !elsewhere.test(path))
              .map((path) => `${name} does not read ${path}`),
          ]
        })
      expect(unlike).to.deep.equal([])
    })
  }
})

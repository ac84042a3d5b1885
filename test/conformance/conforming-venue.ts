import type { AccountExchange, VenueClock } from '../../lib/exchange/account-exchange.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import type { OrderExchange } from '../../lib/exchange/order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { ceilTo, compareDecimals, div, floorTo, mul } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { AccountKeys } from '../../lib/model/account-keys.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import type { OrderReport } from '../../lib/model/order-report.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import type { RecordingGate } from '../support/recording-gate.ts'
import { untilFound } from '../support/until.ts'

/** Where the suite runs: a simulator of its own, or a venue's environment for trying things out. */
export interface Site {
  readonly url: string
  readonly keys: AccountKeys
  /** market ms in a real one */
  readonly rate: number
  /** what only a simulator can do; undefined elsewhere */
  readonly simulated?: {
    /** the next order is taken, or not, and its answer is lost */
    readonly loseAnswer: (taken: boolean) => Promise<void>
    /** the next order comes to the venue so many real ms late */
    readonly holdBack: (ms: number) => Promise<void>
    /** the next request of a candle is refused because there were too many */
    readonly refuseForRate: () => Promise<void>
    readonly reset: () => Promise<void>
    /** sets the position mode of an account without positions */
    readonly hedge: (isHedged: boolean) => Promise<void>
  }
  readonly stop: () => Promise<unknown>
}

/** A venue as the suite sees it. */
export interface ConformingVenue {
  readonly id: string
  /** undefined when there is nowhere to ask it */
  readonly start: (() => Promise<Site>) | undefined
}

/** What a run has open. */
export interface Conformance {
  readonly site: Site
  readonly gate: RecordingGate
  readonly market: Exchange
  readonly account: AccountExchange
  readonly orders: OrderExchange
  readonly clock: VenueClock
  readonly instrument: Instrument
  /** contracts of a small order that the venue takes */
  readonly size: Decimal
  /** an id that no run before had */
  readonly newId: () => string
  readonly mark: () => Promise<Decimal>
  /** the mark times `factor`, in the instrument's steps */
  readonly priceAt: (factor: Decimal) => Promise<Decimal>
  /** an order that somehow has ended */
  readonly ended: (clientOrderId: string) => Promise<OrderReport>
  /** closes what is held of the instrument and cancels what stands */
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Real ms within which a venue must have told what happened. */
export const withinMs = 10_000

/** Opens everything that the suite asks a venue with. */
export async function openConformance(venue: string, site: Site): Promise<Conformance> {
  const gate = openRecordingGate()
  const clock = createClock(site.rate)
  const options = { url: site.url, localAddress: '', proxy: '', gate }
  const signed = { ...options, account: 'main', keys: site.keys, clock }
  const market = await openExchange(venue, options)
  const account = await openAccountExchange(venue, signed)
  const orders = await openOrderExchange(venue, signed)
  const instrument = chooseInstrument(await market.fetchInstruments())
  const {
    symbol,
    lotSize = '1',
    minQty = lotSize,
    minNotional = '0',
    contractSize,
    tickSize = '1',
  } = instrument
  const started = Date.now().toString(36)
  let ids = 0

  const mark = () =>
    untilFound(
      `a mark of ${symbol}`,
      async () => (await market.fetchMarks()).get(symbol)?.markPrice,
      withinMs,
    )
  // Twice what the smallest is worth, so that a falling price leaves it large enough.
  const least = div(mul(minNotional, '2'), mul(contractSize, await mark()), 12)
  const size = ceilTo(compareDecimals(least, minQty) > 0 ? least : mul(minQty, '2'), lotSize)
  const priceAt = async (factor: Decimal) => floorTo(mul(await mark(), factor), tickSize)
  const newId = () => `cf${started}${(ids += 1).toString(36)}`

  const ended = (clientOrderId: string) =>
    untilFound(
      `the end of ${clientOrderId}`,
      async () => {
        const report = await orders.fetchOrder(symbol, clientOrderId)
        return report === undefined || report.state === 'open' ? undefined : report
      },
      withinMs,
    )

  return {
    site,
    gate,
    market,
    account,
    orders,
    clock,
    instrument,
    size,
    newId,
    mark,
    priceAt,
    ended,
    async clear() {
      await site.simulated?.reset()
      await orders.cancelOrders(symbol)
      for (const stop of await orders.fetchOpenStops(symbol))
        await orders.cancelStop(symbol, stop.clientOrderId)
      const { positions } = await account.fetchPosition(symbol)
      for (const held of positions.filter((each) => each.size !== '0')) {
        const id = newId()
        await orders.createOrder({
          clientOrderId: id,
          symbol,
          side: held.size.startsWith('-') ? 'buy' : 'sell',
          positionSide: held.side,
          type: 'market',
          timeInForce: 'IOC',
          postOnly: false,
          reduceOnly: true,
          size: held.size.replace('-', ''),
          price: undefined,
        })
        await ended(id)
      }
    },
    async close() {
      await Promise.all([market.close(), account.close(), orders.close()])
    },
  }
}

// What is traded most is named first by no venue; a coin of few steps keeps the sizes small.
function chooseInstrument(instruments: readonly Instrument[]): Instrument {
  const wanted = instruments.filter(
    ({ contract, linear, status, settle }) =>
      contract === 'perpetual' && linear && status === 'trading' && settle === 'USDT',
  )
  const chosen = wanted.find(({ base }) => base === 'ETH') ?? wanted[0]
  if (chosen === undefined) throw new Error('expected a perpetual in USDT that trades, found none')
  return chosen
}

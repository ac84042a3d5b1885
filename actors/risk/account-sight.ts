import type { OrderReport, StopReport } from '../../lib/model/order-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import type { PositionSide } from '../../lib/model/position-report.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { SizeWord } from '../../lib/risk/judge-exit.ts'
import { protect, protectAt } from './risk-actor.ts'
import type { RiskActor } from './risk-actor.ts'

/** A list of a venue, and the venue time before which it was surely not asked for. */
interface Listed<T> {
  readonly rows: readonly T[]
  readonly askedAt: number
}

/** One place of an account, `SYMBOL/side`. */
export interface Place {
  readonly symbol: string
  readonly side: PositionSide
}

/** What this process itself asked the venue of an account: two words on each size, the orders, the stops. */
export interface AccountSight {
  /** every place that has had a position, an order or a stop since this began */
  places(): ReadonlyMap<string, Place>
  sizes(place: string): readonly SizeWord[]
  markPrice(symbol: string): string | undefined
  orders(): Listed<OrderReport> | undefined
  stops(): Listed<StopReport> | undefined
  /** venue time of the oldest of the last complete answers; 0 before all have come */
  completeAt(): number
  readSizes(): void
  readOrders(): void
  readStops(): void
}

// Of one kind; what hangs must not stop the next. Real ms, so that what all places ask for at once is asked for once.
const mostAtOnce = 3
const leastApartMs = 250

export function openAccountSight(actor: RiskActor): AccountSight {
  const { exchange, orders: venue, hub } = actor
  const fold = foldLog(hub.log)
  const places = new Map<string, Place>()
  const words = new Map<string, Map<string, SizeWord>>()
  const marks = new Map<string, string>()
  const underWay = { account: 0, risk: 0, orders: 0, stops: 0 }
  const begunAt = { account: 0, risk: 0, orders: 0, stops: 0 }
  const complete = { account: 0, risk: 0 }
  let orders: Listed<OrderReport> | undefined
  let stops: Listed<StopReport> | undefined

  function ask(kind: keyof typeof underWay, run: () => Promise<void>): void {
    const now = Date.now()
    if (underWay[kind] >= mostAtOnce || now - begunAt[kind] < leastApartMs) return
    begunAt[kind] = now
    underWay[kind] += 1
    run()
      .catch((error: unknown) => fold(`${kind} could not be read: ${describeError(error)}`, {}))
      .finally(() => (underWay[kind] -= 1))
  }

  function put(source: 'account' | 'risk', place: string, size: string, askedAt: number): void {
    const of = words.get(place) ?? new Map<string, SizeWord>()
    words.set(place, of)
    if ((of.get(source)?.askedAt ?? -1) <= askedAt) of.set(source, { source, size, askedAt })
  }

  function take(source: 'account' | 'risk', { positions, askedAt }: AccountReport): void {
    for (const { symbol, side, size, valuation } of positions) {
      const place = positionField({ symbol, side })
      if (size !== '0') places.set(place, { symbol, side })
      if (valuation.markPrice !== undefined) marks.set(symbol, valuation.markPrice)
      put(source, place, size, askedAt)
    }
  }

  /** The places that a complete answer of all lacks. */
  function lacking({ positions }: AccountReport): string[] {
    const told = new Set(positions.map(positionField))
    return [...places.keys()].filter((place) => !told.has(place))
  }

  async function readAccount(): Promise<void> {
    const report = await protect(actor, () => exchange.fetchAccount())
    take('account', report)
    // It lists all that is held, and nothing else tells of a flat symbol beside the position endpoint.
    for (const place of lacking(report)) put('account', place, '0', report.askedAt)
    complete.account = Math.max(complete.account, report.askedAt)
  }

  async function readRisk(): Promise<void> {
    const report = await protect(actor, () => exchange.fetchPositions())
    take('risk', report)
    const symbols = new Set(lacking(report).map((place) => places.get(place)?.symbol ?? ''))
    await Promise.all(
      [...symbols].map(async (symbol) =>
        take('risk', await protect(actor, () => exchange.fetchPosition(symbol))),
      ),
    )
    complete.risk = Math.max(complete.risk, report.askedAt)
  }

  function note(rows: readonly { symbol: string; positionSide: PositionSide }[]): void {
    for (const { symbol, positionSide: side } of rows)
      places.set(positionField({ symbol, side }), { symbol, side })
  }

  return {
    places: () => places,
    sizes: (place) => [...(words.get(place)?.values() ?? [])],
    markPrice: (symbol) => marks.get(symbol),
    orders: () => orders,
    stops: () => stops,
    completeAt: () => Math.min(complete.account, complete.risk, orders?.askedAt ?? 0, stops?.askedAt ?? 0),
    readSizes() {
      ask('account', readAccount)
      ask('risk', readRisk)
    },
    readOrders() {
      ask('orders', async () => {
        const { answer: rows, askedAt } = await protectAt(actor, () => venue.fetchOpenOrders())
        note(rows)
        if (askedAt >= (orders?.askedAt ?? 0)) orders = { rows, askedAt }
      })
    },
    readStops() {
      ask('stops', async () => {
        const { answer: rows, askedAt } = await protectAt(actor, () => venue.fetchOpenStops())
        note(rows)
        if (askedAt >= (stops?.askedAt ?? 0)) stops = { rows, askedAt }
      })
    },
  }
}

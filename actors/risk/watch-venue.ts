import type { Egress } from '../../lib/egress/egress.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { readMarks } from '../../lib/market/marks.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { StopReport } from '../../lib/model/order-report.ts'
import type { MarkWord } from '../../lib/risk/backstop.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { OwnPositions } from './own-positions.ts'
import { repeat } from './repeat.ts'
import { protect, protectAt } from './risk-actor.ts'
import type { RiskActor } from './risk-actor.ts'
import type { PlacedWord, StopWords } from './stop-words.ts'

/** What this process hears of the venue by itself. */
export interface VenueWatch {
  marks(symbol: string): readonly MarkWord[]
  /** asks for all positions, now */
  readPositions(): void
  readStops(): void
  /** all sides of one symbol, explicitly */
  readPosition(symbol: string): void
  tell(): Readonly<Record<string, string | number>>
  stop(): Promise<void>
}

/** Who is told of what is heard. */
export interface VenueEars {
  hearPositions(report: AccountReport): void
  hearStops(words: readonly PlacedWord[]): void
  /** all stops that the venue lists, of anybody; `askedAt` is venue time */
  hearList(rows: readonly StopReport[], askedAt: number): void
  isLeader(): boolean
}

// Market ms, and the real ms at least. What the stream tells need not be asked for so often.
const every = { positions: 1_000, listening: 2_000, marks: 3_000, stops: 15_000, least: 100 } as const
// Real ms between two readings that events ask for.
const apartMs = { positions: 250, stops: 2_000 } as const
// What the readings may weigh in a market second, and at once: the rest of the address's budget is for what acts.
const reading = { perSecond: 14, atOnce: 150 } as const
const weights = { position: 5, marks: 10, stops: 40 } as const

/**
 * Listens to the account's events, and reads positions, stops and marks again and again. Marks have two sources: the
 * position endpoint, and the premium index of the whole market, which this process or the mark actor asks for.
 */
export function watchVenue(
  actor: RiskActor,
  parts: { readonly market: Exchange; readonly positions: OwnPositions; readonly words: StopWords },
  ears: VenueEars,
): VenueWatch {
  const { hub, exchange, orders, of, egress } = actor
  const { clock, log } = hub
  const { market, positions, words } = parts
  const marks = new Map<string, Map<string, MarkWord>>()
  let [positionsAt, stopsAt, stopsTriedAt] = [0, 0, 0]
  let soon: NodeJS.Timeout | undefined
  let [left, leftAt]: [number, number] = [reading.atOnce, Date.now()]

  /** Whether a reading may leave: what is asked for too often waits for its next time. */
  function mayRead(weight: number): boolean {
    const now = Date.now()
    left = Math.min(reading.atOnce, left + ((now - leftAt) / 1_000) * clock.rate * reading.perSecond)
    leftAt = now
    if (left < weight) return false
    left -= weight
    return true
  }

  function hearMark(symbol: string, word: MarkWord): void {
    const ofSymbol = marks.get(symbol) ?? new Map<string, MarkWord>()
    marks.set(symbol, ofSymbol)
    if ((ofSymbol.get(word.source)?.time ?? 0) <= word.time) ofSymbol.set(word.source, word)
  }

  function hearReport(report: AccountReport): void {
    for (const { symbol, valuation, askedAt } of report.positions)
      if (valuation.markPrice !== undefined)
        hearMark(symbol, { source: 'positions', price: valuation.markPrice, time: askedAt })
    const lacking = positions.hear(report)
    ears.hearPositions(report)
    for (const symbol of new Set(lacking)) void readPosition(symbol)
  }

  async function readPosition(symbol: string): Promise<void> {
    if (!mayRead(weights.position)) return
    try {
      hearReport(await protect(actor, () => exchange.fetchPosition(symbol)))
    } catch (error) {
      log.debug({ error: describeError(error), symbol }, 'a position was not read')
    }
  }

  function isHolding(): boolean {
    for (const [, { word }] of positions.places()) if (word.size !== '0') return true
    return false
  }

  const realMs = (marketMs: number) => Math.max(every.least, clock.toRealMs(marketMs))

  const readingPositions = repeat(
    hub,
    { what: 'positions were not read', everyMs: realMs(every.positions) },
    async () => {
      const now = Date.now()
      if (!ears.isLeader()) return
      // A little less: the next look must not find it too early by a ms.
      const isHeard = stream.tell().connected && now - positionsAt < 0.9 * realMs(every.listening)
      if (isHeard) return
      if (!mayRead(weights.position)) return
      positionsAt = now
      hearReport(await protect(actor, () => exchange.fetchPositions()))
    },
  )
  const readingStops = repeat(
    hub,
    { what: 'stops were not listed', everyMs: realMs(every.stops) },
    async () => {
      if (!ears.isLeader() || Date.now() - stopsTriedAt < apartMs.stops || !mayRead(weights.stops)) return
      stopsTriedAt = Date.now()
      const { answer, askedAt } = await protectAt(actor, () => orders.fetchOpenStops())
      stopsAt = Date.now()
      ears.hearList(answer, askedAt)
    },
  )
  const readingMarks = repeat(
    hub,
    { what: 'marks were not read', everyMs: realMs(every.marks) },
    async () => {
      if (!ears.isLeader() || !isHolding() || !mayRead(weights.marks)) return
      // What the mark actor was told by the same endpoint is as good.
      const told = await actor.pulse.unlessSilent(readMarks(hub, of.venue))
      const freshAt = clock.now() - every.marks
      const held = [...positions.places()].filter(([, { word }]) => word.size !== '0')
      const isFresh = held.every(([, { word }]) => (told?.get(word.symbol)?.time ?? 0) > freshAt)
      const all = isFresh && told !== undefined ? told : await protect(actor, () => market.fetchMarks())
      for (const [, { word }] of held) {
        const { markPrice, time } = all.get(word.symbol) ?? {}
        if (markPrice !== undefined && time !== undefined)
          hearMark(word.symbol, { source: 'premium index', price: markPrice, time })
      }
    },
  )

  function onEvent(event: UserEvent): void {
    if (event.kind === 'report') {
      hearReport(event.report)
      // Where liquidation has gone no event tells.
      if (event.report.positions.length > 0) readPositions()
      return
    }
    const read = orders.readEvent(event)
    if (read === undefined) return
    if ('stop' in read) return ears.hearStops(words.ofStop(read.stop))
    const { order, trade } = read.order
    if (trade !== undefined) for (const hear of actor.tradeEars) hear(trade)
    if (order !== undefined) ears.hearStops(words.ofOrder(order))
  }

  /** Soon: what many events ask for is asked for once. */
  function readPositions(): void {
    soon ??= setTimeout(
      () => {
        soon = undefined
        positionsAt = 0
        readingPositions.now()
      },
      Math.max(0, positionsAt + apartMs.positions - Date.now()),
    )
  }

  // The key to the stream is part of protecting, and must not wait behind a share that is used up.
  const urgent: Egress = {
    ...egress,
    call: (_egressClass, run, onLeave, flow) => egress.call('protect', run, onLeave, flow),
  }
  const stream = openUserStream(
    { hub, exchange, egress: urgent },
    {
      onEvent,
      onGap() {
        readPositions()
        readingStops.now()
      },
    },
  )
  return {
    marks: (symbol) => [...(marks.get(symbol)?.values() ?? [])],
    readPositions,
    readStops: () => readingStops.now(),
    readPosition: (symbol) => void readPosition(symbol),
    tell: () => ({
      connected: stream.tell().connected ? 1 : 0,
      positionsAt: Math.floor(positionsAt),
      stopsAt,
    }),
    async stop() {
      clearTimeout(soon)
      for (const each of [readingPositions, readingStops, readingMarks]) each.stop()
      await stream.stop()
    },
  }
}

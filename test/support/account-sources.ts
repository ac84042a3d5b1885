import fc from 'fast-check'
import { settleMs } from '../../lib/account/account-sources.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import type { Listing } from '../../simulator/core/listing.ts'
import { historyStart, market } from './account-history.ts'
import type { Truth } from './account-history.ts'
import type { AccountRows, ShownAccount } from './account-rows.ts'

/** What goes wrong with a source; chances from 0 to 1, spans in ms. */
export interface SourceFaults {
  readonly drop: number
  readonly duplicate: number
  /** how much later than usual something may come, at most */
  readonly delayMs: number
  /** from here on, as a share of the history, it answers as it stood then, or, a stream, says nothing */
  readonly frozenFrom: number
  readonly frozenForMs: number
  /** how far behind its answers are */
  readonly lagMs: number
  /** chance of a row to be left out of a complete answer */
  readonly lack: number
}

export const noFaults: SourceFaults = {
  drop: 0,
  duplicate: 0,
  delayMs: 0,
  frozenFrom: 1,
  frozenForMs: 0,
  lagMs: 0,
  lack: 0,
}

const share = (most: number) => fc.oneof(fc.constant(0), fc.double({ min: 0, max: most, noNaN: true }))
const span = (most: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max: most }))

export const sourceFaults: fc.Arbitrary<SourceFaults> = fc.record({
  drop: share(0.9),
  duplicate: share(0.5),
  delayMs: span(6_000),
  frozenFrom: fc.double({ min: 0, max: 1, noNaN: true }),
  frozenForMs: fc.oneof(fc.constant(0), fc.constant(Infinity), fc.integer({ min: 0, max: 6_000 })),
  lagMs: span(6_000),
  lack: share(0.7),
})

/** Something that a source says, on its way. */
export interface Delivery {
  readonly at: number
  readonly source: AccountSource
  readonly report: AccountReport
}

/** How the sources of one history behave. */
export interface Conditions {
  readonly faults: Readonly<Record<AccountSource, SourceFaults>>
  readonly periodMs: number
  /** this far the processes' clocks are off, at most, and they know it */
  readonly clockErrorMs: number
  /** from 0 to 1 */
  readonly chance: () => number
}

const mostRoundTripMs = 60

/** What the venue's answers and events bring, as it would come over the wire. */
export interface Wire {
  /** all that comes of the stream and of the polls from the beginning until `until` */
  deliveries(until: number): Delivery[]
  /** the answers to a question that `asker` sends at `now` */
  ask(symbol: string, asker: AccountSource, now: number): Delivery[]
}

/** The venue of one history, with its faults. */
export function openWire(
  truth: Truth,
  rows: AccountRows,
  { faults, periodMs, clockErrorMs, chance }: Conditions,
): Wire {
  const listings = new Map<string, Listing>(
    [...market.listings.values()].filter(({ plain }) => plain).map((each) => [rows.symbolOf(each), each]),
  )
  const between = (least: number, most: number) => Math.floor(least + chance() * (most - least + 1))
  const offsetMs = between(-clockErrorMs, clockErrorMs)

  function frozen(source: AccountSource, at: number): number | undefined {
    const { frozenFrom, frozenForMs } = faults[source]
    const from = historyStart + Math.floor((truth.endTime - historyStart) * frozenFrom)
    return frozenForMs > 0 && at >= from && at < from + frozenForMs ? from : undefined
  }

  function show(source: AccountSource, at: number, said: number): ShownAccount {
    const then = (frozen(source, at) ?? at) - faults[source].lagMs
    // A replica may stand amidst the steps of one ms, but not for `settleMs`: it has all of a ms that is longer ago.
    const state = truth.stateAt(at - then < settleMs ? then : then + 0.5)
    return { state, market, at, said }
  }

  const lacking =
    (source: AccountSource) =>
    <T>(told: readonly T[]): T[] =>
      told.filter(() => chance() >= faults[source].lack)

  /** The deliveries of one message that would come at `at`. */
  function send(source: AccountSource, report: AccountReport, at: number): Delivery[] {
    const { drop, duplicate, delayMs } = faults[source]
    if (chance() < drop) return []
    const first = { source, report, at: at + between(0, delayMs) }
    return chance() < duplicate ? [first, { ...first, at: first.at + between(0, delayMs) }] : [first]
  }

  /** What is asked for at `askedAt` by the venue's clock, of whom does not know it exactly. */
  function answer(source: AccountSource, askedAt: number, read: (shown: ShownAccount) => AccountReport) {
    const roundTripMs = between(10, mostRoundTripMs)
    const shown = show(source, askedAt + (roundTripMs >> 1), askedAt + offsetMs)
    return send(source, read(shown), askedAt + roundTripMs)
  }

  function poll(source: 'account' | 'risk', at: number): Delivery[] {
    const lack = lacking(source)
    return answer(source, at, (shown) =>
      source === 'account' ? rows.toAccount(shown, lack) : rows.toRisk(shown, lack),
    )
  }

  return {
    deliveries(until) {
      const all: Delivery[] = []
      let lastAt = 0
      for (const { time, message, ordinal } of truth.events) {
        if (frozen('stream', time) !== undefined) continue
        // A connection keeps the order of its events.
        lastAt = Math.max(lastAt, time + between(2, 25))
        for (const event of rows.stream.toUserEvents(message, ordinal))
          if (event.kind === 'report') all.push(...send('stream', event.report, lastAt))
      }
      for (const source of ['account', 'risk'] as const) {
        for (let at = historyStart + between(0, periodMs); at < until; at += periodMs)
          all.push(...poll(source, at))
      }
      return all
    },
    ask: (symbol, asker, now) =>
      answer(asker, now + 1, (shown) => rows.toSymbol(shown, listings.get(symbol)!)).map((each) => ({
        ...each,
        source: 'risk' as const,
      })),
  }
}

/** After the surviving source said it, and a question was answered, there is no excuse left. */
export function graceMs({ periodMs, clockErrorMs }: Conditions, waitMs: number): number {
  return waitMs + 2 * clockErrorMs + periodMs + 2 * mostRoundTripMs + 25
}

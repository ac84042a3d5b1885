import { needDecimal, sub } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { judgeLadder } from '../../lib/risk/judge-ladder.ts'
import type { LadderJudgement, LadderSight } from '../../lib/risk/judge-ladder.ts'
import type { LadderAction } from '../../lib/risk/ladder-draft.ts'
import { hearStopWord, noLadder } from '../../lib/risk/ladder-state.ts'
import type { LadderState, LadderStop, StopWord } from '../../lib/risk/ladder-state.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { toPerpetual } from './instrument.ts'
import { StopVenue, owner } from './stop-venue.ts'
import type { VenueFaults } from './stop-venue.ts'

/** Something that happens to a position, by somebody else. */
export interface LadderEvent {
  readonly at: number
  /** lots, signed, that the position then has; undefined: as it was */
  readonly size?: number | undefined
  readonly entry?: number | undefined
  readonly mark?: number | undefined
}

export interface LadderStory {
  readonly seed: number
  readonly faults: VenueFaults
  readonly events: readonly LadderEvent[]
  /** lots times the distance of liquidation, as a part of the entry price */
  readonly cushion: number
  /** ms by which the venue's list lags */
  readonly listLagMs: number
  /** forget everything once, as after a loss of Redis */
  readonly forgetsAt: number | undefined
}

const stepMs = 50
const quietMs = 25_000
/** ms after which the venue's "no such order" is believed: the window of a request and 5 s. */
export const believedMs = 7_000
const lot = '0.001'
const limits = limitsOf({})
const instrument = {
  ...toPerpetual(owner.symbol),
  lotSize: lot,
  minQty: lot,
  minNotional: '5',
  maxMarketQty: '0.4',
}

export interface LadderRun {
  readonly venue: StopVenue
  readonly last: LadderJudgement
  readonly problems: readonly string[]
  /** ms without cover, one for each time */
  readonly bareMs: readonly number[]
  readonly exits: number
  readonly replaced: number
}

/** Lets a story happen to a ladder and a venue, and tells what should not have been. */
export function runLadder(story: LadderStory): LadderRun {
  const roll = toDice(story.seed)
  const venue = new StopVenue(story.faults, roll)
  const problems: string[] = []
  const due: { at: number; run: () => void }[] = []
  const bareMs: number[] = []
  const lists: { at: number; rows: ReturnType<StopVenue['listed']> }[] = []
  let state: LadderState = noLadder
  let seen: LadderSight['position'] = undefined
  let last: LadderJudgement | undefined
  let bareSince: number | undefined
  let exitUntil = -1
  let exits = 0
  const generations = new Set<number>()
  const sent = new Set<string>()
  const later = (ms: number, run: () => void) => due.push({ at: venue.now + ms, run })
  const hear = (word: StopWord) => {
    state = hearStopWord(state, word)
  }
  venue.onWord = (id, told, filledLots, time) => {
    const filled = toSize(filledLots)
    later(20 + roll() * 300, () => hear({ word: 'told', id, state: told, time, filled }))
  }

  const lastAt = Math.max(0, ...story.events.map(({ at }) => at))
  // What was on its way when everything was forgotten shows in a list first.
  const end = lastAt + quietMs + (story.forgetsAt === undefined ? 0 : story.listLagMs)
  for (let now = 0; now <= end; now += stepMs) {
    venue.now = now
    if (now === roundUp(lastAt + 2_000)) calm(story.faults)
    for (const event of story.events) if (roundUp(event.at) === now) happen(event)
    for (const each of due.splice(0)) {
      if (each.at <= now) each.run()
      else due.push(each)
    }
    lookAtPosition()
    if (now % 5_000 === 0) list()
    if (story.forgetsAt !== undefined && roundUp(story.forgetsAt) === now) {
      state = noLadder
      sent.clear()
      hear({ word: 'listed', stops: venue.listed(), askedAt: now })
    }
    if (now % 100 === 0) judge()
    measure()
  }
  if (bareSince !== undefined) bareMs.push(end - bareSince)
  if (last === undefined) throw new Error('nothing was judged')
  return { venue, last, problems, bareMs, exits, replaced: generations.size }

  function happen({ size, entry, mark }: LadderEvent): void {
    if (mark !== undefined) venue.move(mark)
    if (size !== undefined) venue.setSize(size, entry ?? venue.entry)
    else if (entry !== undefined && venue.size !== 0) {
      venue.entry = entry
      venue.changedAt = venue.now
    }
  }

  function lookAtPosition(): void {
    const { size, entry, changedAt } = venue
    const liquidation = venue.liquidation(story.cushion)
    const position = {
      symbol: owner.symbol,
      side: owner.side,
      size: toSize(size),
      entryPrice: size === 0 ? undefined : needDecimal(entry, 'an entry'),
      liquidationPrice: liquidation === undefined ? undefined : needDecimal(liquidation, 'a liquidation'),
      time: changedAt,
    }
    later(50 + roll() * 200, () => {
      if (seen === undefined || seen.time <= position.time) seen = position
    })
  }

  function list(): void {
    lists.push({ at: venue.now, rows: venue.listed() })
    const old = lists.findLast(({ at }) => at <= venue.now - story.listLagMs)
    // The list says when it was asked for, not how old it is.
    const askedAt = venue.now
    if (old !== undefined) later(100, () => hear({ word: 'listed', stops: old.rows, askedAt }))
  }

  function judge(): void {
    const marks = ['stream', 'rest'].map((source) => ({
      source,
      price: needDecimal(venue.mark, 'a mark'),
      time: venue.now,
    }))
    const sight: LadderSight = {
      owner,
      now: venue.now,
      rate: 1,
      position: seen,
      instrument,
      limits,
      slots: story.faults.slots,
      marks,
    }
    last = judgeLadder(state, sight)
    checkCancels(last)
    state = last.state
    if (state.ladder !== undefined) generations.add(state.ladder.generation)
    for (const action of last.actions) act(action)
  }

  function act(action: LadderAction): void {
    if (action.do === 'place') place(action.stop)
    else if (action.do === 'cancel') cancel(action.id)
    else if (action.do === 'ask') ask(action.id)
    else exit(action.to)
  }

  function place(stop: LadderStop): void {
    if (sent.has(stop.id)) problems.push(`${venue.now}: ${stop.id} was sent twice`)
    sent.add(stop.id)
    if (roll() < story.faults.lostRequests) return
    later(30 + roll() * 100, () => {
      const answer = venue.create(stop, stop.size === undefined ? 0 : toLots(stop.size))
      if (answer.answer === 'known' || roll() < story.faults.lostAnswers) return
      const time = venue.now
      later(30 + roll() * 100, () =>
        hear(
          answer.answer === 'stands'
            ? { word: 'told', id: stop.id, state: 'standing', time }
            : { word: 'refused', id: stop.id, refusal: answer.refusal, time },
        ),
      )
    })
  }

  function cancel(id: string): void {
    if (roll() < story.faults.lostRequests) return
    later(30 + roll() * 100, () => {
      const was = venue.cancel(id)
      const time = venue.now
      if (was && roll() >= story.faults.lostAnswers)
        later(30 + roll() * 100, () => hear({ word: 'told', id, state: 'cancelled', time }))
    })
  }

  function ask(id: string): void {
    const sentAt = state.stops.get(id)?.since ?? venue.now
    if (roll() < story.faults.lostAnswers) return
    later(30 + roll() * 200, () => {
      const stop = venue.stops.get(id)
      const time = venue.now
      if (stop !== undefined)
        hear({ word: 'told', id, state: stop.state, time: stop.since, filled: toSize(stop.filledLots) })
      else if (time - sentAt > believedMs) hear({ word: 'absent', id, time })
    })
  }

  function exit(to: Decimal): void {
    if (venue.now < exitUntil) return
    exits += 1
    exitUntil = venue.now + 500
    later(50 + roll() * 150, () => {
      const size = Math.abs(venue.size)
      const closed = Math.min(Math.max(0, size - toLots(to)), toLots(instrument.maxMarketQty))
      venue.setSize(Math.sign(venue.size) * (size - closed))
    })
  }

  /** No old rung is cancelled before the ladder that succeeds it stands, or was refused for want of its room. */
  function checkCancels({ state: next, actions, cover }: LadderJudgement): void {
    if (seen === undefined || seen.size === '0' || next.ladder === undefined || cover === undefined) return
    const { ladder } = next
    const rungs = [...venue.stops.values()].filter(
      (stop) => stop.generation === ladder.generation && stop.rung > 0,
    )
    // What ended just now did so when it was thought to stand.
    const ours = rungs
      .filter((stop) => stop.state === 'standing' || venue.now - stop.since < 2_000)
      .reduce((sum, stop) => sum + stop.lots, 0)
    const designed = ladder.rungs.reduce((sum, rung) => sum + toLots(rung.size ?? '0'), 0)
    const target = Math.min(toLots(cover.needed), designed)
    // What a position of the other side waited for covers nothing any more.
    const isOurs = (stop: LadderStop) => stop.stopSide === ladder.stopSide
    const rooms = [...next.stops.values()].filter((stop) => isOurs(stop) && stop.waitsFor !== undefined)
    for (const action of actions) {
      const stop = action.do === 'cancel' ? next.stops.get(action.id) : undefined
      if (stop === undefined || stop.rung === 0 || stop.stopSide !== ladder.stopSide) continue
      const isDouble =
        stop.generation === ladder.generation &&
        rungs.some((each) => each.rung === stop.rung && each.attempt > stop.attempt)
      const isForRoom = rooms.some(({ waitsFor }) => waitsFor === stop.id)
      if (!isDouble && !isForRoom && ours < 0.95 * target - 1)
        problems.push(`${venue.now}: ${stop.id} was cancelled while ${ours} of ${target} stood`)
    }
    const waiting = rooms.filter(
      ({ state: own, waitsFor = '' }) => own === 'refused' && next.stops.get(waitsFor)?.state === 'standing',
    )
    if (new Set(waiting.map(({ waitsFor }) => waitsFor)).size > 1)
      problems.push(`${venue.now}: more than one old rung was cancelled for room at once`)
  }

  function measure(): void {
    const { size, now } = venue
    const side = size > 0 ? 'sell' : 'buy'
    const mine = [...venue.stops.values()].filter((stop) => stop.stopSide === side)
    const covers = (stop: (typeof mine)[number]) =>
      stop.state === 'standing' ||
      ((stop.state === 'triggering' || stop.state === 'triggered') && now - stop.since <= 1_000)
    const rungs = mine.filter(covers).reduce((sum, stop) => sum + stop.lots, 0)
    const closes = mine.some((stop) => stop.lots === 0 && covers(stop)) ? toLots(instrument.maxMarketQty) : 0
    const isBare = rungs + closes < Math.abs(size) * 0.95
    if (isBare) bareSince ??= now
    else if (bareSince !== undefined) {
      bareMs.push(now - bareSince)
      bareSince = undefined
    }
  }
}

/** Faults end, so that what is left can be judged. */
function calm(faults: VenueFaults): void {
  Object.assign(faults, { lostAnswers: 0, lostRequests: 0, refusals: 0, lostEvents: 0, failedTriggers: 0 })
}

function toSize(lots: number): Decimal {
  return needDecimal(`${lots}e-3`, 'lots')
}

/** Whole lots of a size, cut down. */
export function toLots(size: Decimal): number {
  return Math.floor(Number(sub(size, '0')) * 1_000 + 1e-6)
}

function roundUp(at: number): number {
  return Math.ceil(at / stepMs) * stepMs
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function toDice(seed: number): () => number {
  let at = seed >>> 0
  return () => {
    at = (at + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(at ^ (at >>> 15), at | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

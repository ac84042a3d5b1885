import type { Exchange } from '../../lib/exchange/exchange.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import type { StopReport } from '../../lib/model/order-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import { isStopId } from '../../lib/model/stop-id.ts'
import { encodeLadder, readLadders, writeLadder } from '../../lib/orders/ladders.ts'
import { freshMarks } from '../../lib/risk/backstop.ts'
import { judgeLadder } from '../../lib/risk/judge-ladder.ts'
import { isBareTooLong } from '../../lib/risk/ladder-cover.ts'
import { hearStopWord, mayStand, noLadder } from '../../lib/risk/ladder-state.ts'
import { actOnLadders } from './act-on-ladder.ts'
import type { StopAction } from './act-on-ladder.ts'
import { openClosing } from './close-position.ts'
import type { KeptLadder } from './kept-ladder.ts'
import { keptLadder, positionFor } from './kept-ladder.ts'
import { openOwnPositions } from './own-positions.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'
import { openStopWords, placeOf, toListedStop } from './stop-words.ts'
import type { PlacedWord } from './stop-words.ts'
import { tellCover } from './tell-cover.ts'
import { watchModes } from './watch-modes.ts'
import { watchVenue } from './watch-venue.ts'

// Market ms, and the real ms at least.
const lookEveryMs = { market: 100, least: 50 } as const
// Real ms in which a complete list of stops is waited for; then what is remembered must do.
const listWithinMs = 5_000
const writeEveryMs = 500
const writeAnywayMs = 10_000
const askEveryMs = 1_000

// What a venue takes of one symbol, where the instrument does not say.
const stopsOfSymbol = 10

/**
 * Keeps the stops of every position of the account on the venue. It hears of positions and stops by itself, so that it
 * goes on while Redis is away; what it remembers is written before it acts, unless Redis is silent.
 */
export function keepLadders(
  actor: RiskActor,
  parts: {
    readonly market: Exchange
    readonly instruments: () => ReadonlyMap<string, Instrument>
  },
): Pick<RiskPart, 'tell'> & { stop(): Promise<void> } {
  const { hub, of, limits, pulse, leadership } = actor
  const { clock, log } = hub
  const kept = new Map<string, KeptLadder>()
  const positions = openOwnPositions()
  const words = openStopWords(of.account)
  const closing = openClosing(actor)
  const cover = tellCover(actor)
  const modes = watchModes(actor)
  const act = actOnLadders(actor, words, hearStops)
  let begunAt = 0
  let beginning = false
  let isListed = false
  const due = new Set<string>()

  const watch = watchVenue(
    actor,
    { market: parts.market, positions, words },
    { hearPositions, hearStops, hearList, isLeader: () => actor.mayProtect() },
  )

  function hearPositions({ positions: told }: AccountReport): void {
    for (const word of told) {
      const place = positionField(word)
      if (word.size !== '0' || kept.has(place)) lookSoon(place)
    }
  }

  function hearStops(heard: readonly PlacedWord[]): void {
    if (begunAt === 0) return
    for (const { place, word } of heard) {
      const ladder = kept.get(place)
      // Of a place that was forgotten: a list tells what there is.
      if (ladder === undefined) watch.readStops()
      else ladder.state = hearStopWord(ladder.state, word)
      lookSoon(place)
    }
  }

  function hearList(rows: readonly StopReport[], askedAt: number): void {
    if (begunAt === 0) return
    const ours = rows.filter(({ clientOrderId }) => isStopId(clientOrderId))
    for (const row of ours) if (toListedStop(of.account, row) !== undefined) ladderAt(placeOf(row))
    for (const [place, ladder] of kept) {
      const stops = ours
        .filter((row) => placeOf(row) === place)
        .flatMap((row) => toListedStop(of.account, row) ?? [])
      ladder.state = hearStopWord(ladder.state, { word: 'listed', stops, askedAt })
      lookSoon(place)
    }
    isListed = true
  }

  function ladderAt(place: string): KeptLadder {
    const ladder = kept.get(place) ?? keptLadder(of.account, place, noLadder)
    kept.set(place, ladder)
    return ladder
  }

  async function begin(): Promise<void> {
    beginning = true
    const stored = await pulse.unlessSilent(readLadders(hub, of))
    for (const [place, state] of stored ?? []) kept.set(place, keptLadder(of.account, place, state))
    log.info({ places: kept.size, isKnown: stored !== undefined }, 'keeps the stops')
    begunAt = Date.now()
    isListed = false
    beginning = false
    watch.readPositions()
    watch.readStops()
    modes.now()
  }

  function end(): void {
    if (begunAt === 0) return
    log.warn('another process keeps the stops')
    begunAt = 0
    kept.clear()
    closing.clear()
  }

  /** Judges a place of which something was heard: at once, but not all the others with it. */
  function lookSoon(place: string): void {
    due.add(place)
    if (due.size > 1) return
    setImmediate(() => {
      const places = [...due]
      due.clear()
      if (!mayJudge()) return
      for (const each of places) judge(ladderAt(each))
    })
  }

  function look(): void {
    if (!mayJudge()) return
    for (const [place, { word }] of positions.places()) if (word.size !== '0') ladderAt(place)
    for (const ladder of kept.values()) judge(ladder)
  }

  /** Whether this process keeps the stops, and knows what there is to know. */
  function mayJudge(): boolean {
    if (!actor.mayProtect()) {
      end()
      return false
    }
    if (begunAt === 0) {
      if (!beginning) void begin()
      return false
    }
    if (!isListed) watch.readStops()
    if (!isListed && Date.now() - begunAt < listWithinMs) return false
    cover.tell(kept, modes.problem())
    return modes.problem() === undefined
  }

  function judge(ladder: KeptLadder): void {
    const { place, owner } = ladder
    if (ladder.isBusy) return
    const now = Math.floor(clock.now())
    const instrument = parts.instruments().get(owner.symbol)
    if (instrument === undefined) {
      ladder.problem = `the terms of ${owner.symbol} are not known`
      return
    }
    const position = positionFor(ladder, positions.of(place))
    if (position === undefined) askFor(ladder)
    const marks = watch.marks(owner.symbol)
    const before = ladder.state
    const slots = slotsOf(owner.symbol)
    const sight = { owner, now, rate: clock.rate, position, instrument, limits, slots, marks }
    const judgement = judgeLadder(before, sight)
    ladder.state = judgement.state
    ladder.cover = judgement.cover
    ladder.position = position
    const actions: StopAction[] = []
    for (const action of judgement.actions) {
      if (action.do === 'exit') closing.begin(place, owner, action.to, action.reason)
      else actions.push(action)
    }
    if (position?.size === '0') closing.flat(place)
    else closing.look(place, instrument, freshMarks(marks, now, limits)[0]?.price)
    ladder.problem = judgement.problem ?? closing.problem(place)
    cover.measure(ladder, before, now)
    if (actions.length > 0) void storeAndAct(ladder, actions)
    else if (position?.size === '0' && ladder.state.stops.size === 0) forget(ladder)
    else if (Date.now() - ladder.writtenAt > writeEveryMs) write(ladder)
  }

  /** It is remembered before it is done: who comes after a crash knows what may have been sent. */
  async function storeAndAct(ladder: KeptLadder, actions: readonly StopAction[]): Promise<void> {
    ladder.isBusy = true
    ladder.writtenAt = Date.now()
    const { place, owner, state } = ladder
    const written = await pulse.unlessSilent(writeLadder(hub, of, { token: leadership.token, place, state }))
    ladder.isBusy = false
    if (kept.get(place) !== ladder) return
    if (written === false) return leadership.lost()
    // Without Redis it is remembered here, and written when it is back.
    ladder.written = written === undefined ? undefined : encodeLadder(state)
    for (const action of actions) {
      const id = action.do === 'place' ? action.stop.id : action.id
      act(place, owner, action, ladder.state.stops.get(id))
    }
  }

  /** What was heard since. */
  function write(ladder: KeptLadder): void {
    if (pulse.isSilent()) return
    const { place, state } = ladder
    const text = encodeLadder(state)
    // Somebody may have emptied Redis.
    if (ladder.written === text && Date.now() - ladder.writtenAt < writeAnywayMs) return
    ladder.writtenAt = Date.now()
    void pulse
      .unlessSilent(writeLadder(hub, of, { token: leadership.token, place, state }))
      .then((written) => {
        ladder.written = written === true ? text : undefined
      })
  }

  function forget({ place }: KeptLadder): void {
    kept.delete(place)
    void pulse.unlessSilent(writeLadder(hub, of, { token: leadership.token, place, state: undefined }))
  }

  /** Nobody has told of it, or not for sure. */
  function askFor(ladder: KeptLadder): void {
    if (Date.now() - ladder.askedAt < askEveryMs) return
    ladder.askedAt = Date.now()
    watch.readPosition(ladder.owner.symbol)
  }

  /** Both sides of a symbol share what the venue takes. */
  function slotsOf(symbol: string): number {
    const sides = [...kept.values()].filter(
      ({ owner, position, state }) =>
        owner.symbol === symbol && (position?.size !== '0' || [...state.stops.values()].some(mayStand)),
    )
    const most = parts.instruments().get(symbol)?.maxStops ?? stopsOfSymbol
    return Math.floor(most / Math.max(1, sides.length))
  }

  const everyMs = Math.max(lookEveryMs.least, clock.toRealMs(lookEveryMs.market))
  const timer = repeat(hub, { what: 'stops were not judged', everyMs }, () => Promise.resolve(look()))

  return {
    tell() {
      const now = clock.now()
      const ladders = [...kept.values()]
      return {
        ladders: ladders.length,
        uncovered: ladders.filter(({ state }) => isBareTooLong(state, now)).length,
        exits: closing.count(),
        ...cover.counts(),
        ...watch.tell(),
      }
    },
    async stop() {
      timer.stop()
      modes.stop()
      cover.stop()
      await watch.stop()
    },
  }
}

import { writeTradingState } from '../../lib/account/trading-states.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { decodeTradingState } from '../../lib/model/trading-state.ts'
import { endFlatten, fromAll, readFlatten, writeFlatten } from '../../lib/orders/flatten-requests.ts'
import type { FlattenProgress, StoredFlatten } from '../../lib/orders/flatten-requests.ts'
import { hearExitEnd } from '../../lib/risk/exit-state.ts'
import type { ExitWord } from '../../lib/risk/exit-state.ts'
import { beginFlatten, judgeFlatten } from '../../lib/risk/flatten-plan.ts'
import type { FlattenedPosition, FlattenJudgement, FlattenState } from '../../lib/risk/flatten-plan.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { openAccountSight } from './account-sight.ts'
import type { AccountSight } from './account-sight.ts'
import { actOnExits } from './act-on-exit.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

// Real ms.
const lookEveryMs = 100
const idleEveryMs = 300
const tellEveryMs = 1_000
/** Between two complete readings at the end, which weigh most. */
const confirmEveryMs = 500

/** Of the mark: what the venue takes a buy up to and a sell down to, where the instrument does not say. */
const usualBand = { up: '1.05', down: '0.95' }

interface Running {
  readonly requestedAt: number
  readonly sight: AccountSight
  readonly act: ReturnType<typeof actOnExits>
  state: FlattenState
  revision: number
  /** venue time at which it was first judged done; a complete reading afterwards must say the same */
  doneAt: number | undefined
}

/** Carries out the flatten that is asked for, from wherever it has come to, whoever began it. */
export function runFlatten(
  actor: RiskActor,
  instruments: () => ReadonlyMap<string, ListedInstrument>,
): RiskPart {
  const { hub, of, pulse } = actor
  const { clock, log } = hub
  let running: Running | undefined
  let stored: StoredFlatten | undefined
  let readAt = 0
  let isHalted = false
  let toldAt = 0
  let confirmedAt = 0

  async function look(): Promise<void> {
    // Without Redis nobody leads, and what is under way goes on: it only ever makes positions smaller.
    if (actor.isLeader() || (running !== undefined && actor.mayProtect())) await read()
    else running = undefined
    if (running === undefined) return
    const { sight, revision } = running
    const judgement = judgeFlatten(running.state, {
      now: Math.floor(clock.now()),
      rate: clock.rate,
      isHalted,
      positions: positionsOf(sight),
    })
    const progress = toProgress(sight, judgement)
    const kept = await pulse.unlessSilent(
      writeFlatten(hub, of, revision, { state: judgement.state, progress }),
    )
    if (kept === false) return reload()
    if (kept === true) running.revision = revision + 1
    running.state = withWords(judgement.state)
    for (const action of judgement.actions) {
      if (action.do === 'halt') void halt()
      else {
        const place = sight.places().get(action.of)
        if (place !== undefined) running.act(action.of, place, action.action)
      }
    }
    await tell(progress)
    if (judgement.isDone) await finish(running)
    // A list that was asked for after the sizes makes them old words, which are no others.
    else if (isAnythingLeft(progress)) running.doneAt = undefined
  }

  /** Reads what is asked for, and begins or ends. Without Redis what is under way goes on. */
  async function read(): Promise<void> {
    const now = Date.now()
    if (running === undefined && now - readAt < idleEveryMs) return
    readAt = now
    const [flatten, state] = await Promise.all([
      pulse.unlessSilent(readFlatten(hub, of).then((found) => ({ found }))),
      pulse.unlessSilent(
        hub.redis.get(hub.keys.tradingState(of.venue, of.account)).then((text) => ({ text })),
      ),
    ])
    if (state !== undefined) isHalted = decodeTradingState(state.text) === 'halted'
    if (flatten === undefined) return
    stored = flatten.found
    if (stored === undefined || stored.ended !== undefined) {
      if (running !== undefined) await tell(undefined)
      running = undefined
      return
    }
    if (running?.requestedAt === stored.request.requestedAt) return
    begin(stored)
  }

  function begin({ request, state, revision }: StoredFlatten): void {
    log.warn(
      { reason: request.reason, by: request.by, goesOn: state !== undefined },
      'the account is flattened',
    )
    const sight = openAccountSight(actor)
    sight.readSizes()
    sight.readOrders()
    sight.readStops()
    words.length = 0
    running = {
      requestedAt: request.requestedAt,
      sight,
      act: actOnExits(actor, sight, (place, word) => words.push([place, word])),
      state: state ?? beginFlatten(Math.floor(clock.now())),
      revision,
      doneAt: undefined,
    }
  }

  // Words come between a judgement and its storing, too; each is taken in by the next judgement.
  const words: [place: string, word: ExitWord][] = []
  function withWords(state: FlattenState): FlattenState {
    const exits = new Map(state.exits)
    for (const [place, word] of words.splice(0)) {
      const exit = exits.get(place)
      if (exit !== undefined) exits.set(place, hearExitEnd(exit, word))
    }
    return { ...state, exits }
  }

  /** Somebody else ended it or went on with it. */
  function reload(): void {
    running = undefined
    readAt = 0
  }

  async function halt(): Promise<void> {
    const reason = `flatten: ${stored?.request.reason ?? ''}`
    await pulse.unlessSilent(writeTradingState(hub, of, 'halted', reason, fromAll))
  }

  async function finish(now: Running): Promise<void> {
    const { sight } = now
    now.doneAt ??= clock.now()
    if (sight.completeAt() <= now.doneAt) {
      if (Date.now() - confirmedAt < confirmEveryMs) return
      confirmedAt = Date.now()
      sight.readSizes()
      sight.readOrders()
      sight.readStops()
      return
    }
    if (await pulse.unlessSilent(endFlatten(hub, of, now.revision, 'flat'))) {
      log.warn({ ms: Math.round(clock.now() - now.state.startedAt) }, 'the account is flat')
      running = undefined
      await tell(undefined)
    } else reload()
  }

  function positionsOf(sight: AccountSight): Map<string, FlattenedPosition> {
    const now = clock.now()
    const [orders, stops] = [sight.orders(), sight.stops()]
    const found = new Map<string, FlattenedPosition>()
    for (const [place, { symbol, side }] of sight.places()) {
      const instrument = instruments().get(symbol)
      if (instrument === undefined) continue
      const ids = (rows: readonly { symbol: string; positionSide: string; clientOrderId: string }[]) =>
        rows
          .filter((row) => row.symbol === symbol && row.positionSide === side)
          .map(({ clientOrderId }) => clientOrderId)
      found.set(place, {
        symbol,
        side,
        account: of.account,
        now,
        rate: clock.rate,
        instrument,
        markPrice: sight.markPrice(symbol),
        band: usualBand,
        sizes: sight.sizes(place),
        resting: orders && { ids: ids(orders.rows), askedAt: orders.askedAt },
        stops: ids(stops?.rows ?? []),
      })
    }
    return found
  }

  function toProgress(sight: AccountSight, judgement: FlattenJudgement): FlattenProgress {
    const left: Record<string, string> = {}
    const problems: Record<string, string> = Object.fromEntries(judgement.problems)
    for (const [place, { symbol }] of sight.places()) {
      const newest = sight.sizes(place).toSorted((a, b) => b.askedAt - a.askedAt)[0]
      if (newest !== undefined && newest.size !== '0') left[place] = newest.size
      if (!instruments().has(symbol)) problems[place] = `the terms of ${symbol} are not known`
    }
    const [orders, stops] = [sight.orders()?.rows.length ?? 0, sight.stops()?.rows.length ?? 0]
    return { left, orders, stops, problems, isLate: judgement.isLate }
  }

  async function tell(progress: FlattenProgress | undefined): Promise<void> {
    if (progress !== undefined && Date.now() - toldAt < tellEveryMs) return
    toldAt = Date.now()
    const standing = new Map<string, Condition>()
    if (progress !== undefined && running !== undefined) {
      const since = running.state.startedAt
      const text = `the account is being flattened: ${stored?.request.reason ?? ''}`
      standing.set('flatten', { since, text, severity: 'warning' })
      const places = Object.keys(progress.left)
      const why = Object.entries(progress.problems).map(([place, problem]) => `; ${place}: ${problem}`)
      const late = `the account is not flat after 10 s; ${places.length} positions are left: ${places.join(', ')}${why.join('')}`
      if (progress.isLate) standing.set('flatten late', { since, text: late, severity: 'critical' })
    }
    await pulse.unlessSilent(keepConditions(hub, of, 'flatten', standing))
  }

  const timer = repeat(hub, { what: 'the flatten was not looked at', everyMs: lookEveryMs }, look)
  return {
    tell: () => ({ flattening: running === undefined ? 0 : 1 }),
    stop: () => timer.stop(),
  }
}

function isAnythingLeft({ left, orders, stops }: FlattenProgress): boolean {
  return Object.keys(left).length + orders + stops > 0
}

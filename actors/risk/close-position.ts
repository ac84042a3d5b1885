import type { Instrument } from '../../lib/model/instrument.ts'
import { compareDecimals } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { beginExit, hearExitEnd, isLate } from '../../lib/risk/exit-state.ts'
import type { ExitState } from '../../lib/risk/exit-state.ts'
import { judgeExit } from '../../lib/risk/judge-exit.ts'
import { openAccountSight } from './account-sight.ts'
import type { AccountSight, Place } from './account-sight.ts'
import { actOnExits } from './act-on-exit.ts'
import type { RiskActor } from './risk-actor.ts'

/** Ways out of positions that their stops did not protect. */
export interface Closing {
  /** closes until `to` contracts are left; what goes as far already goes on */
  begin(place: string, of: Place, to: Decimal, reason: string): void
  /** what to do next for a place that is being closed */
  look(place: string, instrument: Instrument, markPrice: Decimal | undefined): void
  /** the position is flat, whoever closed it */
  flat(place: string): void
  /** why a way out does not go on by itself, or that it takes too long; undefined when nothing is wrong */
  problem(place: string): string | undefined
  /** how many were begun */
  count(): number
  clear(): void
}

/** Of the mark: what the venue takes a buy up to and a sell down to, where the instrument does not say. */
const usualBand = { up: '1.05', down: '0.95' }

export function openClosing(actor: RiskActor): Closing {
  const { hub, of: account } = actor
  const { clock, log } = hub
  const exits = new Map<string, { state: ExitState; problem: string | undefined; readonly of: Place }>()
  let parts: { readonly sight: AccountSight; readonly act: ReturnType<typeof actOnExits> } | undefined
  let count = 0

  function open(): NonNullable<typeof parts> {
    if (parts !== undefined) return parts
    const sight = openAccountSight(actor)
    const act = actOnExits(actor, sight, (place, word) => {
      const exit = exits.get(place)
      if (exit !== undefined) exit.state = hearExitEnd(exit.state, word)
    })
    parts = { sight, act }
    return parts
  }

  /** What was seen so far costs a question each at every reading: the next way out begins anew. */
  function end(place: string): void {
    exits.delete(place)
    if (exits.size === 0) parts = undefined
  }

  return {
    begin(place, of, to, reason) {
      const before = exits.get(place)
      if (before !== undefined && compareDecimals(before.state.to, to) <= 0) return
      const now = Math.floor(clock.now())
      log.warn({ ...of, to, reason }, 'the position is closed at the market')
      count += 1
      exits.set(place, {
        of,
        state: beginExit({ ...of, to, now, isUrgent: true }),
        problem: undefined,
      })
      open().sight.readSizes()
    },
    look(place, instrument, markPrice) {
      const exit = exits.get(place)
      if (exit === undefined) return
      const { sight, act } = open()
      const { symbol, side } = exit.of
      const now = Math.floor(clock.now())
      const resting = sight.orders()
      const { state, actions, isOut, problem } = judgeExit(exit.state, {
        account: account.account,
        now,
        rate: clock.rate,
        instrument,
        markPrice,
        band: usualBand,
        sizes: sight.sizes(place),
        resting: resting && {
          askedAt: resting.askedAt,
          ids: resting.rows
            .filter((row) => row.symbol === symbol && row.positionSide === side)
            .map(({ clientOrderId }) => clientOrderId),
        },
        // Its ladder takes them down.
        stops: [],
      })
      exit.state = state
      exit.problem = problem ?? (isLate(state, now) ? 'it is not closed after 10 s' : undefined)
      for (const action of actions) act(place, exit.of, action)
      if (!isOut) return
      log.warn({ symbol, side, to: state.to, ms: now - state.startedAt }, 'the position was closed')
      end(place)
    },
    flat(place) {
      if (exits.has(place)) end(place)
    },
    problem: (place) => exits.get(place)?.problem,
    count: () => count,
    clear() {
      exits.clear()
      parts = undefined
    },
  }
}

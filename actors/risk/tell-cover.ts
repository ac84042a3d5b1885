import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { isBareTooLong } from '../../lib/risk/ladder-cover.ts'
import type { LadderState } from '../../lib/risk/ladder-state.ts'
import type { KeptLadder } from './kept-ladder.ts'
import type { RiskActor } from './risk-actor.ts'

/** Tells a person of positions without cover, and of those that cannot have a ladder. */
export interface CoverTold {
  tell(ladders: ReadonlyMap<string, KeptLadder>, modesProblem: string | undefined): void
  /** notes how long a position was without cover, when it has cover again */
  measure(ladder: KeptLadder, before: LadderState, now: number): void
  counts(): { bareTimes: number; longestBareMs: number }
  stop(): void
}

// Real ms.
const tellEveryMs = 500
const anewEveryMs = 5_000
/** What is over sooner is nobody's business. */
const problemAfterMs = 3_000

export function tellCover(actor: RiskActor): CoverTold {
  const { hub, of, pulse } = actor
  const { clock, log } = hub
  const problemSince = new Map<string, number>()
  let [bareTimes, longestBareMs] = [0, 0]
  let toldAt = 0
  let told = ''
  let stopped = false

  async function write(uncovered: Map<string, Condition>, problems: Map<string, Condition>): Promise<void> {
    await keepConditions(hub, of, 'uncovered ', uncovered)
    await keepConditions(hub, of, 'ladder ', problems)
  }

  return {
    tell(ladders, modesProblem) {
      const real = Date.now()
      if (stopped || real - toldAt < tellEveryMs || pulse.isSilent()) return
      const now = Math.floor(clock.now())
      const uncovered = new Map<string, Condition>()
      const problems = new Map<string, Condition>()
      for (const place of problemSince.keys())
        if (ladders.get(place)?.problem === undefined) problemSince.delete(place)
      for (const [place, { state, cover, problem }] of ladders) {
        if (isBareTooLong(state, now)) {
          const since = state.uncoveredSince ?? now
          const has = cover === undefined ? '' : `: stops for ${cover.rungs} of ${cover.needed} contracts`
          const text = `${place} has been without enough stops for more than 3 s${has}`
          uncovered.set(`uncovered ${place}`, { since, text, severity: 'critical' })
        }
        if (problem === undefined) continue
        const since = problemSince.get(place) ?? real
        problemSince.set(place, since)
        if (real - since < problemAfterMs) continue
        const text = `the stops of ${place} cannot be kept: ${problem}`
        problems.set(`ladder ${place}`, {
          since: now - (real - since) * clock.rate,
          text,
          severity: 'critical',
        })
      }
      if (modesProblem !== undefined) {
        const text = `no stops are kept: ${modesProblem}`
        problems.set('ladder modes', { since: now, text, severity: 'critical' })
      }
      const names = [...uncovered.keys(), ...problems.keys()].join()
      if (names === told && real - toldAt < anewEveryMs) return
      toldAt = real
      void pulse.unlessSilent(write(uncovered, problems).then(() => (told = names)))
    },
    measure({ place, state }, before, now) {
      if (before.uncoveredSince === undefined || state.uncoveredSince !== undefined) return
      const bareMs = now - before.uncoveredSince
      bareTimes += 1
      longestBareMs = Math.max(longestBareMs, bareMs)
      log.info({ place, bareMs }, 'covered')
    },
    counts: () => ({ bareTimes, longestBareMs }),
    stop() {
      stopped = true
    },
  }
}

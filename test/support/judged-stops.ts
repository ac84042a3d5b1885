import { expect } from 'chai'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { StopState } from '../../lib/model/order-report.ts'
import { readStopId } from '../../lib/model/stop-id.ts'
import { judgeLadder } from '../../lib/risk/judge-ladder.ts'
import type { LadderJudgement, LadderSight } from '../../lib/risk/judge-ladder.ts'
import { hearStopWord, noLadder } from '../../lib/risk/ladder-state.ts'
import type { LadderState, StopRefusal } from '../../lib/risk/ladder-state.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { toPerpetual } from './instrument.ts'

const owner = { account: 'main', symbol: 'AUSDT', side: 'both' } as const

/** A position whose ladder lies at 950 to 930. */
export const long = {
  symbol: 'AUSDT',
  side: 'both',
  size: '1',
  entryPrice: '1000',
  liquidationPrice: '500',
  time: 1_000,
} as const

/** A position's stops, judged step by step. */
export class Stops {
  state: LadderState = noLadder
  sight: LadderSight = {
    owner,
    now: 1_000,
    rate: 1,
    position: long,
    instrument: toPerpetual('AUSDT'),
    limits: limitsOf({}),
    slots: 100,
    marks: [],
  }

  /** Judges after some ms; the actions in short, such as `place 2` or `cancel 1000/3`. */
  judge(afterMs = 0, by: Partial<LadderSight> = {}): string[] {
    return this.judgement(afterMs, by).actions.map((action) => {
      if (action.do === 'place') return `place ${action.stop.rung}${action.stop.attempt > 0 ? ` again` : ''}`
      if (action.do === 'exit') return `exit ${action.to}`
      const name = readStopId(owner, action.id)
      return `${action.do} ${name?.generation}/${name?.rung}`
    })
  }

  judgement(afterMs = 0, by: Partial<LadderSight> = {}): LadderJudgement {
    this.sight = { ...this.sight, ...by, now: this.sight.now + afterMs }
    const judgement = judgeLadder(this.state, this.sight)
    this.state = judgement.state
    return judgement
  }

  told(state: StopState, rungs: readonly number[], filled?: Decimal): void {
    const time = this.sight.now
    for (const id of this.idsOf(rungs))
      this.state = hearStopWord(this.state, {
        word: 'told',
        id,
        state,
        time,
        ...(filled !== undefined && { filled }),
      })
  }

  refused(refusal: StopRefusal, rungs: readonly number[]): void {
    for (const id of this.idsOf(rungs))
      this.state = hearStopWord(this.state, { word: 'refused', id, refusal, time: this.sight.now })
  }

  /** The latest attempts of the newest ladder. */
  idsOf(rungs: readonly number[]): string[] {
    const all = [...this.state.stops.values()]
    return rungs.map((rung) => {
      const attempts = all
        .filter((stop) => stop.rung === rung)
        .toSorted((a, b) => a.generation - b.generation || a.attempt - b.attempt)
      return attempts.at(-1)?.id ?? ''
    })
  }

  /** With a ladder that stands. */
  static standing(): Stops {
    const stops = new Stops()
    stops.judge()
    stops.told('standing', [0, 1, 2, 3, 4, 5])
    expect(stops.judge(100)).to.deep.equal([])
    return stops
  }
}

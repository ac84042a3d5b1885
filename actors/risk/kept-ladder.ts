import type { PositionSide } from '../../lib/model/position-report.ts'
import type { StopOwner } from '../../lib/model/stop-id.ts'
import type { LadderSight } from '../../lib/risk/judge-ladder.ts'
import type { Cover } from '../../lib/risk/ladder-cover.ts'
import { mayStand } from '../../lib/risk/ladder-state.ts'
import type { LadderState } from '../../lib/risk/ladder-state.ts'
import type { OwnPosition } from './own-positions.ts'

/** The stops of one position, as they are kept. */
export interface KeptLadder {
  readonly place: string
  readonly owner: StopOwner
  state: LadderState
  /** as it was last judged by */
  position: LadderSight['position']
  cover: Cover | undefined
  /** why there can be no ladder, or it cannot go on by itself */
  problem: string | undefined
  /** what is to be done is being written down */
  isBusy: boolean
  /** the text that Redis has of it; undefined: nobody knows */
  written: string | undefined
  /** real ms */
  writtenAt: number
  askedAt: number
}

/** A ladder of the position at `place`, `SYMBOL/side`. */
export function keptLadder(account: string, place: string, state: LadderState): KeptLadder {
  const [symbol = '', side] = place.split('/')
  return {
    place,
    owner: { account, symbol, side: side as PositionSide },
    state,
    position: undefined,
    cover: undefined,
    problem: undefined,
    isBusy: false,
    written: undefined,
    writtenAt: 0,
    askedAt: 0,
  }
}

// Venue ms after which an answer surely knows of a position that stops were made for.
const surelyKnownMs = 60_000

/**
 * What a ladder is judged by: undefined while nobody has told of the position, and where the word that it is flat is older
 * than the position that its stops were made for: such an answer lags.
 */
export function positionFor(
  { state }: Pick<KeptLadder, 'state'>,
  own: OwnPosition | undefined,
): LadderSight['position'] {
  if (own === undefined) return undefined
  const { symbol, side, size, time = 0, askedAt } = own.word
  const standing = [...state.stops.values()].filter(mayStand)
  const madeFor = Math.max(0, ...standing.map(({ generation }) => generation))
  if (size === '0' && time < madeFor && askedAt < madeFor + surelyKnownMs) return undefined
  return {
    symbol,
    side,
    size,
    time,
    entryPrice: own.entryPrice,
    liquidationPrice: own.liquidationPrice,
  }
}

import { hashOf } from './client-order-id.ts'
import { InvariantError } from './errors.ts'
import type { PositionSide } from './position-report.ts'

/** Which stop of a position it is; an id tells it back, so that a stop in a venue's list is known for what it is. */
export interface StopName {
  /** of the ladder: venue time of the position that it was made for, and higher for each ladder that follows */
  readonly generation: number
  /** of the rung, from 1; 0 is the stop that closes whatever is left */
  readonly rung: number
  /** from 0; one higher when the one before it has surely ended */
  readonly attempt: number
}

export interface StopOwner {
  readonly account: string
  readonly symbol: string
  readonly side: PositionSide
}

// st, owner (10), generation (9), rung (2), attempt (3): 26 of the 32 letters and digits that the strictest venue takes.
const form = /^st([0-9a-f]{10})([0-9a-z]{9})([0-9a-z]{2})([0-9a-z]{3})$/
const lengths = { generation: 9, rung: 2, attempt: 3 } as const

/** The client order id of a stop: one stop, one id, whoever makes it. */
export function stopIdOf(owner: StopOwner, name: StopName): string {
  const parts = (['generation', 'rung', 'attempt'] as const).map((part) => {
    const text = name[part].toString(36).padStart(lengths[part], '0')
    if (!Number.isSafeInteger(name[part]) || name[part] < 0 || text.length > lengths[part])
      throw new InvariantError(`a stop's ${part} must fit ${lengths[part]} letters, was ${name[part]}`)
    return text
  })
  return `st${ownerHash(owner)}${parts.join('')}`
}

/** Which stop of `owner` an id names; undefined when it names none. */
export function readStopId(owner: StopOwner, id: string): StopName | undefined {
  const match = form.exec(id)
  if (match === null || match[1] !== ownerHash(owner)) return undefined
  const [generation, rung, attempt] = match.slice(2).map((text) => Number.parseInt(text, 36))
  if (generation === undefined || rung === undefined || attempt === undefined) return undefined
  return { generation, rung, attempt }
}

/** Whether an id is a stop's of ours, whichever position it belongs to. */
export function isStopId(id: string): boolean {
  return form.test(id)
}

function ownerHash({ account, symbol, side }: StopOwner): string {
  return hashOf([account, symbol, side]).slice(0, 10)
}

import type { Decimal } from './decimal.ts'
import { InvariantError } from './errors.ts'

/** Best bid and ask of one symbol, as the venue told them. */
export interface Ticker {
  readonly bid: Decimal
  /** contracts */
  readonly bidSize: Decimal
  readonly ask: Decimal
  /** contracts */
  readonly askSize: Decimal
  /** venue time */
  readonly time: number
  /** rises with every change at the venue; 0 where the venue has none */
  readonly updateId: number
}

/** The stored text: `[time,updateId,"bid","bidSize","ask","askSize"]`. */
export function encodeTicker({ time, updateId, bid, bidSize, ask, askSize }: Ticker): string {
  return `[${time},${updateId},"${bid}","${bidSize}","${ask}","${askSize}"]`
}

/** The ticker that a stored text tells. */
export function decodeTicker(text: string): Ticker {
  const row = JSON.parse(text) as unknown[]
  if (row.length !== 6) throw new InvariantError(`a stored ticker must have 6 fields, had ${row.length}`)
  const [time, updateId, bid, bidSize, ask, askSize] = row as [
    number,
    number,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
  ]
  return { time, updateId, bid, bidSize, ask, askSize }
}

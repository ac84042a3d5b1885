/** A moment of the venue's clock. */
export interface Moment {
  /** ms since epoch on the venue's clock */
  readonly now: number
  /** venue ms that pass in a real one */
  readonly rate: number
}

// A tenth of the pace of real time is what an answer on loopback needs.
const leastPart = 0.1

/**
 * Venue ms in which the venue's word is waited for, told for a venue that runs as fast as real time: `venueMs`, and a tenth
 * as many real ms at the least, because a word takes real time on its way however fast the venue's clock runs.
 */
export function patienceFor({ rate }: Pick<Moment, 'rate'>, venueMs: number): number {
  return venueMs * Math.max(1, rate * leastPart)
}

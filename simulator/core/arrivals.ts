/** A request that changes something, as it came in. */
export interface Arrival {
  /** wall ms since epoch, with its fraction, at which its headers had been read */
  readonly at: number
  readonly method: string
  readonly path: string
  /** query and body as they were sent, the first 1,000 characters */
  readonly text: string
}

const ARRIVALS_KEPT = 4096
const MOST_TEXT = 1000

/** When requests that change something came in, whatever became of them; the last 4,096 are kept. */
export class Arrivals {
  private readonly ring: Arrival[] = []
  private written = 0

  record({ at, method, path, text }: Arrival): void {
    this.ring[this.written % ARRIVALS_KEPT] = { at, method, path, text: text.slice(0, MOST_TEXT) }
    this.written += 1
  }

  /** Oldest first, those whose text has `part` in it. */
  list(part: string): Arrival[] {
    const start = this.written % ARRIVALS_KEPT
    const all =
      this.written <= ARRIVALS_KEPT ? this.ring : [...this.ring.slice(start), ...this.ring.slice(0, start)]
    return all.filter(({ text }) => text.includes(part))
  }

  reset(): void {
    this.ring.length = 0
    this.written = 0
  }
}

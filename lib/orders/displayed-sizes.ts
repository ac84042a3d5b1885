import type { Ledger } from '../market/ledger.ts'
import type { Side } from '../model/order.ts'
import type { PaperQuote } from './match-paper-order.ts'

interface Taken {
  readonly bid: number
  readonly bidSize: number
  readonly ask: number
  readonly askSize: number
  bidTaken: number
  askTaken: number
}

/**
 * What paper orders leave of the displayed sizes: what one of them has had, no other gets, until the quote
 * changes.
 */
export class DisplayedSizes {
  readonly #ledger: Ledger
  readonly #taken = new Map<number, Taken>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** The symbol's quote with what is left of it; `polledAt` is when the whole market was last asked. */
  quote(slot: number, polledAt: number): PaperQuote | undefined {
    const { bid, bidSize, ask, askSize, quoteTime } = this.#ledger
    const time = quoteTime[slot] as number
    if (time === 0) return undefined
    const taken = this.#takenOf(slot)
    return {
      bid: bid[slot] as number,
      bidLeft: (bidSize[slot] as number) - (taken?.bidTaken ?? 0),
      ask: ask[slot] as number,
      askLeft: (askSize[slot] as number) - (taken?.askTaken ?? 0),
      asOf: Math.max(time, polledAt),
    }
  }

  /** An order on `side` has had so many contracts of the other side. */
  take(slot: number, side: Side, contracts: number): void {
    const { bid, bidSize, ask, askSize } = this.#ledger
    const taken = this.#takenOf(slot) ?? {
      bid: bid[slot] as number,
      bidSize: bidSize[slot] as number,
      ask: ask[slot] as number,
      askSize: askSize[slot] as number,
      bidTaken: 0,
      askTaken: 0,
    }
    if (side === 'buy') taken.askTaken += contracts
    else taken.bidTaken += contracts
    this.#taken.set(slot, taken)
  }

  #takenOf(slot: number): Taken | undefined {
    const taken = this.#taken.get(slot)
    if (taken === undefined) return undefined
    const { bid, bidSize, ask, askSize } = this.#ledger
    const same =
      taken.bid === bid[slot] &&
      taken.bidSize === bidSize[slot] &&
      taken.ask === ask[slot] &&
      taken.askSize === askSize[slot]
    if (same) return taken
    this.#taken.delete(slot)
    return undefined
  }
}

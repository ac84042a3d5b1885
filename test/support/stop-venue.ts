import type { StopState } from '../../lib/model/order-report.ts'
import { readStopId } from '../../lib/model/stop-id.ts'
import type { LadderStop, ListedStop, StopRefusal } from '../../lib/risk/ladder-state.ts'

/** What goes wrong at a venue, each a chance from 0 to 1. */
export interface VenueFaults {
  /** a request is answered by nothing, though it was done */
  readonly lostAnswers: number
  /** a request never comes to the venue */
  readonly lostRequests: number
  /** a stop is refused for no reason of ours */
  readonly refusals: number
  /** the stream does not tell of a change */
  readonly lostEvents: number
  /** a stop that is triggered comes to nothing: rejected, expired, or stuck */
  readonly failedTriggers: number
  /** how many stops one symbol may have */
  readonly slots: number
  /** stops of more than the position are refused */
  readonly refusesDouble: boolean
}

export const owner = { account: 'main', symbol: 'AUSDT', side: 'both' } as const

interface VenueStop extends ListedStop {
  /** lots; 0: whatever is left */
  readonly lots: number
  state: StopState
  since: number
  filledLots: number
}

export type VenueAnswer =
  | { readonly answer: 'stands' }
  /** there is or was one of this id */
  | { readonly answer: 'known' }
  | { readonly answer: 'refused'; readonly refusal: StopRefusal }

/** A venue's stops of one position, in whole lots, without any network: what is done here is done at once. */
export class StopVenue {
  /** lots, signed */
  size = 0
  entry = 1_000
  mark = 1_000
  /** time of the position's last change */
  changedAt = 0
  now = 0
  readonly stops = new Map<string, VenueStop>()
  onWord: (id: string, state: StopState, filledLots: number, time: number) => void = () => {}
  private readonly faults: VenueFaults
  private readonly roll: () => number

  constructor(faults: VenueFaults, roll: () => number) {
    this.faults = faults
    this.roll = roll
  }

  /** The price of liquidation: the larger the position, the nearer. */
  liquidation(cushion: number): number | undefined {
    if (this.size === 0) return undefined
    const distance = cushion / Math.abs(this.size)
    const price = this.entry * (this.size > 0 ? 1 - distance : 1 + distance)
    return price > 0 ? Math.round(price * 10) / 10 : undefined
  }

  setSize(size: number, entry = this.entry): void {
    if (size !== this.size) this.changedAt = this.now
    this.size = size
    this.entry = entry
    if (size === 0) for (const stop of this.standing()) if (stop.lots === 0) this.tell(stop, 'expired')
  }

  create(stop: LadderStop, lots: number): VenueAnswer {
    const refused = (refusal: StopRefusal): VenueAnswer => ({ answer: 'refused', refusal })
    if (this.stops.has(stop.id)) return { answer: 'known' }
    if (this.roll() < this.faults.refusals) return refused('other')
    const side = this.standing().filter(({ stopSide }) => stopSide === stop.stopSide)
    if (this.isReached(stop.stopSide, Number(stop.triggerPrice))) return refused('passed')
    if (this.standing().length >= this.faults.slots) return refused('no room')
    const total = side.reduce((sum, each) => sum + each.lots, lots)
    if (this.faults.refusesDouble && total > Math.abs(this.size)) return refused('no room')
    if (lots === 0 && (this.size === 0 || side.some((each) => each.lots === 0))) return refused('other')
    const { id, generation, rung, attempt, stopSide, size, triggerPrice } = stop
    const listed = { id, generation, rung, attempt, stopSide, size, triggerPrice }
    this.stops.set(id, { ...listed, lots, state: 'standing', since: this.now, filledLots: 0 })
    return { answer: 'stands' }
  }

  /** Whether there was such a stop to cancel. */
  cancel(id: string): boolean {
    const stop = this.stops.get(id)
    if (stop?.state !== 'standing') return false
    this.tell(stop, 'cancelled')
    return true
  }

  /** Moves the mark, and triggers what it comes to. */
  move(mark: number): void {
    this.mark = mark
    for (const stop of this.standing())
      if (this.isReached(stop.stopSide, Number(stop.triggerPrice))) this.trigger(stop)
  }

  standing(): VenueStop[] {
    return [...this.stops.values()].filter(({ state }) => state === 'standing')
  }

  listed(): ListedStop[] {
    return this.standing().filter(({ id }) => readStopId(owner, id) !== undefined)
  }

  private trigger(stop: VenueStop): void {
    this.tell(stop, 'triggering')
    const isFailing = this.roll() < this.faults.failedTriggers
    const failure = Math.floor(this.roll() * 3)
    if (isFailing && failure === 2) return
    if (isFailing) return this.tell(stop, failure === 0 ? 'rejected' : 'expired')
    const closing = stop.stopSide === 'sell' ? Math.max(0, this.size) : Math.max(0, -this.size)
    if (closing === 0) return this.tell(stop, 'rejected')
    this.tell(stop, 'triggered')
    const traded = stop.lots === 0 ? closing : Math.min(closing, stop.lots)
    stop.filledLots = traded
    this.setSize(this.size - Math.sign(this.size) * traded)
    this.tell(stop, 'finished')
  }

  private tell(stop: VenueStop, state: StopState): void {
    stop.state = state
    stop.since = this.now
    if (this.roll() >= this.faults.lostEvents) this.onWord(stop.id, state, stop.filledLots, this.now)
  }

  private isReached(stopSide: 'buy' | 'sell', trigger: number): boolean {
    return stopSide === 'sell' ? this.mark <= trigger : this.mark >= trigger
  }
}

/** A row of a venue's own ledger, decimals as text. */
export type LedgerRow = Readonly<Record<string, unknown>>

/** What of a venue's ledger tells how long positions were without stops; times are venue ms. */
export interface StopLedger {
  readonly now: number
  readonly trades: readonly LedgerRow[]
  /** conditional orders, the ended ones too */
  readonly algoOrders: readonly LedgerRow[]
}

/** A part of time, venue ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

interface LedgerStop {
  readonly from: number
  /** when it began to cover nothing */
  readonly end: number
  readonly isCancelled: boolean
  readonly isReached: boolean
  readonly side: string
  /** contracts; undefined: whatever is left */
  readonly size: number | undefined
}

// A triggered stop covers for so long, as a market order on its way.
const onItsWayMs = 1_000
// What was on its way when a position changed was sent without knowing it.
const newsMs = 1_000
// Contracts, so that adding them up as numbers is no matter.
const exactness = 1e-9

/** How a symbol's stops stood to its position, moment by moment. */
export class SymbolLedger {
  private readonly now: number
  private readonly sizes: { readonly at: number; readonly size: number }[] = []
  private readonly stops: readonly LedgerStop[]

  constructor({ now, trades, algoOrders }: StopLedger, symbol: string) {
    this.now = now
    let size = 0
    for (const trade of trades) {
      if (trade['symbol'] !== symbol) continue
      size += (trade['side'] === 'BUY' ? 1 : -1) * Number(trade['qty'])
      this.sizes.push({ at: Number(trade['time']), size: Math.abs(size) < exactness ? 0 : size })
    }
    this.stops = algoOrders.filter((row) => row['symbol'] === symbol).map(toStop)
  }

  /** Signed contracts at a time. */
  sizeAt(at: number): number {
    return this.sizes.findLast((each) => each.at <= at)?.size ?? 0
  }

  /** When stops covered less than all of the position but `tolerance`; the one that closes the rest covers `mostClosed`. */
  bareSpans(tolerance: number, mostClosed: number): Span[] {
    const ends = this.stops.flatMap(({ from, end }) => (Number.isFinite(end) ? [from, end] : [from]))
    const moments = new Set([...this.sizes.map(({ at }) => at), ...ends, this.now])
    const times = [...moments].filter((at) => at <= this.now).toSorted((a, b) => a - b)
    const spans: Span[] = []
    for (const [at, from] of times.entries()) {
      const to = times[at + 1]
      if (to === undefined) break
      const size = this.sizeAt(from)
      const standing = this.standingAt(from, size)
      const closes = standing.some((stop) => stop.size === undefined) ? mostClosed : 0
      if (rungsOf(standing) + closes >= Math.abs(size) * (1 - tolerance) - exactness) continue
      const last = spans.at(-1)
      if (last?.to === from) spans[spans.length - 1] = { from: last.from, to }
      else spans.push({ from, to })
    }
    return spans
  }

  /** How many rungs were cancelled while those that stayed were not enough for the position but `tolerance`; from `since` on. */
  earlyCancels(tolerance: number, since = 0): number {
    return this.stops.filter(({ isCancelled, size, side, end }) => {
      if (!isCancelled || size === undefined || end < since) return false
      const recent = this.sizes.filter(({ at }) => at > end - newsMs && at <= end)
      const sizes = [this.sizeAt(end - newsMs), ...recent.map((each) => each.size)]
      // Of a position that was closed or turned over just now nothing is left to protect.
      if (sizes.some((each) => each === 0 || sideOf(each) !== side)) return false
      const needed = Math.min(...sizes.map(Math.abs))
      return rungsOf(this.standingAt(end, this.sizeAt(end))) < needed * (1 - tolerance) - exactness
    }).length
  }

  /** How many stops were placed from `since` on, and how many of them came to their price, or to nothing there. */
  counts(since: number): { placed: number; reached: number } {
    const placed = this.stops.filter(({ from }) => from >= since)
    return { placed: placed.length, reached: placed.filter(({ isReached }) => isReached).length }
  }

  /** The most that rungs stood for at once, as a multiple of the position. */
  mostDoubled(): number {
    const multiples = this.stops.map(({ from }) => {
      const size = this.sizeAt(from)
      return size === 0 ? 0 : rungsOf(this.standingAt(from, size)) / Math.abs(size)
    })
    return Math.max(0, ...multiples)
  }

  private standingAt(at: number, size: number): LedgerStop[] {
    return this.stops.filter((stop) => stop.side === sideOf(size) && stop.from <= at && stop.end > at)
  }
}

function toStop(row: LedgerRow): LedgerStop {
  const status = String(row['algoStatus'])
  const isOver = ['CANCELED', 'EXPIRED', 'REJECTED'].includes(status)
  const triggeredAt = Number(row['triggerTime'] ?? 0)
  const end = isOver ? Number(row['updateTime']) : status === 'NEW' ? Infinity : triggeredAt + onItsWayMs
  return {
    from: Number(row['createTime']),
    end,
    isCancelled: status === 'CANCELED',
    isReached: triggeredAt > 0,
    side: String(row['side']),
    size: row['closePosition'] === true ? undefined : Number(row['quantity']),
  }
}

/** What closes a position. */
function sideOf(size: number): string {
  return size > 0 ? 'SELL' : 'BUY'
}

function rungsOf(stops: readonly LedgerStop[]): number {
  return stops.reduce((sum, { size = 0 }) => sum + size, 0)
}

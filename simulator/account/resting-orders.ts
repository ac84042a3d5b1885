import type { Listing } from '../core/listing.ts'
import { readLotsBeyond, readRange } from '../core/tape.ts'
import type { Account } from './account.ts'
import { fromUnits, least, toUnits, type Fixed } from './fixed.ts'
import { remainingOf, type Order, type Side } from './order.ts'

/** simulated ms in which lots are dealt out at once; all steps begin at its multiples */
export const STEP_MS = 50

interface Resting {
  readonly account: Account
  readonly order: Order
}

type Fill = (account: Account, order: Order, quantity: Fixed, time: number) => void

/**
 * Which orders rest in the book, and what the market's trades fill of them: an order is filled at its price by the lots
 * that trade strictly beyond it, better prices first, older orders first. A step's lots depend on the market alone, so
 * the same orders fill alike however often somebody looks.
 */
export class RestingOrders {
  private readonly bySymbol = new Map<string, Map<bigint, Account>>()

  get isEmpty(): boolean {
    return this.bySymbol.size === 0
  }

  add(account: Account, order: Order): void {
    const held = this.bySymbol.get(order.symbol) ?? new Map<bigint, Account>()
    held.set(order.id, account)
    this.bySymbol.set(order.symbol, held)
  }

  remove(order: Order): void {
    const held = this.bySymbol.get(order.symbol)
    held?.delete(order.id)
    if (held?.size === 0) this.bySymbol.delete(order.symbol)
  }

  /** Fills what the trades after `from` and up to `to` (multiples of a step) fill. */
  match(listings: ReadonlyMap<string, Listing>, from: number, to: number, fill: Fill): void {
    for (const symbol of this.bySymbol.keys()) {
      const listing = listings.get(symbol)
      if (listing === undefined) continue
      const range = readRange(listing, from, to)
      if (range === undefined || !this.isTouched(listing, range)) continue
      for (let time = from; time < to; time += STEP_MS) {
        this.matchSide(listing, 'BUY', time, fill)
        this.matchSide(listing, 'SELL', time, fill)
      }
    }
  }

  private isTouched(listing: Listing, range: { low: number; high: number }): boolean {
    for (const { order } of this.list(listing.symbol)) {
      const price = toUnits(order.price, listing.priceDigits)
      if (order.side === 'BUY' ? range.low < price : range.high > price) return true
    }
    return false
  }

  private matchSide(listing: Listing, side: Side, from: number, fill: Fill): void {
    const better = side === 'BUY' ? 1 : -1
    const queue = this.list(listing.symbol)
      .filter(({ order }) => order.side === side && order.restsFrom <= from)
      .toSorted((a, b) =>
        a.order.price === b.order.price ? 0 : a.order.price > b.order.price ? -better : better,
      )
    let used = 0
    for (const { account, order } of queue) {
      const price = toUnits(order.price, listing.priceDigits)
      const beyond = side === 'BUY' ? 'under' : 'over'
      const lots = readLotsBeyond(listing, from, from + STEP_MS, price, beyond) - used
      if (lots <= 0) return
      // A fill before this one may have ended the order.
      const current = account.openOrders.get(order.id)
      if (current === undefined) continue
      const quantity = least(remainingOf(current), fromUnits(lots, listing.quantityDigits))
      used += toUnits(quantity, listing.quantityDigits)
      fill(account, current, quantity, from + STEP_MS)
    }
  }

  private list(symbol: string): Resting[] {
    const found: Resting[] = []
    for (const [id, account] of this.bySymbol.get(symbol) ?? []) {
      const order = account.openOrders.get(id)
      if (order !== undefined) found.push({ account, order })
    }
    return found
  }
}

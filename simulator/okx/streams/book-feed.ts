import { readBookTop } from '../../core/book.ts'
import type { Clock } from '../../core/clock.ts'
import type { Instrument } from '../instruments.ts'
import { toBook } from '../tickers.ts'
import type { Feed } from './feed.ts'

const STEP_MS = { 1: 10, 5: 100 } as const

/** The best prices, or the best five, whole, whenever they have changed. */
export function toBookFeed(find: () => Instrument | undefined, clock: Clock, levels: 1 | 5): Feed {
  let step = -1
  let toldId = -1
  return (now) => {
    const instrument = find()
    const current = Math.floor(now / STEP_MS[levels])
    if (instrument === undefined || current === step) return []
    step = current
    const top = readBookTop(instrument.listing, now, clock.offsetMs)
    if (top === undefined || top.updateId === toldId) return []
    toldId = top.updateId
    const book = toBook(instrument, levels, clock)
    return [[levels === 1 ? book : { ...book, instId: instrument.instId }]]
  }
}

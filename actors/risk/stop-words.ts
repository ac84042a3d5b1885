import { isTerminal } from '../../lib/model/order.ts'
import type { OrderReport, StopReport } from '../../lib/model/order-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import { readStopId } from '../../lib/model/stop-id.ts'
import type { ListedStop, StopWord } from '../../lib/risk/ladder-state.ts'

/** A word on a stop of a place, `SYMBOL/side`. */
export interface PlacedWord {
  readonly place: string
  readonly word: StopWord
}

/** Makes words of what the venue says of stops and of the orders that they become. */
export interface StopWords {
  ofStop(report: StopReport): PlacedWord[]
  /** none of an order that is no stop's child, as far as is known */
  ofOrder(report: OrderReport): PlacedWord[]
  /** whether nothing was heard yet of the order that a stop became */
  lacksChild(report: StopReport): boolean
}

const most = 5_000

/** Words on the stops of `account`, whichever news of a stop and its child comes first. */
export function openStopWords(account: string): StopWords {
  /** child -> stop */
  const parents = new Map<string, string>()
  const orders = new Map<string, OrderReport>()

  function filledOf(id: string, order: OrderReport): PlacedWord[] {
    if (order.filled === '0') return []
    const { filled, time } = order
    return [{ place: placeOf(order), word: { word: 'told', id, state: 'triggered', time, filled } }]
  }

  return {
    ofStop(report) {
      if (toListedStop(account, report) === undefined) return []
      const { clientOrderId: id, childOrderId, state, time } = report
      const words: PlacedWord[] = [{ place: placeOf(report), word: { word: 'told', id, state, time } }]
      if (childOrderId === undefined) return words
      remember(parents, childOrderId, id)
      const child = orders.get(childOrderId)
      // What it has traded first: a stop that is done is not lost for a moment.
      return child === undefined ? words : [...filledOf(id, child), ...words]
    },
    ofOrder(report) {
      const before = orders.get(report.orderId)
      if (before !== undefined && isTerminal(before.state) && !isTerminal(report.state)) return []
      remember(orders, report.orderId, report)
      const id = parents.get(report.orderId)
      return id === undefined ? [] : filledOf(id, report)
    },
    lacksChild({ childOrderId, state }) {
      if (childOrderId === undefined) return false
      const child = orders.get(childOrderId)
      return child === undefined || (state === 'finished' && !isTerminal(child.state))
    },
  }
}

/** A stop of ours as a list tells it; undefined of somebody else's. */
export function toListedStop(account: string, report: StopReport): ListedStop | undefined {
  const { symbol, positionSide: side, clientOrderId: id, side: stopSide, size, triggerPrice } = report
  const name = readStopId({ account, symbol, side }, id)
  return name && { ...name, id, stopSide, size, triggerPrice }
}

export function placeOf({ symbol, positionSide }: Pick<StopReport, 'symbol' | 'positionSide'>): string {
  return positionField({ symbol, side: positionSide })
}

function remember<T>(into: Map<string, T>, key: string, value: T): void {
  into.delete(key)
  into.set(key, value)
  const [oldest] = into.keys()
  if (into.size > most && oldest !== undefined) into.delete(oldest)
}

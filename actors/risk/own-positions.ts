import { settleMs } from '../../lib/account/account-sources.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { signOf, sub } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { positionField } from '../../lib/model/position-report.ts'
import type { PositionReport } from '../../lib/model/position-report.ts'

/** A position as this process itself heard of it. */
export interface OwnPosition {
  readonly word: PositionReport
  /** its size by the newest word on an older change; undefined: none was heard */
  readonly sizeBefore: Decimal | undefined
  /** of the newest word that tells one */
  readonly entryPrice: Decimal | undefined
  /** undefined where there is none, too */
  readonly liquidationPrice: Decimal | undefined
  /** venue time at which the liquidation was asked for; 0 never */
  readonly liquidationAt: number
}

/** What this process itself hears of an account's positions, without Redis. */
export interface OwnPositions {
  /** Takes what a source said; gives the symbols that a complete snapshot lacks and that must be asked for. */
  hear(report: AccountReport): string[]
  /** undefined: nobody has told of it */
  of(place: string): OwnPosition | undefined
  places(): Iterable<[string, OwnPosition]>
  /** whether a complete snapshot has been heard: what it lacked is known to be asked for */
  hasSnapshot(): boolean
}

/** Positions of which the newest word wins: by the venue's time of the change, then the surest of one time. */
export function openOwnPositions(): OwnPositions {
  const known = new Map<string, OwnPosition>()
  let hasSnapshot = false

  return {
    hear({ positions, complete }) {
      for (const word of positions) {
        const place = positionField(word)
        known.set(place, afterWord(known.get(place), word))
      }
      if (!complete.positions) return []
      hasSnapshot = true
      const told = new Set(positions.map(positionField))
      return [...known].flatMap(([place, { word }]) =>
        word.size !== '0' && !told.has(place) ? [word.symbol] : [],
      )
    },
    of: (place) => known.get(place),
    places: () => known.entries(),
    hasSnapshot: () => hasSnapshot,
  }
}

function afterWord(before: OwnPosition | undefined, word: PositionReport): OwnPosition {
  const tells = word.source === 'risk' && word.askedAt >= (before?.liquidationAt ?? 0)
  const liquidation = tells
    ? { liquidationPrice: word.margin.liquidationPrice, liquidationAt: word.askedAt }
    : { liquidationPrice: before?.liquidationPrice, liquidationAt: before?.liquidationAt ?? 0 }
  if (before !== undefined && !isNewer(word, before)) return { ...before, ...liquidation }
  // One endpoint tells no entry price: of the same size the one that is known holds.
  const isSame = before?.word.size === word.size
  const entryPrice = word.entryPrice ?? (isSame ? before?.entryPrice : undefined)
  const isLater = (before?.word.time ?? 0) < (word.time ?? 0)
  return { word, sizeBefore: isLater ? before?.word.size : before?.sizeBefore, entryPrice, ...liquidation }
}

function isNewer(a: PositionReport, { word: b, sizeBefore }: OwnPosition): boolean {
  const [x, y] = [a.time ?? 0, b.time ?? 0]
  if (x !== y) return x > y
  if (isSettled(a) !== isSettled(b)) return isSettled(a)
  if (isSettled(a) || (a.source === 'stream') === (b.source === 'stream'))
    return a.source === 'stream' && a.ordinal !== b.ordinal ? a.ordinal > b.ordinal : a.askedAt > b.askedAt
  const isStreamAhead =
    a.source === 'stream' ? isBetween(sizeBefore, b.size, a.size) : isBetween(sizeBefore, a.size, b.size)
  return isStreamAhead === (a.source === 'stream')
}

/** Whether an answer was asked for so long after the change that it has all of its steps. */
function isSettled({ source, time = 0, askedAt }: PositionReport): boolean {
  return source !== 'stream' && askedAt >= time + settleMs
}

/**
 * Whether an answer stands between the size before and the stream's. Of one time they may be two steps of one order's
 * fills, which go one way: then the stream is ahead, and else the answer.
 */
function isBetween(before: Decimal | undefined, answer: Decimal, stream: Decimal): boolean {
  if (before === undefined) return false
  return signOf(sub(answer, before)) * signOf(sub(stream, answer)) > 0
}

import { settleMs } from '../../lib/account/account-sources.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { positionField } from '../../lib/model/position-report.ts'
import type { PositionReport } from '../../lib/model/position-report.ts'

/** A position as this process itself heard of it. */
export interface OwnPosition {
  readonly word: PositionReport
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
  if (before !== undefined && !isNewer(word, before.word)) return { ...before, ...liquidation }
  // One endpoint tells no entry price: of the same size the one that is known holds.
  const isSame = before?.word.size === word.size
  const entryPrice = word.entryPrice ?? (isSame ? before?.entryPrice : undefined)
  return { word, entryPrice, ...liquidation }
}

function isNewer(a: PositionReport, b: PositionReport): boolean {
  const [x, y] = [a.time ?? 0, b.time ?? 0]
  if (x !== y) return x > y
  const [sureA, sureB] = [surenessOf(a), surenessOf(b)]
  if (sureA !== sureB) return sureA > sureB
  return a.source === 'stream' && a.ordinal !== b.ordinal ? a.ordinal > b.ordinal : a.askedAt > b.askedAt
}

/** Of words of one time: an answer that was asked for long after it has every change, then the stream is surest. */
function surenessOf({ source, time = 0, askedAt }: PositionReport): number {
  if (source === 'stream') return 1
  return askedAt >= time + settleMs ? 2 : 0
}

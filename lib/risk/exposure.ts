import { abs, add, mul } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { InstrumentOf } from '../model/instrument.ts'

/** What an account has at risk, orders that hold reservations apart; in the quote asset. */
export interface Exposure {
  /** undefined while any part of it is unknown */
  readonly gross: Decimal | undefined
  /** symbol -> of its positions, long and short, and of the orders that nobody claimed; undefined: unknown */
  readonly symbols: ReadonlyMap<string, Decimal | undefined>
  /** orders that rest without a claim of ours */
  readonly orders: number
  /** what could not be valued: symbols */
  readonly unknown: readonly string[]
}

/** Something that counts: a position, or an order that rests and may open one. */
export interface ExposedSize {
  readonly symbol: string
  /** contracts, signed or not */
  readonly size: Decimal
  /** of an order; a position is valued at the mark */
  readonly price?: Decimal
}

/** The exposure of some positions and of the resting orders that no claim stands for. */
export function exposureOf(
  positions: Iterable<ExposedSize>,
  foreignOrders: readonly ExposedSize[],
  by: { readonly instrumentOf: InstrumentOf; readonly markOf: (symbol: string) => Decimal | undefined },
): Exposure {
  const symbols = new Map<string, Decimal | undefined>()
  const unknown = new Set<string>()
  const sums: Decimal[] = []
  for (const { symbol, size, price } of [...positions, ...foreignOrders]) {
    if (size === '0') continue
    const at = price ?? by.markOf(symbol)
    const contractSize = by.instrumentOf(symbol)?.contractSize
    if (at === undefined || contractSize === undefined) {
      unknown.add(symbol)
      symbols.set(symbol, undefined)
      continue
    }
    const notional = mul(abs(size), contractSize, at)
    sums.push(notional)
    const known = symbols.has(symbol) ? symbols.get(symbol) : '0'
    symbols.set(symbol, known === undefined ? undefined : add(known, notional))
  }
  const gross = unknown.size > 0 ? undefined : add('0', ...sums)
  return { gross, symbols, orders: foreignOrders.length, unknown: [...unknown] }
}

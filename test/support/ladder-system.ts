import { abs, add, compareDecimals, needDecimal, sub } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { isStopId } from '../../lib/model/stop-id.ts'
import type { AccountClient, Row, Truth } from '../simulator/account-client.ts'
import { untilFound } from './until.ts'

/** The stops of a symbol on the venue's own ledger. */
export interface StandingLadder {
  readonly rungs: readonly { readonly id: string; readonly size: Decimal; readonly triggerPrice: Decimal }[]
  readonly closeAll: readonly { readonly id: string; readonly triggerPrice: Decimal }[]
}

/** What stands of a symbol's stops that wait for their price; those of anybody else too. */
export function ladderOf({ openAlgoOrders }: Truth, symbol: string): StandingLadder {
  const rows = openAlgoOrders.filter((row) => row['symbol'] === symbol)
  const toStop = (row: Row) => ({
    id: String(row['clientAlgoId']),
    size: needDecimal(String(row['quantity']), 'a size'),
    triggerPrice: needDecimal(String(row['triggerPrice']), 'a trigger'),
  })
  return {
    rungs: rows.filter((row) => row['closePosition'] !== true).map(toStop),
    closeAll: rows.filter((row) => row['closePosition'] === true).map(toStop),
  }
}

/** The size of a symbol's position by the venue's own ledger, signed. */
export function sizeOf({ positions }: Truth, symbol: string): Decimal {
  const rows = positions.filter((row) => row.symbol === symbol)
  return add('0', ...rows.map(({ size }) => needDecimal(size, 'a size')))
}

/** What is wrong with the stops of a position; undefined when they add up and one closes the rest. */
export function ladderProblem(truth: Truth, symbol: string): string | undefined {
  const { rungs, closeAll } = ladderOf(truth, symbol)
  const size = abs(sizeOf(truth, symbol))
  const sum = add('0', ...rungs.map((rung) => rung.size))
  if (size === '0') {
    const left = rungs.length + closeAll.length
    return left === 0 ? undefined : `${left} stops of a position that is closed`
  }
  if (sum !== size) return `rungs for ${sum} of ${size} contracts`
  if (closeAll.length !== 1) return `${closeAll.length} stops close the rest`
  if (![...rungs, ...closeAll].every(({ id }) => isStopId(id))) return 'a stop is not ours'
  return new Set(rungs.map(({ triggerPrice }) => triggerPrice)).size === rungs.length
    ? undefined
    : 'rungs at one price'
}

/** Polls the venue's own ledger until the stops of a symbol are what they should be. */
export function untilLadder(client: AccountClient, symbol: string, withinMs: number): Promise<Truth> {
  let seen: string | undefined
  return untilFound(
    `the stops of ${symbol} stand`,
    async () => {
      const truth = await client.truth()
      seen = ladderProblem(truth, symbol)
      return seen === undefined ? truth : undefined
    },
    withinMs,
    () => seen,
  )
}

/** The parts of time, ms, in which a position had stops for less than all of it but `tolerance`, by the venue's ledger. */
export function bareSpans(
  { now, trades, algoOrders }: Truth,
  { symbol, maxMarketQty }: Pick<ListedInstrument, 'symbol' | 'maxMarketQty'>,
  tolerance: number,
): { from: number; to: number }[] {
  const moments = new Set<number>([now])
  const sizes: { at: number; size: Decimal }[] = []
  let size = '0'
  for (const trade of trades.filter((each) => each.symbol === symbol)) {
    size = trade.side === 'BUY' ? add(size, trade.qty) : sub(size, trade.qty)
    sizes.push({ at: trade.time, size })
    moments.add(trade.time)
  }
  const stops = algoOrders
    .filter((row) => row['symbol'] === symbol)
    .map((row) => {
      const end = row['algoStatus'] === 'NEW' ? Infinity : endOf(row)
      const from = Number(row['createTime'])
      for (const at of [from, end]) if (Number.isFinite(at)) moments.add(at)
      return {
        from,
        end,
        side: String(row['side']),
        size: row['closePosition'] === true ? undefined : Number(row['quantity']),
      }
    })
  const spans: { from: number; to: number }[] = []
  const times = [...moments].toSorted((a, b) => a - b)
  for (const [at, from] of times.entries()) {
    const to = times[at + 1]
    if (to === undefined) break
    const held = sizes.findLast((each) => each.at <= from)?.size ?? '0'
    const needed = Number(abs(held))
    const side = compareDecimals(held, '0') > 0 ? 'SELL' : 'BUY'
    const standing = stops.filter((stop) => stop.side === side && stop.from <= from && stop.end > from)
    const closes = standing.some((stop) => stop.size === undefined) ? Number(maxMarketQty ?? Infinity) : 0
    const covered = standing.reduce((sum, stop) => sum + (stop.size ?? 0), closes)
    if (covered >= needed * (1 - tolerance)) continue
    const last = spans.at(-1)
    if (last?.to === from) spans[spans.length - 1] = { from: last.from, to }
    else spans.push({ from, to })
  }
  return spans
}

/** A triggered stop covers for a second, as a market order on its way. */
function endOf(row: Row): number {
  const triggered = Number(row['triggerTime'] ?? 0)
  const status = String(row['algoStatus'])
  if (status === 'REJECTED' || status === 'EXPIRED' || status === 'CANCELED') return Number(row['updateTime'])
  return triggered + 1_000
}

/** The most that rungs of a symbol stood for at once, as a multiple of what its position then was. */
export function mostDoubled({ now, trades, algoOrders }: Truth, symbol: string): number {
  const rungs = algoOrders.filter((row) => row['symbol'] === symbol && row['closePosition'] !== true)
  const ofSymbol = trades.filter((trade) => trade.symbol === symbol)
  const sizeAt = (at: number) =>
    Math.abs(
      ofSymbol
        .filter(({ time }) => time <= at)
        .reduce((sum, { side, qty }) => sum + (side === 'BUY' ? Number(qty) : -Number(qty)), 0),
    )
  const multiples = rungs.map((row) => {
    const at = Number(row['createTime'])
    const standing = rungs.filter((other) => {
      const end = other['algoStatus'] === 'NEW' ? now + 1 : endOf(other)
      return Number(other['createTime']) <= at && end > at
    })
    return standing.reduce((sum, other) => sum + Number(other['quantity']), 0) / sizeAt(at)
  })
  return Math.max(0, ...multiples)
}

import { abs, add, compareDecimals, mul, needDecimal, sub } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { isStopId } from '../../lib/model/stop-id.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
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
  // A position is told fill by fill: what came within a twentieth of it after its ladder was begun does not succeed the ladder.
  if (compareDecimals(abs(sub(size, sum)), mul(sum, limitsOf({}).replaceBeyond)) > 0)
    return `rungs for ${sum} of ${size} contracts`
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

import { hashOf } from './client-order-id.ts'
import type { PositionSide } from './position-report.ts'

const form = /^sx[0-9a-f]{28}$/

/** The client order id of the `nth` order of the way out that began at `startedAt`: one exit, one id, whoever sends it. */
export function exitIdOf(of: {
  readonly account: string
  readonly symbol: string
  readonly side: PositionSide
  readonly startedAt: number
  readonly nth: number
}): string {
  const { account, symbol, side, startedAt, nth } = of
  return `sx${hashOf([account, symbol, side, String(startedAt), String(nth)]).slice(0, 28)}`
}

/** Whether an id is that of an exit of ours, whichever position it closed. */
export function isExitId(id: string): boolean {
  return form.test(id)
}

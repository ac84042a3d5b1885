import { noteModes, readModes, writeModes } from '../../lib/account/account-modes.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { PositionReport } from '../../lib/model/position-report.ts'
import type { AccountActor } from './account-actor.ts'

// Market ms without any source's word after which a record of another mode is what is left of it.
const unconfirmedMs = 10_000

/**
 * Reads position mode, multi-assets and portfolio margin. Another position mode than before halts the account, and makes
 * the records of the old one flat; false while something is left of it.
 */
export async function fetchModes(actor: AccountActor): Promise<boolean> {
  const { hub, of } = actor
  let askedAt = 0
  const modes = await actor.egress.call(
    'account',
    () => actor.exchange.fetchModes(),
    () => (askedAt = Math.floor(hub.clock.now() - hub.clock.errorMs())),
    actor.flow,
  )
  const before = await readModes(hub, of)
  const after = noteModes(before, modes, askedAt)
  if (before !== undefined && before.positionMode !== after.positionMode) {
    const change = { from: before.positionMode, to: after.positionMode }
    hub.log.error(change, 'the position mode was changed: the account is halted')
    const reason = `the position mode was changed from ${change.from} to ${change.to}`
    await writeTradingState(hub, of, 'halted', reason, { from: ['active', 'reducing', 'halted', 'missing'] })
  }
  await writeModes(hub, of, after)
  return retire(actor, after.positionMode, askedAt)
}

// A mode can be changed without positions only, so that what is left of the other one is flat. But the answer may be an
// old one: what any source has confirmed of late is asked about again.
async function retire(
  { hub, of }: AccountActor,
  mode: 'one-way' | 'hedge',
  askedAt: number,
): Promise<boolean> {
  const positions = [...(await readPositions(hub, of)).values()]
  const other = positions.filter(({ side, size }) => (side === 'both') === (mode === 'hedge') && size !== '0')
  const old = other.filter(
    ({ lastConfirmedAt }) => Math.max(0, ...Object.values(lastConfirmedAt)) < askedAt - unconfirmedMs,
  )
  if (old.length === 0) return other.length === 0
  const report: AccountReport = {
    positions: old.map(({ symbol, side }): PositionReport => ({
      symbol,
      side,
      size: '0',
      entryPrice: undefined,
      margin,
      valuation,
      source: 'risk',
      time: askedAt,
      ordinal: 0,
      askedAt,
    })),
    balances: [],
    complete: { positions: false, balances: false },
    askedAt,
  }
  await mergeAccount(hub, of, 'risk', report, 0)
  return other.length === old.length
}

const margin = {
  mode: undefined,
  leverage: undefined,
  isolatedWallet: undefined,
  initialMargin: undefined,
  maintenanceMargin: undefined,
  liquidationPrice: undefined,
}
const valuation = { markPrice: undefined, unrealisedProfit: undefined }

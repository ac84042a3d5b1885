import { noteModes, readModes, writeModes } from '../../lib/account/account-modes.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readPositions } from '../../lib/account/positions.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { PositionReport } from '../../lib/model/position-report.ts'
import type { AccountActor } from './account-actor.ts'

// Market ms between two readings, and real ms after one that failed.
const everyMs = 3_600_000
const againMs = 5_000
// Market ms without any source's word after which a record of another mode is what is left of it.
const unconfirmedMs = 10_000

/** How the account is set up, read again and again while `isLeader`. */
export interface KeptModes {
  /** reads it now */
  refresh(): void
  stop(): void
}

/**
 * Reads position mode, multi-assets and portfolio margin at once, each hour, and whenever somebody says they changed.
 * Another position mode halts the account and makes the records of the old one flat.
 */
export function keepModes(actor: AccountActor, isLeader: () => boolean): KeptModes {
  const { hub, of } = actor
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let again = false
  let stopped = false

  /** whether nothing is left of another mode */
  async function read(): Promise<boolean> {
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
      hub.log.error(
        { from: before.positionMode, to: after.positionMode },
        'the position mode was changed: halted',
      )
      await hub.redis.set(hub.keys.tradingState(of.venue, of.account), 'halted')
    }
    await writeModes(hub, of, after)
    return retire(after.positionMode, askedAt)
  }

  // A mode can be changed without positions only, so that what is left of the other one is flat. But the answer may be
  // an old one: what any source has confirmed of late is asked about again.
  async function retire(mode: 'one-way' | 'hedge', askedAt: number): Promise<boolean> {
    const positions = [...(await readPositions(hub, of)).values()]
    const other = positions.filter(
      ({ side, size }) => (side === 'both') === (mode === 'hedge') && size !== '0',
    )
    const old = other.filter(
      ({ lastConfirmedAt }) => Math.max(0, ...Object.values(lastConfirmedAt)) < askedAt - unconfirmedMs,
    )
    if (old.length === 0) return other.length === 0
    const report: AccountReport = {
      positions: old.map(({ symbol, side }): PositionReport => {
        const margin = { ...noMargin, mode: undefined }
        const valuation = { markPrice: undefined, unrealisedProfit: undefined }
        const told = { source: 'risk', time: askedAt, ordinal: 0, askedAt } as const
        return { symbol, side, size: '0', entryPrice: undefined, margin, valuation, ...told }
      }),
      balances: [],
      complete: { positions: false, balances: false },
      askedAt,
    }
    await mergeAccount(hub, of, 'risk', report, 0)
    return other.length === old.length
  }

  async function look(): Promise<void> {
    clearTimeout(timer)
    busy = true
    again = false
    let nextMs = againMs
    try {
      if (isLeader() && (await read())) nextMs = hub.clock.toRealMs(everyMs)
    } catch (error) {
      hub.log.warn({ error: describeError(error) }, "the account's modes were not read")
    }
    busy = false
    if (!stopped) timer = setTimeout(() => void look(), again ? 0 : nextMs)
  }

  return {
    refresh() {
      again = true
      if (!busy) void look()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const noMargin = {
  leverage: undefined,
  isolatedWallet: undefined,
  initialMargin: undefined,
  maintenanceMargin: undefined,
  liquidationPrice: undefined,
}

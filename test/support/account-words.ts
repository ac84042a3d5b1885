import { mergePositions } from '../../lib/account/positions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountReport, BalanceReport } from '../../lib/model/balance-report.ts'
import type { AccountSource, PositionReport } from '../../lib/model/position-report.ts'

/** About when these tests play, ms. */
export const start = 1_764_000_000_000

export const main = { venue: 'binanceusdm', account: 'main' } as const

/** A word on BTCUSDT that tells little; more in `more`. */
export function positionWord(more: Partial<PositionReport>): PositionReport {
  return {
    symbol: 'BTCUSDT',
    side: 'both',
    size: '1',
    entryPrice: undefined,
    margin: {
      mode: undefined,
      leverage: undefined,
      isolatedWallet: undefined,
      initialMargin: undefined,
      maintenanceMargin: undefined,
      liquidationPrice: undefined,
    },
    valuation: { markPrice: undefined, unrealisedProfit: undefined },
    source: 'risk',
    time: start,
    ordinal: 0,
    askedAt: start + 100,
    ...more,
  }
}

/** A word on USDT that tells little; more in `more`. */
export function balanceWord(more: Partial<BalanceReport>): BalanceReport {
  return {
    asset: 'USDT',
    walletBalance: '100',
    crossWalletBalance: undefined,
    valuation: {
      availableBalance: undefined,
      marginBalance: undefined,
      unrealisedProfit: undefined,
      initialMargin: undefined,
      maintenanceMargin: undefined,
    },
    source: 'account',
    time: start,
    ordinal: 0,
    askedAt: start + 100,
    ...more,
  }
}

/** What is said at once, asked for when the last of it was. */
export function reportOf(
  { positions = [], balances = [] }: { positions?: PositionReport[]; balances?: BalanceReport[] },
  more: { complete?: boolean; askedAt?: number } = {},
): AccountReport {
  const { complete = false } = more
  const askedAt = more.askedAt ?? Math.max(0, ...[...positions, ...balances].map((each) => each.askedAt))
  return { positions, balances, complete: { positions: complete, balances: complete }, askedAt }
}

/** A report and who makes it. */
export interface Said extends AccountReport {
  readonly source: AccountSource
}

/** The merge of a venue that does not tell what is flat, and whose records may have no time. */
export function mergeFlattening(hub: Hub, report: Said) {
  return mergePositions(hub, main, report.source, report, false)
}

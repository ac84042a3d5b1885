import { writeModes } from '../../lib/account/account-modes.ts'
import { noteHeld } from '../../lib/account/held-symbols.ts'
import { mergeIncome } from '../../lib/account/income.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { writeSymbolSettings } from '../../lib/account/symbol-settings.ts'
import { raiseCondition } from '../../lib/hub/conditions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { mergeMarks } from '../../lib/market/marks.ts'
import { balanceWord, main, positionWord, reportOf } from './account-words.ts'
import { seedSystem } from './seed-system.ts'

/** What a running system would have written, with an account that is long BTCUSDT and was short ETHUSDT. */
export async function seedAccount(hub: Hub): Promise<void> {
  const now = Date.now()
  await seedSystem(hub)
  const mark = { indexPrice: undefined, fundingRate: undefined, fundingTime: undefined, time: now }
  await mergeMarks(hub, main.venue, new Map([['BTCUSDT', { ...mark, markPrice: '61000' }]]), now)
  await noteHeld(hub, main, ['BTCUSDT'], 60_000)
  const told = { time: now - 5_000, askedAt: now - 1_000 }
  const positions = [
    positionWord({ ...told, size: '0.5', entryPrice: '60000' }),
    positionWord({ ...told, symbol: 'ETHUSDT', size: '0' }),
  ]
  const balances = [
    balanceWord({
      ...told,
      walletBalance: '1000',
      valuation: {
        availableBalance: '700',
        marginBalance: undefined,
        unrealisedProfit: undefined,
        initialMargin: '300',
        maintenanceMargin: '150',
      },
    }),
  ]
  await mergeAccount(hub, main, 'risk', reportOf({ positions }, { complete: true }), 0)
  await mergeAccount(hub, main, 'account', reportOf({ balances }), 0)
  const stream = positionWord({ ...told, source: 'stream', size: '0.4', time: now - 9_000 })
  await mergeAccount(hub, main, 'stream', reportOf({ positions: [stream] }), 0)
  const row = { type: 'COMMISSION', asset: 'USDT', symbol: 'BTCUSDT' }
  const income = [
    { ...row, id: '9007199254740993', amount: '-1.5', time: now - 5_000 },
    { ...row, id: '2', amount: '-2', time: now - 10 * 3_600_000 },
  ]
  await mergeIncome(hub, main, income, now)
  const settings = { mode: 'cross', leverage: '20', maxNotional: undefined } as const
  await writeSymbolSettings(hub, main, new Map([['BTCUSDT', settings]]))
  await writeModes(hub, main, {
    positionMode: 'one-way',
    multiAssets: false,
    portfolioMargin: undefined,
    canTrade: true,
    readAt: now,
    change: undefined,
  })
  const condition = { since: now - 4_000, text: 'BTCUSDT/both: stream says size 0.4' }
  await raiseCondition(hub, main, 'difference BTCUSDT/both', condition)
}

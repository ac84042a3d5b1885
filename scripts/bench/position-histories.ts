import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedAccount } from './simulated-account.ts'
import type { LedgerRow, StopLedger } from './stop-ledger.ts'

/** An account whose positions come and go. */
export interface HistoryAccount {
  readonly key: string
  readonly trading: SimulatedAccount
  readLedger(): Promise<AccountLedger>
}

/** What the venue's own ledger tells of an account. */
export interface AccountLedger extends StopLedger {
  readonly positions: readonly { readonly symbol: string; readonly size: string }[]
  readonly openAlgoOrders: readonly LedgerRow[]
}

/** What happens to a position, and when, real ms from the beginning of its history. */
interface Step {
  readonly afterMs: number
  /** lots to buy, or to sell where negative; undefined: it is closed */
  readonly lots: number | undefined
}

/** A symbol, and what a lot of it is. */
export interface HistorySymbol {
  readonly symbol: string
  readonly lotSize: string
  /** lots of about 2,000 in the quote asset */
  readonly usualLots: number
}

const lengthMs = 7_000
const closeWithin = 12

/** A position's life: opened, changed a few times in every way, and closed. */
export function makeHistory(roll: () => number, { usualLots }: HistorySymbol): Step[] {
  const sizes = [1, 3, 7, usualLots, usualLots * 2]
  const first = Math.max(1, Math.round((sizes[Math.floor(roll() * sizes.length)] ?? 1) * (0.5 + roll())))
  const sign = roll() < 0.5 ? 1 : -1
  const steps: Step[] = [{ afterMs: roll() * 500, lots: sign * first }]
  const changes = Math.floor(roll() * 4)
  for (let change = 0; change < changes; change++) {
    const kind = roll()
    // It grows by a little or a lot, shrinks, is turned over, or is closed and perhaps opened again.
    const part = kind < 0.25 ? 0.1 : kind < 0.5 ? 1 : kind < 0.75 ? -0.4 : kind < 0.85 ? -2 : undefined
    const lots = part === undefined ? undefined : sign * Math.trunc(part * first || Math.sign(part))
    steps.push({ afterMs: 700 + roll() * (lengthMs - 1_200), lots })
  }
  return [...steps, { afterMs: lengthMs, lots: undefined }].toSorted((a, b) => a.afterMs - b.afterMs)
}

/** Lets a history happen on the venue. What the venue refuses does not happen. */
export async function liveHistory(
  account: HistoryAccount,
  of: HistorySymbol,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<void> {
  const startedAt = Date.now()
  for (const { afterMs, lots } of steps) {
    await sleep(Math.max(0, startedAt + afterMs - Date.now()), undefined, { signal })
    if (lots === undefined) await close(account, of, signal)
    else await trade(account, of, lots)
  }
}

async function trade({ trading }: HistoryAccount, of: HistorySymbol, lots: number): Promise<void> {
  const quantity = toQuantity(Math.abs(lots), of.lotSize)
  await trading.trade(of.symbol, lots > 0 ? 'BUY' : 'SELL', quantity).catch(() => {})
}

/** Closes whatever is left; its stops may be doing the same. */
async function close(account: HistoryAccount, of: HistorySymbol, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < closeWithin; attempt++) {
    const { positions } = await account.readLedger()
    const size = positions.find(({ symbol }) => symbol === of.symbol)?.size ?? '0'
    if (Number(size) === 0) return
    const side = Number(size) > 0 ? 'SELL' : 'BUY'
    await account.trading.trade(of.symbol, side, size.replace('-', ''), { reduceOnly: true }).catch(() => {})
    await sleep(100, undefined, { signal })
  }
}

function toQuantity(lots: number, lotSize: string): string {
  const places = (lotSize.split('.')[1] ?? '').length
  return (lots * Number(lotSize)).toFixed(places)
}

import type { Account, AccountState } from './account.ts'
import type { Conditional } from './conditional.ts'
import { isOpen } from './order.ts'

/** What of an account changes and is not told by the time of its rows. */
interface Snapshot extends Pick<AccountState, 'wallets' | 'positions' | 'openOrders'> {
  readonly time: number
  readonly unfinished: ReadonlyMap<number, Conditional>
}

const FINAL = ['FINISHED', 'CANCELED', 'REJECTED', 'EXPIRED']

/** How accounts stood before, kept while faults ask for it: a lagging replica of the venue answers from it. */
export class PastStates {
  private snapshots: Map<Account, Snapshot[]> | undefined
  private horizonMs = 0

  /** Keeps from now on what stood up to `horizonMs` ago; undefined keeps nothing any more. */
  keep(horizonMs: number | undefined, accounts: readonly Account[], now: number): void {
    this.horizonMs = horizonMs ?? 0
    if (horizonMs === undefined) this.snapshots = undefined
    if (horizonMs === undefined || this.snapshots !== undefined) return
    this.snapshots = new Map()
    for (const account of accounts) this.note(account, now)
  }

  /** Keeps how an account stands from `time` on. */
  note(account: Account, time: number): void {
    if (this.snapshots === undefined) return
    const kept = this.snapshots.get(account) ?? []
    kept.push({
      time,
      wallets: new Map(account.wallets),
      positions: new Map(account.positions),
      openOrders: new Map(account.openOrders),
      unfinished: new Map([...account.conditionals].filter(([, each]) => !FINAL.includes(each.status))),
    })
    // The newest one before the horizon still tells how it stood at the horizon.
    while (kept.length > 1 && kept[1]!.time <= time - this.horizonMs) kept.shift()
    this.snapshots.set(account, kept)
  }

  /** How an account stood at a time, as far back as it was kept. */
  read(account: Account, time: number): AccountState {
    const kept = this.snapshots?.get(account) ?? []
    // Of the same ms the first: what comes after an answer is frozen is not in it.
    const found =
      kept.find((each) => each.time === time) ?? kept.findLast((each) => each.time <= time) ?? kept[0]
    return found === undefined ? account : toState(account, found, Math.max(time, found.time))
  }
}

function toState(account: Account, then: Snapshot, time: number): AccountState {
  const { isHedged, isMultiAssets, leverages, marginTypes } = account
  const orders = [...account.orders.values()].flatMap(
    (order) => then.openOrders.get(order.id) ?? (!isOpen(order) && order.updateTime <= time ? order : []),
  )
  const conditionals = [...account.conditionals.values()].flatMap(
    (each) =>
      then.unfinished.get(each.id) ?? (FINAL.includes(each.status) && each.updateTime <= time ? each : []),
  )
  return {
    wallets: then.wallets,
    positions: then.positions,
    openOrders: then.openOrders,
    orders: new Map(orders.map((order) => [order.id, order])),
    conditionals: new Map(conditionals.map((each) => [each.id, each])),
    trades: account.trades.filter((each) => each.time <= time),
    income: account.income.filter((each) => each.time <= time),
    isHedged,
    isMultiAssets,
    leverages,
    marginTypes,
  }
}

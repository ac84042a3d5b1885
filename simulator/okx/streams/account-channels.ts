import type { AccountEvent } from '../../account/account-events.ts'
import type { Account } from '../../account/account.ts'
import type { Market } from '../../core/market.ts'
import { toAccountRow, toAlgoRow, toOrderRow, toPositionRow } from '../rows.ts'
import type { Argument } from './argument.ts'

/** What an account is told, by where it is told. */
export const accountChannels: Readonly<Record<string, readonly string[]>> = {
  '/ws/v5/private': ['account', 'positions', 'orders'],
  '/ws/v5/business': ['orders-algo'],
}

export interface Told {
  readonly channel: string
  readonly message: { readonly data: readonly object[] }
}

/** What stands when a channel is subscribed to; undefined for one that tells changes alone. */
export function toSnapshot(account: Account, market: Market, { channel, instId }: Argument, now: number) {
  const told = { eventType: 'snapshot', curPage: 1, lastPage: true }
  if (channel === 'account') return { ...told, data: [toAccountRow(account, market, now)] }
  if (channel !== 'positions') return undefined
  const data = [...account.positions.values()]
    .filter((each) => each.size !== 0n)
    .map((each) => toPositionRow(account, market, each, now))
    .filter((row) => instId === undefined || row.instId === instId)
  return { ...told, data }
}

/** The messages of an event, in the order they are told. */
export function toMessages(event: AccountEvent, market: Market, now: number): Told[] {
  const { account } = event
  const update = (channel: string, row: object): Told => ({
    channel,
    message: { ...(channel === 'orders' || channel === 'orders-algo' ? {} : updated), data: [row] },
  })
  switch (event.kind) {
    case 'fill':
      return [
        update('orders', toOrderRow(account, market, event.order)),
        update('positions', toPositionRow(account, market, event.position, now)),
        update('account', toAccountRow(account, market, now)),
      ]
    case 'order':
      return [update('orders', toOrderRow(account, market, event.order))]
    case 'conditional':
      return [update('orders-algo', toAlgoRow(market, event.conditional))]
    case 'balance':
      return [update('account', toAccountRow(account, market, now))]
    case 'leverage':
      return []
  }
}

const updated = { eventType: 'event_update' }

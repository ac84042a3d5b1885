import type { Account } from './account.ts'
import type { AccountWish } from './accounts.ts'
import type { Exchange } from './exchange.ts'

/** A new account with its first deposits; undefined when the key is in use. */
export function openAccount(exchange: Exchange, { key, secret, assets }: AccountWish): Account | undefined {
  const account = exchange.accounts.add(key, secret)
  if (account === undefined) return undefined
  for (const [asset, amount] of assets) if (amount > 0n) exchange.transfer(account, asset, amount)
  return account
}

import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Decimal } from '../model/decimal.ts'

/** What an account has set for a symbol, whether it holds anything or not. */
export interface StoredSettings {
  readonly mode: 'cross' | 'isolated' | undefined
  readonly leverage: Decimal
  /** the largest notional at this leverage, in the quote asset */
  readonly maxNotional: Decimal | undefined
}

/** symbol -> what is set for it, as was last read. */
export async function readSymbolSettings(
  hub: Hub,
  { venue, account }: AccountOf,
): Promise<Map<string, StoredSettings>> {
  const texts = await hub.redis.hgetall(hub.keys.symbolSettings(venue, account))
  return new Map(Object.entries(texts).map(([symbol, text]) => [symbol, JSON.parse(text) as StoredSettings]))
}

export async function writeSymbolSettings(
  hub: Hub,
  { venue, account }: AccountOf,
  settings: ReadonlyMap<string, StoredSettings>,
): Promise<void> {
  if (settings.size === 0) return
  const texts = [...settings].map(([symbol, each]) => [symbol, JSON.stringify(each)] as const)
  await hub.redis.hset(hub.keys.symbolSettings(venue, account), Object.fromEntries(texts))
}

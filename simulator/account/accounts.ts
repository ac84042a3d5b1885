import { emptyAccount, type Account } from './account.ts'
import { parseFixed, type Fixed } from './fixed.ts'

/** What an account begins with. */
export interface AccountWish {
  readonly key: string
  readonly secret: string
  readonly assets: ReadonlyMap<string, Fixed>
}

export const demoAccount: AccountWish = {
  key: 'demo',
  secret: 'demo',
  assets: new Map([['USDT', 1_000_000_000_000n]]),
}

const KEY = /^[A-Za-z0-9_-]{1,128}$/
const ASSET = /^[A-Z0-9]{2,12}$/

export function isKey(text: string): boolean {
  return KEY.test(text)
}

export function isAsset(text: string): boolean {
  return ASSET.test(text)
}

/** `KEY:SECRET:USDT=10000,BNB=2` or without the assets, then 10,000 USDT; a sentence when it is wrong. */
export function parseAccount(text: string): AccountWish | string {
  const [key = '', secret = '', assets, ...rest] = text.split(':')
  const form = 'expected KEY:SECRET or KEY:SECRET:ASSET=AMOUNT,...'
  if (!isKey(key) || secret === '' || rest.length > 0) return `${form}, was "${key}:…"`
  if (assets === undefined) return { ...demoAccount, key, secret }
  const held = new Map<string, Fixed>()
  for (const part of assets.split(',')) {
    const [asset = '', amount = ''] = part.split('=')
    const value = parseFixed(amount)
    if (!isAsset(asset) || value === undefined || value < 0n) return `${form}, was "…:${part}"`
    held.set(asset, value)
  }
  return { key, secret, assets: held }
}

/** The accounts by API key. */
export class Accounts {
  private readonly byKey = new Map<string, Account>()

  /** Undefined when the key is in use. */
  add(key: string, secret: string): Account | undefined {
    if (this.byKey.has(key)) return undefined
    const account = emptyAccount(key, secret)
    this.byKey.set(key, account)
    return account
  }

  find(key: string): Account | undefined {
    return this.byKey.get(key)
  }

  list(): Account[] {
    return [...this.byKey.values()]
  }
}

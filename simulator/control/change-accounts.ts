import * as z from 'zod'
import { isAsset, isKey } from '../account/accounts.ts'
import { parseFixed, type Fixed } from '../account/fixed.ts'
import { openAccount } from '../account/open-account.ts'
import type { World } from '../http/world.ts'
import { RequestProblem } from './request-problem.ts'

const decimal = z
  .string()
  .refine((text) => parseFixed(text) !== undefined, 'expected a decimal of at most 8 places')
const asset = z.string().refine(isAsset, 'expected an asset like USDT')

const Opening = z.strictObject({
  key: z.string().refine(isKey, 'expected letters, digits, _ and -'),
  secret: z.string().min(1).max(200),
  /** what it begins with; 10,000 USDT when absent */
  assets: z.record(asset, decimal).optional(),
  /** false: the key may only read */
  canTrade: z.boolean().optional(),
  dualSidePosition: z.boolean().optional(),
  multiAssetsMargin: z.boolean().optional(),
})

const Transfer = z.strictObject({
  key: z.string(),
  asset,
  /** negative withdraws */
  amount: decimal,
})

/** Opens an account, or changes what its key may do and the modes of one that is there. */
export function changeAccount({ exchange }: World, body: unknown): { key: string } {
  const wish = parse(Opening, body)
  const assets = new Map<string, Fixed>(
    Object.entries(wish.assets ?? { USDT: '10000' }).map(([name, text]) => [name, parseFixed(text)!]),
  )
  const account =
    openAccount(exchange, { key: wish.key, secret: wish.secret, assets }) ?? exchange.accounts.find(wish.key)!
  if (account.secret !== wish.secret) throw new RequestProblem(`expected the secret that ${wish.key} has`)
  account.canTrade = wish.canTrade ?? account.canTrade
  account.isHedged = wish.dualSidePosition ?? account.isHedged
  account.isMultiAssets = wish.multiAssetsMargin ?? account.isMultiAssets
  return { key: wish.key }
}

/** Deposits or withdraws; the balance may become negative, as on the venue by losses. */
export function transfer({ exchange }: World, body: unknown): object {
  const wish = parse(Transfer, body)
  const account = exchange.accounts.find(wish.key)
  if (account === undefined) throw new RequestProblem(`expected the key of an account, found ${wish.key}`)
  exchange.advance()
  exchange.transfer(account, wish.asset, parseFixed(wish.amount)!)
  return {}
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RequestProblem(`${issue?.path.join(' ')}: ${issue?.message}`)
}

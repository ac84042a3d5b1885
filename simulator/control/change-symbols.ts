import * as z from 'zod'
import { statuses } from '../core/listing.ts'
import type { World } from '../http/world.ts'
import { RequestProblem } from './request-problem.ts'

const symbol = z.string().min(2).max(40)
const Change = z.union([
  z.strictObject({ symbol, status: z.enum(statuses) }),
  z.strictObject({ add: symbol }),
  z.strictObject({ remove: symbol }),
])

/** Lists, delists or changes the status of a symbol, or of each of a list of them. */
export function changeSymbols(world: World, body: unknown): { symbols: number } {
  for (const each of Array.isArray(body) ? body : [body]) {
    const parsed = Change.safeParse(each)
    if (!parsed.success) {
      throw new RequestProblem(
        `expected {"symbol", "status": ${statuses.join('|')}}, {"add"} or {"remove"}, found ${JSON.stringify(each)}`,
      )
    }
    const problem = apply(world, parsed.data)
    if (problem !== undefined) throw new RequestProblem(problem)
  }
  return { symbols: world.market.listings.size }
}

function apply({ market, clock, exchange }: World, change: z.infer<typeof Change>): string | undefined {
  if ('add' in change) {
    return market.list(change.add, clock.now()) ? undefined : `expected a new symbol, ${change.add} is listed`
  }
  const leaving = 'remove' in change ? market.listings.get(change.remove) : undefined
  if (leaving !== undefined) exchange.settle(leaving)
  const name = 'remove' in change ? change.remove : change.symbol
  const done = 'remove' in change ? market.delist(name) : market.setStatus(name, change.status)
  return done ? undefined : `expected a listed symbol, found ${name}`
}

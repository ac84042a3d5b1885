import {
  isIncomeRead,
  keepIncomeMs,
  mergeIncome,
  noteIncomeRead,
  readLatestIncomeTime,
} from '../../lib/account/income.ts'
import { askAtLeisure, askForOrders } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'

// Market ms. A row may be told later than one of a later time.
const overlapMs = 120_000
const mostPages = 200

/**
 * Reads what changed the wallets, from the last that is known on; gives how many rows were new. The first time it is in a
 * hurry: until then nobody may open anything.
 */
export async function fetchIncome(actor: AccountActor): Promise<number> {
  const { hub, of } = actor
  const ask = (await isIncomeRead(hub, of)) ? askAtLeisure : askForOrders
  const latest = await readLatestIncomeTime(hub, of)
  const oldest = hub.clock.now() - keepIncomeMs
  const since = Math.floor(Math.max(oldest, latest === undefined ? 0 : latest - overlapMs))
  const askedAt = hub.clock.now()
  let count = 0
  for (let page = 1; page <= mostPages; page++) {
    const { rows, more } = await ask(actor, (exchange) => exchange.fetchIncome(since, page))
    count += await mergeIncome(hub, of, rows, hub.clock.now())
    if (!more) {
      await noteIncomeRead(hub, of, askedAt)
      break
    }
  }
  return count
}

import type { Hub } from '../hub/hub.ts'
import { sub } from '../model/decimal.ts'
import { describeError } from '../model/errors.ts'
import type { InstrumentOf } from '../model/instrument.ts'
import { decodeMark } from '../model/mark.ts'
import type { Mark } from '../model/mark.ts'
import { applyFunding } from '../model/position.ts'
import type { PaperAccount } from './paper-account.ts'
import type { PaperEngine } from './paper-engine.ts'
import { recordFunding } from './paper-orders.ts'

// Real ms.
const lookEveryMs = 1_000

/**
 * Counts funding of paper positions at the times that the hub's marks name, by the rate and price that they
 * told last before. Where no rate is known nothing is counted, and the log says so once. The function given
 * back ends it.
 */
export function countFunding(
  hub: Hub,
  of: { account: PaperAccount; engine: PaperEngine; instrument: InstrumentOf },
): () => void {
  const { account, engine } = of
  const marks = new Map<string, Mark>()
  let toldUnknown = false
  let busy = false

  async function look(): Promise<void> {
    const held = account.held()
    if (!engine.isLeader() || !account.isSynced() || held.length === 0) return
    const texts = await hub.redis.hmget(hub.keys.marks(account.of.venue), ...held)
    for (const [i, symbol] of held.entries()) {
      await settle(symbol)
      const text = texts[i]
      if (text !== null && text !== undefined) marks.set(symbol, decodeMark(text))
      else if (!toldUnknown) {
        toldUnknown = true
        hub.log.info({ symbol }, 'no funding rates are known: paper positions are held without funding')
      }
    }
  }

  async function settle(symbol: string): Promise<void> {
    const { fundingTime, fundingRate: rate, markPrice } = marks.get(symbol) ?? {}
    const contractSize = of.instrument(symbol)?.contractSize
    if (
      fundingTime === undefined ||
      rate === undefined ||
      markPrice === undefined ||
      contractSize === undefined
    )
      return
    if (hub.clock.now() < fundingTime) return
    const before = account.position(symbol)
    const after = applyFunding(before.position, { rate, markPrice, fundingTime }, contractSize)
    if (after === before.position) return
    const parts = account.partsOf(symbol).map((field) => {
      const part = account.part(field.slice(0, -symbol.length - 1), symbol)
      return {
        field,
        before: part,
        after: applyFunding(part.position, { rate, markPrice, fundingTime }, contractSize),
      }
    })
    const income = {
      kind: 'funding',
      symbol,
      amount: sub(after.funding, before.position.funding),
      time: fundingTime,
    } as const
    if (!(await recordFunding(hub, account.of, engine.token, { income, position: { before, after }, parts })))
      return account.reload()
    account.apply({
      position: JSON.stringify(after),
      parts: Object.fromEntries(parts.map((part) => [part.field, JSON.stringify(part.after)])),
    })
    hub.log.info({ symbol, amount: income.amount, rate }, 'paper funding')
  }

  const timer = setInterval(() => {
    if (busy) return
    busy = true
    look()
      .catch((error: unknown) => hub.log.debug({ error: describeError(error) }, 'funding was not counted'))
      .finally(() => (busy = false))
  }, lookEveryMs)
  return () => clearInterval(timer)
}

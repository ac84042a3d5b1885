import { incomeMerge } from '../../lua/income-merge.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { add, needDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Income } from '../model/income.ts'

const hourMs = 3_600_000
/** Where an account's sources say up to which venue time its income was read. */
export const incomeReadField = 'income read'
/** Market ms for which income is kept. */
export const keepIncomeMs = 25 * hourMs
const keepIncome = 100_000
const rowsAtOnce = 500

/** Symbol -> asset -> what it brought; negative is paid. */
export type IncomeBySymbol = ReadonlyMap<string, ReadonlyMap<string, Decimal>>

/**
 * Keeps income, each row once however often it is told, and forgets what is older than 25 h at `now`, market time. Gives
 * how many rows were new.
 */
export async function mergeIncome(
  hub: Hub,
  { venue, account }: AccountOf,
  rows: readonly Income[],
  now: number,
): Promise<number> {
  const oldestFirst = rows.toSorted((a, b) => a.time - b.time)
  let added = 0
  // Also without rows: what is too old goes.
  for (let at = 0; at === 0 || at < oldestFirst.length; at += rowsAtOnce)
    added += await incomeMerge(
      hub.redis,
      { recent: hub.keys.recentIncome(venue, account), income: hub.keys.income(venue, account) },
      { since: Math.floor(now - keepIncomeMs), keepIncome },
      oldestFirst
        .slice(at, at + rowsAtOnce)
        .map((row) => ({ time: row.time, text: encode(row), row: JSON.stringify(row) })),
    )
  return added
}

/** The income from `since` on, the oldest first. */
export async function readIncome(hub: Hub, { venue, account }: AccountOf, since: number): Promise<Income[]> {
  const texts = await hub.redis.zrangebyscore(hub.keys.recentIncome(venue, account), since, '+inf')
  return texts.map(decode)
}

/** Says that all income up to `at`, venue time, was read. */
export async function noteIncomeRead(hub: Hub, { venue, account }: AccountOf, at: number): Promise<void> {
  await hub.redis.hset(hub.keys.sources(venue, account), incomeReadField, Math.floor(at))
}

/** Whether all income up to some time was ever read, as far as Redis remembers. */
export async function isIncomeRead(hub: Hub, { venue, account }: AccountOf): Promise<boolean> {
  return (await hub.redis.hexists(hub.keys.sources(venue, account), incomeReadField)) === 1
}

/** Time of the latest income that is kept: what is to be asked for next begins there. */
export async function readLatestIncomeTime(
  hub: Hub,
  { venue, account }: AccountOf,
): Promise<number | undefined> {
  const [, time] = await hub.redis.zrevrange(hub.keys.recentIncome(venue, account), 0, 0, 'WITHSCORES')
  return time === undefined ? undefined : Number(time)
}

/** What each symbol brought in the last 4 and in the last 24 hours before `now`, market time. */
export async function readIncomeBySymbol(
  hub: Hub,
  of: AccountOf,
  now: number,
): Promise<{ in4h: IncomeBySymbol; in24h: IncomeBySymbol }> {
  const rows = await readIncome(hub, of, now - 24 * hourMs)
  return { in4h: sumIncome(rows, now - 4 * hourMs), in24h: sumIncome(rows, now - 24 * hourMs) }
}

/** What each symbol brought from `since` on. Rows of no symbol, such as transfers, are none of it. */
export function sumIncome(rows: Iterable<Income>, since: number): IncomeBySymbol {
  const sums = new Map<string, Map<string, Decimal>>()
  for (const { symbol, asset, amount, time } of rows) {
    if (symbol === undefined || time < since) continue
    const of = sums.get(symbol) ?? new Map<string, Decimal>()
    sums.set(symbol, of.set(asset, add(of.get(asset) ?? '0', amount)))
  }
  return sums
}

// The same row is the same text, so that a set keeps it once.
function encode({ type, id, asset, symbol, amount, time }: Income): string {
  return JSON.stringify([type, id, asset, symbol ?? '', needDecimal(amount, 'an income'), time])
}

function decode(text: string): Income {
  const [type, id, asset, symbol, amount, time] = JSON.parse(text) as [
    ...[string, string, string, string, string],
    number,
  ]
  return { type, id, asset, symbol: symbol === '' ? undefined : symbol, amount, time }
}

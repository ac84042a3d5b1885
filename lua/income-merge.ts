import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('income-merge', {
  keys: ['recent', 'income'],
  args: ['since', 'keepIncome', 'rows...'],
})

/** Keeps rows of income once each; gives how many were new. */
export async function incomeMerge(
  redis: Redis,
  keys: { recent: string; income: string },
  args: { since: number; keepIncome: number },
  rows: readonly { readonly time: number; readonly text: string; readonly row: string }[],
): Promise<number> {
  const flat = rows.flatMap(({ time, text, row }) => [time, text, row])
  return Number(await script.run(redis, { keys, args: { ...args, 'rows...': flat } }))
}

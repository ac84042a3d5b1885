import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('alert-clear', {
  keys: ['alert', 'due', 'recent'],
  args: ['cause', 'keepMs', 'text'],
})

/** Whether the condition stood until now. */
export async function alertClear(
  redis: Redis,
  keys: { alert: string; due: string; recent: string },
  args: { cause: string; keepMs: number; text: string },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) === 1
}

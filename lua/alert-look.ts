import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('alert-look', {
  keys: ['lease', 'alert', 'due'],
  args: ['token', 'cause', 'windowMs', 'againMs', 'keepMs', 'channels...'],
})

/** The channels that are to be told of a cause now; undefined when `token` does not hold the lease. */
export async function alertLook(
  redis: Redis,
  keys: { lease: string; alert: string; due: string },
  args: { token: string; cause: string; windowMs: number; againMs: number; keepMs: number },
  channels: readonly string[],
): Promise<string[] | undefined> {
  const answer = await script.run(redis, { keys, args: { ...args, 'channels...': channels } })
  const [held, ...ready] = answer as [number, ...string[]]
  return held === 1 ? ready : undefined
}

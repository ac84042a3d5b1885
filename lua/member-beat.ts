import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('member-beat', { keys: ['members'], args: ['member', 'ttl'] })

/** The living members by name, and Redis's time in ms at which they were. */
export async function memberBeat(
  redis: Redis,
  keys: { members: string },
  args: { member: string; ttl: number },
): Promise<{ time: number; members: string[] }> {
  const [micros, ...members] = (await script.run(redis, { keys, args })) as string[]
  return { time: Number(micros) / 1000, members }
}

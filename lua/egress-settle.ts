import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('egress-settle', {
  keys: ['egress'],
  args: ['window', 'used', 'closeMs', 'status', 'windowMs', 'guardMs'],
})

/** Takes an answer in; gives the weight that counts as used now and for how many ms the address is closed. */
export async function egressSettle(
  redis: Redis,
  keys: { egress: string },
  args: {
    window: number
    /** the venue's own count; undefined where the answer had none */
    used: number | undefined
    closeMs: number
    status: number
    windowMs: number
    guardMs: number
  },
): Promise<{ used: number; closedMs: number }> {
  const answer = await script.run(redis, { keys, args: { ...args, used: args.used ?? -1 } })
  const [used = 0, closedMs = 0] = answer as number[]
  return { used, closedMs }
}

import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('egress-release', {
  keys: ['egress', 'starts'],
  args: ['weight', 'window', 'rolling'],
})

/** Gives back a booking whose request does not leave; `window` as the booking told. Gives what was still booked. */
export async function egressRelease(
  redis: Redis,
  keys: { egress: string; starts: string },
  args: { weight: number; window: number; rolling: 0 | 1 },
): Promise<number> {
  return Number(await script.run(redis, { keys, args }))
}

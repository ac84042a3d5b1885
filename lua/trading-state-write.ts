import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('trading-state-write', {
  keys: ['state', 'epoch', 'change'],
  args: ['state', 'from', 'time', 'reason', 'by', 'channel'],
})

/** Sets an account's trading state; gives the text that stood before, empty for none, and whether it was replaced. */
export async function tradingStateWrite(
  redis: Redis,
  keys: { state: string; epoch: string; change: string },
  args: { state: string; from: string; time: number; reason: string; by: string; channel: string },
): Promise<{ isWritten: boolean; before: string }> {
  const [written, before] = (await script.run(redis, { keys, args })) as [number, string]
  return { isWritten: written === 1, before }
}

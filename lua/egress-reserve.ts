import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('egress-reserve', {
  keys: ['egress', 'starts', 'address'],
  args: [
    'weight',
    'permitted',
    'group',
    'kept',
    'flow',
    'share',
    'usual',
    'windowMs',
    'rolling',
    'horizonMs',
    'probeMs',
  ],
})

const reasons = { 1: 'pace', 2: 'window-full', 3: 'closed', 4: 'probe-out' } as const

/**
 * A booking in the window that starts at `window`, of a rolling one the number of its last booking, or how long to wait
 * before asking again. All in ms. `permitted` is the weight that a window may hold with requests like this one in it.
 */
export type Reservation = { readonly permitted: number } & (
  | { readonly granted: true; readonly inMs: number; readonly window: number }
  | { readonly granted: false; readonly waitMs: number; readonly reason: (typeof reasons)[1 | 2 | 3 | 4] }
)

/** Books `weight` in one limit; see the script for the rules. A fixed window has no `starts`. */
export async function egressReserve(
  redis: Redis,
  keys: {
    egress: string
    starts?: string
    /** whose closure holds for this limit, too */
    address?: string
  },
  args: {
    weight: number
    permitted: number
    /** for whose sake the address is used */
    group: 'market' | 'private'
    /** part of `permitted` to leave alone while the other group uses the address, too */
    kept: number
    /** whose pace it keeps; empty: it is sent at once */
    flow: string
    /** the flow's part of the permitted weight; 0: what the other flows leave */
    share: number
    /** weight of the flow's ordinary request */
    usual: number
    windowMs: number
    /** 1: any span of `windowMs` */
    rolling?: 0 | 1
    horizonMs: number
    probeMs: number
  },
): Promise<Reservation> {
  const { egress, starts = egress, address = egress } = keys
  const all = { rolling: 0, ...args }
  const answer = await script.run(redis, { keys: { egress, starts, address }, args: all })
  const [granted, us, third, permitted] = answer as [number, number, string | number, number]
  if (granted === 1) return { granted: true, inMs: us / 1000, window: Number(third), permitted }
  return { granted: false, waitMs: us / 1000, reason: reasons[third as keyof typeof reasons], permitted }
}

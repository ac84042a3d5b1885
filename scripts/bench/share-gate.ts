import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestGate, VenueRequest } from '../../lib/exchange/exchange.ts'
import type { Clock } from '../../lib/hub/clock.ts'

/**
 * A gate that lets a process have `share` (0 to 1) of each limit of an account, and one request at least; limits by
 * address it does not know. Processes that share an account by it need nothing in common.
 */
export function openShareGate(share: number, clock: Pick<Clock, 'toRealMs'>): RequestGate {
  const taken = new Map<string, number[]>()

  /** Real ms until a request may leave, which then counts as having left. */
  function reserve({ charges }: VenueRequest): number {
    const now = Date.now()
    const counted = charges.filter(({ limit }) => limit.scope !== 'address')
    const places = counted.map(({ limit, symbol = '' }) => {
      const times = taken.get(`${limit.name} ${symbol}`) ?? []
      taken.set(`${limit.name} ${symbol}`, times)
      const most = Math.max(1, Math.floor(limit.limit * share))
      const before = times.at(-most)
      return { times, most, freeAt: before === undefined ? now : before + clock.toRealMs(limit.windowMs) }
    })
    const at = Math.max(now, ...places.map(({ freeAt }) => freeAt))
    for (const { times, most } of places) {
      times.push(at)
      if (times.length > most) times.shift()
    }
    return at - now
  }

  return {
    async enter(request) {
      const waitMs = reserve(request)
      if (waitMs > 0) await sleep(waitMs)
      return { settle: () => undefined }
    },
  }
}

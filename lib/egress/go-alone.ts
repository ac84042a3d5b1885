import type { RequestGate, Ticket } from '../exchange/exchange.ts'
import type { RedisPulse } from '../hub/redis-pulse.ts'
import { RetryLaterError } from '../model/errors.ts'

// Requests that may leave at once, and in a real second after them: a fifth or so of what a venue takes of one address,
// as nobody knows who else uses it.
const mostAtOnce = 60
const perSecond = 8

/**
 * A gate for what protects: where Redis, which keeps the budget, is silent, requests leave without it, at a pace of this
 * process's own. A venue that closes the address meanwhile is obeyed.
 */
export function goAlone(
  of: { readonly gate: RequestGate; readonly pulse: RedisPulse; readonly toRealMs: (ms: number) => number },
  now: () => number = Date.now,
): RequestGate {
  const { gate, pulse, toRealMs } = of
  let left = mostAtOnce
  let countedAt = now()
  let closedUntil = 0

  function leave(): Ticket {
    const at = now()
    left = Math.min(mostAtOnce, left + ((at - countedAt) / 1000) * perSecond)
    countedAt = at
    if (at < closedUntil)
      throw new RetryLaterError('the address is closed, and Redis is away', { retryAt: closedUntil })
    if (left < 1)
      throw new RetryLaterError('Redis is away, and no request is left without it', {
        retryAt: at + (1 - left) * (1000 / perSecond),
      })
    left -= 1
    return {
      settle({ closeForMs }) {
        if (closeForMs !== undefined) closedUntil = Math.max(closedUntil, now() + toRealMs(closeForMs))
      },
    }
  }

  return {
    async enter(request) {
      let failure: unknown
      const booked = gate.enter(request).catch((error: unknown) => {
        failure = error
        return undefined
      })
      const ticket = await pulse.unlessSilent(booked)
      if (ticket !== undefined) return ticket
      if (failure !== undefined && !pulse.isSilent()) throw failure
      return leave()
    },
  }
}

import type { Egress } from '../egress/egress.ts'
import type { AccountExchange, StreamKey } from '../exchange/account-exchange.ts'
import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'
import { createBackOff } from './back-off.ts'
import { startLooking } from './look-loop.ts'

/** The key to an account's events, kept alive. */
export interface KeptKey {
  /** undefined while there is none that may still live */
  current(): StreamKey | undefined
  /** Something is wrong, perhaps with the key: it is renewed now, and changed when it cannot be. */
  doubt(): void
  /** The venue said that a key has ended. */
  expired(key: StreamKey): void
  counts(): { keys: number; renewals: number }
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 100
const waits = { firstMs: 500, mostMs: 10_000 }

/**
 * Takes the account's key and renews it every `renewEveryMs` of market time, three times in its life where that is not
 * given. A failed renewal is followed by asking for a key anew, which is the old one or another; `onChanged` is told.
 */
export function keepStreamKey(
  parts: { readonly hub: Hub; readonly exchange: AccountExchange; readonly egress: Egress },
  renewEveryMs: number | undefined,
  onChanged: () => void,
): KeptKey {
  const { hub, exchange, egress } = parts
  const { clock, log } = hub
  const backOff = createBackOff(waits)
  const counts = { keys: 0, renewals: 0 }
  let key: StreamKey | undefined
  // Moments of a clock that never steps.
  let renewAt = 0
  let deadAt = 0
  let tryAt = 0

  async function look(): Promise<void> {
    const now = performance.now()
    if (now < tryAt || (key !== undefined && now < renewAt)) return
    try {
      if (key === undefined || !(await isRenewed(key))) await take()
      backOff.reset()
    } catch (error) {
      tryAt = performance.now() + backOff.next()
      log.warn({ error: describeError(error) }, 'there is no new key to the events')
      // The venue goes on serving a key that cannot be renewed, until its life is over.
      if (performance.now() > deadAt) key = undefined
    }
  }

  async function isRenewed(held: StreamKey): Promise<boolean> {
    try {
      await egress.call('account', () => held.renew())
    } catch (error) {
      log.info({ error: describeError(error) }, 'the key to the events was not renewed')
      return false
    }
    counts.renewals += 1
    live(held)
    return true
  }

  async function take(): Promise<void> {
    const taken = await egress.call('account', () => exchange.openStreamKey())
    live(taken)
    if (key?.isSame(taken) === true) return
    key = taken
    counts.keys += 1
    onChanged()
  }

  function live({ keyLifeMs }: StreamKey): void {
    const now = performance.now()
    renewAt = now + clock.toRealMs(renewEveryMs ?? keyLifeMs / 3)
    deadAt = now + clock.toRealMs(keyLifeMs)
  }

  const loop = startLooking(lookEveryMs, look)
  return {
    current: () => key,
    doubt() {
      renewAt = 0
      loop.wake()
    },
    expired(ended) {
      if (key?.isSame(ended) !== true) return
      key = undefined
      loop.wake()
    },
    counts: () => counts,
    stop: () => loop.stop(),
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Hub } from '../hub/hub.ts'
import { blockingOptions } from '../hub/redis.ts'
import type { FollowedInstruments } from '../market/follow-instruments.ts'
import type { AccountOf } from '../model/account-of.ts'
import { RetryLaterError, describeError } from '../model/errors.ts'
import { readAccountSight } from './account-sight.ts'
import type { AccountSight } from './account-sight.ts'

/** What an account's orders are held against, kept fresh: it is read for all orders and not for each. */
export interface FollowedSight {
  /** the last one, no older than half a second; throws RetryLaterError while none can be had */
  current(): Promise<AccountSight>
  /** one that is read from now on */
  fresh(): Promise<AccountSight>
  stop(): void
}

// Real ms.
const readEveryMs = 200
const oldestMs = 500
const patienceMs = 1_000

/** Follows it. */
export function followAccountSight(hub: Hub, of: AccountOf, instruments: FollowedInstruments): FollowedSight {
  let last: AccountSight | undefined
  let reading: Promise<AccountSight> | undefined
  let queued: Promise<AccountSight> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function read(): Promise<AccountSight> {
    reading = readAccountSight(hub, of, instruments)
      .then((sight) => (last = sight))
      .finally(() => (reading = undefined))
    return reading
  }

  // Whoever comes while one is read shares the next.
  function fresh(): Promise<AccountSight> {
    if (reading === undefined) return read()
    queued ??= reading
      .catch(() => {})
      .then(() => {
        queued = undefined
        return read()
      })
    return queued
  }

  async function bounded(sight: Promise<AccountSight>): Promise<AccountSight> {
    const late = new RetryLaterError('what the account holds could not be read', { retryAt: Date.now() })
    const found = await Promise.race([sight, sleep(patienceMs, undefined, { ref: false })])
    if (found === undefined) throw late
    return found
  }

  async function loop(): Promise<void> {
    try {
      await fresh()
    } catch (error) {
      hub.log.debug({ error: describeError(error) }, 'what orders are held against was not read')
    }
    if (!stopped) timer = setTimeout(() => void loop(), readEveryMs)
  }
  void loop()

  // A claim is refused that was judged before the last release, and an order that reduces what was opened just now is
  // denied: to judge again costs either another way to Redis and back.
  const [releases, feed] = [
    hub.keys.releases(of.venue, of.account),
    hub.keys.accountFeed(of.venue, of.account),
  ]
  const heard = new Redis(blockingOptions(hub.endpoint, `changes of ${of.account}`))
  heard.on('error', () => {})
  heard.on('message', (channel, text) => {
    if (channel === feed && !tellsOtherSize(text, last)) return
    fresh().catch((error: unknown) =>
      hub.log.debug({ error: describeError(error) }, 'what orders are held against was not read'),
    )
  })
  heard.subscribe(releases, feed).catch(() => {
    // ioredis subscribes again by itself; meanwhile it is read every now and then.
  })

  return {
    async current() {
      return last !== undefined && Date.now() - last.readAt <= oldestMs ? last : bounded(fresh())
    },
    fresh: () => bounded(fresh()),
    stop() {
      stopped = true
      clearTimeout(timer)
      heard.disconnect()
    },
  }
}

/** Whether a message of the account's feed tells of a position that is not as large as it was read. */
function tellsOtherSize(text: string, last: AccountSight | undefined): boolean {
  const { positions = {} } = JSON.parse(text) as { positions?: Record<string, { size: string }> }
  return Object.entries(positions).some(([place, { size }]) => last?.positions.get(place)?.size !== size)
}

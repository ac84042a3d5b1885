import { setTimeout as sleep } from 'node:timers/promises'
import type { Egress } from '../egress/egress.ts'
import type { AccountExchange, StreamKey, UserEvent } from '../exchange/account-exchange.ts'
import type { Hub } from '../hub/hub.ts'
import { ConfigError } from '../model/errors.ts'
import { createBackOff } from './back-off.ts'
import { keepStreamKey } from './keep-stream-key.ts'
import { startLooking } from './look-loop.ts'
import { openStreamLink } from './stream-link.ts'
import type { StreamLink } from './stream-link.ts'

/** Who is told of an account's events. What they throw counts as an event that could not be read. */
export interface UserStreamHandlers {
  /** Every event but those of the stream's own life; twice while two connections overlap. */
  onEvent(event: UserEvent): void
  /** From now on events come, and what happened before may have been missed: ask for it. */
  onGap(reason: string): void
}

/** An account's events, over as many connections as it takes. */
export interface UserStream {
  /**
   * Says that another source tells of a change at `changedAt`, venue time, which the stream has not told: unless the
   * connection is younger than that, another one takes its place.
   */
  suspect(changedAt: number): void
  tell(): UserStreamState
  stop(): Promise<void>
}

/** What is known of a stream. */
export interface UserStreamState {
  /** whether events can come */
  readonly connected: boolean
  /** real ms since the venue's last event or ping; undefined while not connected */
  readonly silentMs: number | undefined
  /** how many connections were opened */
  readonly opened: number
  readonly events: number
  /** how many keys there were, and how often one was renewed */
  readonly keys: number
  readonly renewals: number
}

/** Other spans than the venue's rules ask for, in market ms. */
export interface StreamPace {
  readonly renewEveryMs?: number
  readonly rotateAfterMs?: number
  /** how long a connection may be silent beyond the time in which the venue pings it */
  readonly stallMarginMs?: number
}

// Real ms.
const lookEveryMs = 100
const overlapMs = 2_000
const openWithinMs = 10_000
const stableAfterMs = 30_000
const leastMarginMs = 2_000
const stopWithinMs = 1_000
const waits = { firstMs: 500, mostMs: 8_000 }

// Market ms.
const stallMarginMs = 30_000

/**
 * Keeps an account's events coming: connects anew after a loss, before the venue ends a connection, when nothing is heard
 * in the time of a ping, when the key is another, and on suspicion. The old connection goes on until the new one is open.
 */
export function openUserStream(
  parts: { readonly hub: Hub; readonly exchange: AccountExchange; readonly egress: Egress },
  handlers: UserStreamHandlers,
  pace: StreamPace = {},
): UserStream {
  const { clock, config, log } = parts.hub
  if (config.proxy !== '') {
    throw new ConfigError(
      'the events of an account cannot be heard through a proxy: expected --local-address to name an address of this host, found --proxy',
    )
  }
  const backOff = createBackOff(waits)
  const counts = { opened: 0, events: 0 }
  let current: StreamLink | undefined
  let next: StreamLink | undefined
  let retired: { readonly link: StreamLink; readonly closeAt: number }[] = []
  let doubt: string | undefined
  // Real ms of a clock that never steps; `openedVenueAt` venue time.
  let rotateAt = Infinity
  let connectAt = 0
  let openedVenueAt = 0
  let stopped = false

  function look(): void {
    const now = performance.now()
    retired = retired.filter(({ link, closeAt }) => {
      if (now >= closeAt) link.close()
      return !link.isOver
    })
    if (next !== undefined && now - next.startedAt > openWithinMs) {
      next.close()
      next = undefined
    }
    if (current?.isOver === false && now - (current.openedAt ?? now) > stableAfterMs) backOff.reset()
    const key = keptKey.current()
    if (key === undefined || next !== undefined || now < connectAt) return
    const reason = whyConnect(key, now)
    if (reason === undefined) return
    log.info({ reason }, 'connecting to the events')
    connectAt = now + backOff.next()
    next = openStreamLink(key, { onOpen, onEvent, onLost, onEnd })
  }

  /** Why another connection is wanted; undefined while the one that there is will do. */
  function whyConnect(key: StreamKey, now: number): string | undefined {
    if (current === undefined || current.isOver) return 'there is no connection'
    if (!current.key.isSame(key)) return 'the key is another'
    if (doubt !== undefined) return doubt
    const marginMs = Math.max(clock.toRealMs(pace.stallMarginMs ?? stallMarginMs), leastMarginMs)
    if (now - current.signAt > clock.toRealMs(key.pingEveryMs) + marginMs) {
      keptKey.doubt()
      return 'not even a ping is heard'
    }
    return now >= rotateAt ? 'its life nears its end' : undefined
  }

  function onOpen(link: StreamLink): void {
    if (stopped || link !== next) {
      link.close()
      return
    }
    const now = performance.now()
    const isRotation = current?.isOver === false && current.key.isSame(link.key) && now >= rotateAt
    const isWhole = isRotation && doubt === undefined
    if (current?.isOver === false) retired.push({ link: current, closeAt: now + overlapMs })
    current = link
    next = undefined
    doubt = undefined
    // Hours before the venue would end it, and not those of all processes at once.
    rotateAt =
      now + clock.toRealMs(pace.rotateAfterMs ?? link.key.streamLifeMs * (0.9 + Math.random() * 0.06))
    openedVenueAt = clock.now()
    counts.opened += 1
    log.info({ opened: counts.opened }, 'connected to the events')
    if (!isWhole) handlers.onGap('a connection was opened')
  }

  function onEvent(link: StreamLink, event: UserEvent): void {
    if (event.kind === 'key-expired') {
      log.info('the key to the events has expired')
      keptKey.expired(link.key)
    } else if (event.kind !== 'other') {
      counts.events += 1
      handlers.onEvent(event)
    }
  }

  function onLost(_link: StreamLink, reason: string): void {
    log.error({ reason }, 'an event could not be read')
    handlers.onGap('an event could not be read')
  }

  function onEnd(link: StreamLink, reason: string): void {
    if (link === next) next = undefined
    if (retired.some((each) => each.link === link)) return
    log.warn({ reason }, 'a connection to the events has ended')
    keptKey.doubt()
    loop.wake()
  }

  const keptKey = keepStreamKey(parts, pace.renewEveryMs, () => loop.wake())
  const loop = startLooking(lookEveryMs, look)

  return {
    suspect(changedAt) {
      const errorMs = Number.isFinite(clock.errorMs()) ? clock.errorMs() : 0
      if (current?.isOver !== false || doubt !== undefined || changedAt <= openedVenueAt + errorMs) return
      doubt = 'another source tells what was not heard'
      keptKey.doubt()
      loop.wake()
    },
    tell() {
      const key = keptKey.current()
      const connected = current?.isOver === false && key?.isSame(current.key) === true
      const silentMs = connected ? Math.round(performance.now() - (current?.signAt ?? 0)) : undefined
      return { ...counts, ...keptKey.counts(), connected, silentMs }
    },
    async stop() {
      stopped = true
      // A request for the key may be under way, and may take its time.
      await Promise.race([
        Promise.all([loop.stop(), keptKey.stop()]),
        sleep(stopWithinMs, undefined, { ref: false }),
      ])
      for (const link of [current, next, ...retired.map((each) => each.link)]) link?.close()
    },
  }
}

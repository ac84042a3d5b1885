import type { ChannelLimits } from './channel.ts'

const minuteMs = 60_000

/** Keeps one sender within a channel's limits; times are real ms. */
export interface Pace {
  /** ms from `now` until the next message may leave */
  waitMs(now: number): number
  /** ms from `now` until the last of so many messages may have left */
  spanMs(messages: number, now: number): number
  /** says that a message leaves */
  left(now: number): void
}

/** A sender that has sent nothing yet. */
export function createPace({ everyMs, perMinute }: Pick<ChannelLimits, 'everyMs' | 'perMinute'>): Pace {
  let sent: number[] = []
  return {
    waitMs: (now) => Math.max(0, nextAfter(sent, now, everyMs, perMinute) - now),
    spanMs(messages, now) {
      const times = [...sent]
      for (let i = 0; i < messages; i++) times.push(nextAfter(times, now, everyMs, perMinute))
      return messages === 0 ? 0 : Math.max(0, (times.at(-1) ?? now) - now)
    },
    left(now) {
      sent = [...sent, now].slice(-perMinute)
    },
  }
}

function nextAfter(times: readonly number[], now: number, everyMs: number, perMinute: number): number {
  const last = times.at(-1)
  const minuteAgo = times.at(-perMinute)
  return Math.max(
    now,
    last === undefined ? now : last + everyMs,
    minuteAgo === undefined ? now : minuteAgo + minuteMs,
  )
}

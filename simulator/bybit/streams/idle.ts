import type { Clock } from '../../core/clock.ts'

/** of the client's time; clients are asked to ping every 20 s. https://bybit-exchange.github.io/docs/v5/ws/connect */
const IDLE_MS = 600_000

/** Whether a connection that said something last at `heardAt` has been silent for too long. */
export function isIdle(heardAt: number, clock: Clock): boolean {
  return clock.steadyNow() - heardAt >= IDLE_MS * Math.max(1, clock.rate)
}

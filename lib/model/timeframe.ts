import { ConfigError } from './errors.ts'

const minuteMs = 60_000

/** Candle intervals and their length in ms. */
export const intervalsMs = {
  '1m': minuteMs,
  '3m': 3 * minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '30m': 30 * minuteMs,
  '1h': 60 * minuteMs,
  '2h': 120 * minuteMs,
  '4h': 240 * minuteMs,
  '6h': 360 * minuteMs,
  '8h': 480 * minuteMs,
  '12h': 720 * minuteMs,
  '1d': 1440 * minuteMs,
} as const

export type Interval = keyof typeof intervalsMs

/** All intervals, shortest first. */
export const intervals = Object.keys(intervalsMs) as Interval[]

/** The interval that `text` names. */
export function toInterval(text: string): Interval {
  if (!Object.hasOwn(intervalsMs, text)) {
    throw new ConfigError(`an interval must be one of ${intervals.join(', ')}, was "${text}"`)
  }
  return text as Interval
}

/** When the candle that holds `time` opened. */
export function openTimeAt(time: number, interval: Interval): number {
  return time - (time % intervalsMs[interval])
}

/** When the candle that opened at `openTime` is over: the first ms of the next one. */
export function closeTimeOf(openTime: number, interval: Interval): number {
  return openTime + intervalsMs[interval]
}

import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** JSON lines on standard output, one per event, with readable times and levels. */
export function openLog(level: string, who: Record<string, string | number>): Log {
  return pino(
    {
      level,
      base: who,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Synchronous, so that the last lines before a crash are there.
    pino.destination({ dest: 1, sync: true }),
  )
}

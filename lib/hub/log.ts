import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** JSON lines on standard output (or standard error), one per event, with readable times and levels. */
export function openLog(
  level: string,
  who: Record<string, string | number>,
  output: 'stdout' | 'stderr' = 'stdout',
): Log {
  return pino(
    {
      level,
      base: who,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Synchronous, so that the last lines before a crash are there.
    pino.destination({ dest: output === 'stdout' ? 1 : 2, sync: true }),
  )
}

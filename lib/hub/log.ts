import { pino } from 'pino'
import type { Logger } from 'pino'
import { hideSecrets } from '../model/secrets.ts'

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
      // The second wall: errors have lost their secrets before they come here.
      hooks: { streamWrite: (line) => hideSecrets(line) },
    },
    // Synchronous, so that the last lines before a crash are there.
    pino.destination({ dest: output === 'stdout' ? 1 : 2, sync: true }),
  )
}

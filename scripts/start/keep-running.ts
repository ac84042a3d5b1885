import { ConfigError } from '../../lib/model/errors.ts'
import { startChild } from './child.ts'
import type { Child, Program } from './child.ts'
import { openLogFile } from './log-file.ts'
import type { Screen } from './screen.ts'

/** A program that is started again when it ends by itself. */
export interface Kept {
  readonly name: string
  /** asks it to end; resolves when it has */
  stop(): Promise<void>
  /** ends it there and then */
  kill(): void
}

/** What the kept programs have in common. */
export interface Keeping {
  readonly screen: Screen
  readonly logFolder: string
  /** told when a program's first run ends with code 2: what it was given cannot be used */
  readonly onRefused: (error: ConfigError) => void
}

// Real ms. A program that ends again and again is started less and less often.
const firstPauseMs = 500
const longestPauseMs = 15_000
const steadyAfterMs = 30_000

/** Runs a program, and again whenever it ends by itself; `program` is asked before each run. */
export function keepRunning(
  name: string,
  program: () => Program,
  { screen, logFolder, onRefused }: Keeping,
  onLine: (line: string) => string = (line) => line,
): Kept {
  const log = openLogFile(`${logFolder}/${name}.log`)
  let child: Child
  let pauseMs = firstPauseMs
  let runs = 0
  let timer: NodeJS.Timeout | undefined
  let stopping = false

  function run(): void {
    runs += 1
    const startedAt = Date.now()
    child = startChild(program(), log, onLine)
    void child.ended.then(({ how, code, complaint }) => {
      if (stopping) return
      if (runs === 1 && code === 2) {
        onRefused(new ConfigError(complaint.replace(/^sluice [\w-]+: /, `${name}: `)))
        return
      }
      if (Date.now() - startedAt > steadyAfterMs) pauseMs = firstPauseMs
      screen.say(`${name} ended by itself (${how}); it starts again in ${pauseMs / 1000} s. Why: ${log.path}`)
      timer = setTimeout(run, pauseMs)
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
    })
  }

  run()
  return {
    name,
    async stop() {
      stopping = true
      clearTimeout(timer)
      child.signal('SIGTERM')
      await child.ended
      log.close()
    },
    kill() {
      stopping = true
      clearTimeout(timer)
      child.signal('SIGKILL')
    },
  }
}

import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { keepRunning } from './keep-running.ts'
import type { Kept, Keeping } from './keep-running.ts'
import type { StartOptions } from './options.ts'

/**
 * Starts the actors that bring candles and quotes into Redis, a trader, and one that tells of trouble; with --live those of
 * its account too.
 */
export function startActors(options: StartOptions, environment: NodeJS.ProcessEnv, keeping: Keeping): Kept[] {
  const start = (name: string, kind: string) => keepRunning(name, () => actor(kind, environment), keeping)
  const klines = Array.from({ length: options.klines }, (_, at) =>
    start(options.klines === 1 ? 'kline' : `kline-${at + 1}`, 'kline'),
  )
  const ofAccount = options.config.live ? ['position', 'order', 'risk'] : []
  const others = ['ticker', 'mark', ...ofAccount, 'trader', 'alert'].map((kind) => start(kind, kind))
  return [start('symbol-cursor', 'symbol-cursor'), ...klines, ...others]
}

/** Starts the board; `login` is its line on where it is and who may enter, which no log shall hold. */
export function startBoard(
  environment: NodeJS.ProcessEnv,
  keeping: Keeping,
): { kept: Kept; login: Promise<string> } {
  let told: (line: string) => void
  const login = new Promise<string>((resolve) => {
    told = resolve
  })
  let known = false
  const kept = keepRunning(
    'board',
    () => actor('board', environment),
    keeping,
    (line) => {
      const ready = /^board ready (\S+) user (\S+) password (.+)$/.exec(line)
      if (ready === null) return line
      const [, url = '', user = '', password = ''] = ready
      const sentence = `${url}  user ${user}  password ${password}`
      // A board that was started again may have made a new password.
      if (known) keeping.screen.say(`The board is back: ${sentence}`)
      known = true
      told(sentence)
      return `board ready ${url}`
    },
  )
  return { kept, login }
}

function actor(kind: string, environment: NodeJS.ProcessEnv) {
  return { path: join(projectRoot(), 'actors', kind), flags: [], environment }
}

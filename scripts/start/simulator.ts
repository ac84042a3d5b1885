import { join } from 'node:path'
import { keyName } from '../../lib/hub/account-keys.ts'
import { projectRoot } from '../../lib/hub/project-root.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { keepRunning } from './keep-running.ts'
import type { Kept, Keeping } from './keep-running.ts'
import type { StartOptions } from './options.ts'

/** The keys of the simulated account, for the account whose orders go there. */
export function simulatedKeys({ account, live }: Pick<Config, 'account' | 'live'>): Record<string, string> {
  return live ? { [keyName('KEY', account)]: 'demo', [keyName('SECRET', account)]: 'demo' } : {}
}

/** Starts the simulator; `url` is where it listens, also after it had to be started again. */
export function startSimulator(
  options: StartOptions,
  environment: NodeJS.ProcessEnv,
  keeping: Keeping,
): { kept: Kept; url: Promise<string> } {
  const { symbols, simulator, config } = options
  let port = String(simulator?.port ?? 0)
  let told: (url: string) => void
  const url = new Promise<string>((resolve) => {
    told = resolve
  })
  const program = () => ({
    path: join(projectRoot(), 'simulator'),
    flags: [
      `--port=${port}`,
      `--symbols=${symbols}`,
      `--rate=${config.rate}`,
      ...(simulator?.replay === undefined ? [] : [`--replay=${simulator.replay}`]),
    ],
    environment,
  })
  // What it calls --port is --simulator-port here.
  const onRefused = (error: ConfigError) =>
    keeping.onRefused(new ConfigError(error.message.replaceAll('--port', '--simulator-port')))
  const kept = keepRunning('simulator', program, { ...keeping, onRefused }, (line) => {
    const ready = /^simulator ready (http:\S+:(\d+))$/.exec(line)
    if (ready?.[1] !== undefined && ready[2] !== undefined) {
      port = ready[2]
      told(ready[1])
    }
    return line
  })
  return { kept, url }
}

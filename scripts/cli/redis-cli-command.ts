import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { findRedis } from '../../lib/hub/redis-endpoint.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { configOf } from './with-hub.ts'

const programs = ['redis-cli', 'valkey-cli']

/** `sluice redis-cli` */
export function redisCliCommand(environment: NodeJS.ProcessEnv): Command {
  const command = createCommand('redis-cli', "Opens redis-cli on Sluice's Redis, or runs one command there.")
    .argument('[args...]', 'passed on to redis-cli')
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
Flags of sluice come before what is passed on. The password goes by the environment, never by the command line.

Examples:
  sluice redis-cli
  sluice redis-cli PING
  sluice redis-cli --scan --pattern 'sluice:lane:*'`,
    )
    .action((args: string[], options: Record<string, unknown>) =>
      run(findRedis(configOf(options)), args, environment),
    )
  return addSettings(command, commonSettings)
}

async function run(
  endpoint: RedisEndpoint,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { host, port, db, username, password, tls } = endpoint
  const flags = ['-h', host, '-p', String(port)]
  if (db !== undefined && db !== 0) flags.push('-n', String(db))
  if (username !== undefined) flags.push('--user', username)
  if (tls === true) flags.push('--tls')
  const env = password === undefined ? environment : { ...environment, REDISCLI_AUTH: password }
  // Ctrl-C belongs to redis-cli, which shares the terminal.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    for (const program of programs) {
      const code = await runProgram(program, [...flags, ...args], env)
      if (code === undefined) continue
      process.exitCode = code
      return
    }
  } finally {
    process.off('SIGINT', ignore)
  }
  throw new ConfigError(
    'expected redis-cli or valkey-cli on PATH, found neither: apt-get install redis-tools, or brew install redis',
  )
}

/** The exit code, or undefined when there is no such program. */
function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env })
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined)
      else reject(new ConfigError(`${program} could not be run: ${error.message}`, { cause: error }))
    })
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

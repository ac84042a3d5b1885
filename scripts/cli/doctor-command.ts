import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { checkFlow } from './check-flow.ts'
import { checkBuild, checkExchangeUrl, checkNode, checkSymbolsFile } from './check-host.ts'
import { checkRedis } from './check-redis.ts'
import { fail, ok } from './check.ts'
import type { Check } from './check.ts'
import type { Terminal, Tone } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

const tones: Readonly<Record<Check['verdict'], Tone>> = { ok: 'good', warn: 'warn', fail: 'bad' }

/** `sluice doctor` */
export function doctorCommand(terminal: Terminal): Command {
  const command = createCommand('doctor', 'Checks the set-up and says what to do about what is wrong.')
    .option('--json', 'one line of JSON')
    .addHelpText(
      'after',
      `
Exit code 1 when a check fails; a warning alone is none.

Examples:
  sluice doctor
  sluice doctor --json`,
    )
    .action(async (options: Record<string, unknown>) => {
      const checks = await checkAll(options)
      if (options['json'] === true) terminal.line(JSON.stringify({ checks }))
      else show(terminal, checks)
      if (checks.some(({ verdict }) => verdict === 'fail')) process.exitCode = 1
    })
  return addSettings(command, [...commonSettings, 'symbolsFile'])
}

async function checkAll(options: Record<string, unknown>): Promise<Check[]> {
  const host = [checkNode(process.versions.node), checkBuild()]
  let config: Config
  try {
    config = configOf(options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [
      ...host,
      fail('configuration', error.message, 'correct it there; sluice show-config tells what is known'),
    ]
  }
  const exchange = await checkExchangeUrl(config)
  const local = [
    ...host,
    ok('configuration', 'fits'),
    checkSymbolsFile(config),
    ...(exchange === undefined ? [] : [exchange]),
  ]
  return [...local, ...(await checkAtRedis(config))]
}

async function checkAtRedis(config: Config): Promise<Check[]> {
  const checks: Check[] = []
  try {
    await withHub(config, async (hub) => {
      checks.push(ok('Redis', `answers at ${hub.endpoint.host}:${hub.endpoint.port}`))
      checks.push(...(await checkRedis(hub)))
      checks.push(...(await checkFlow(hub)))
    })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    checks.push(fail('Redis', error.message, 'start ./scripts/up, or correct REDIS_URL'))
  }
  return checks
}

function show(terminal: Terminal, checks: readonly Check[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, verdict, found, advice } of checks) {
    const mark = terminal.paint(tones[verdict], verdict.padEnd(4))
    terminal.line(`${mark}  ${name.padEnd(width)}  ${found}`)
    if (advice !== undefined) terminal.line(`${' '.repeat(width + 8)}→ ${advice}`)
  }
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  terminal.line('')
  terminal.line(`${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} wrong`)
}

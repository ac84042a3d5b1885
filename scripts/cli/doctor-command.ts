import { Option } from 'commander'
import type { Command } from 'commander'
import { describedVenues } from '../../lib/exchange/probe-venue.ts'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { checkFlow } from './check-flow.ts'
import { checkBuild, checkExchangeUrl, checkNode, checkSymbolsFile } from './check-host.ts'
import { checkRedis } from './check-redis.ts'
import { checkVenue } from './check-venue.ts'
import { fail, ok } from './check.ts'
import type { Check } from './check.ts'
import type { Terminal, Tone } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

// The longest name of an endpoint; checks of a venue are shown as they are made.
const venueNameWidth = 41

const tones: Readonly<Record<Check['verdict'], Tone>> = { ok: 'good', warn: 'warn', fail: 'bad' }

/** `sluice doctor` */
export function doctorCommand(terminal: Terminal): Command {
  const command = createCommand('doctor', 'Checks the set-up and says what to do about what is wrong.')
    .addOption(
      new Option(
        '--venue [name]',
        'look instead whether this venue, or the configured one, answers as it is known to',
      ).choices(describedVenues),
    )
    .option(
      '--symbol <symbol>',
      'with --venue: of which candles, orders and trades are asked (default: one that trades)',
    )
    .option('--json', 'one line of JSON')
    .addHelpText(
      'after',
      `
With --venue it asks each endpoint that is used once, connects to the streams, and names every field, word, endpoint and
stream that is not as known; with --account the private ones too. It changes nothing, and needs neither actors nor
Redis; where there is a Redis, the budget in it is kept to. What only an order would tell is not looked at.

Exit code 1 when a check fails; a warning alone is none. What is new and what nobody reads are warnings.

Examples:
  sluice doctor
  sluice doctor --venue
  sluice doctor --venue okx --account main
  sluice doctor --json`,
    )
    .action(async (options: Record<string, unknown>) => {
      const json = options['json'] === true
      const checks: Check[] = []
      if (options['venue'] === undefined) {
        checks.push(...(await checkAll(options)))
        if (!json) show(terminal, checks, Math.max(...checks.map(({ name }) => name.length)))
      } else {
        const named = typeof options['venue'] === 'string' ? { exchange: options['venue'] } : {}
        await checkVenue(
          configOf({ ...options, ...named }),
          options['symbol'] as string | undefined,
          (check) => {
            checks.push(check)
            if (!json) show(terminal, [check], venueNameWidth)
          },
        )
      }
      if (json) terminal.line(JSON.stringify({ checks }))
      else sum(terminal, checks)
      if (checks.some(({ verdict }) => verdict === 'fail')) process.exitCode = 1
    })
  return addSettings(command, [
    ...commonSettings,
    'symbolsFile',
    'account',
    'keysFile',
    'address',
    'localAddress',
    'proxy',
    'share',
  ])
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

function show(terminal: Terminal, checks: readonly Check[], width: number): void {
  const indent = ' '.repeat(width + 8)
  for (const { name, verdict, found, advice, details = [] } of checks) {
    const mark = terminal.paint(tones[verdict], verdict.padEnd(4))
    terminal.line(`${mark}  ${name.padEnd(width)}  ${found}`)
    for (const detail of details) terminal.line(`${indent}${detail}`)
    if (advice !== undefined) terminal.line(`${indent}→ ${advice}`)
  }
}

function sum(terminal: Terminal, checks: readonly Check[]): void {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  terminal.line('')
  terminal.line(`${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} wrong`)
}

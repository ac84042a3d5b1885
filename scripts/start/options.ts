import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { addSettings, createCommand, settingFlags } from '../../lib/hub/command-line.ts'
import { readConfig } from '../../lib/hub/config.ts'
import { environmentNameOf } from '../../lib/hub/settings.ts'
import type { Config, SettingName } from '../../lib/hub/settings.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { isPaperAccount, requireVenueAccount } from '../../lib/model/paper-account.ts'

/** What shall run. */
export interface StartOptions {
  readonly config: Config
  /** settings that were typed as flags, as the environment of the processes that shall know them */
  readonly environment: Readonly<Record<string, string>>
  /** flags that another command of this checkout needs to find the same Redis and keys */
  readonly sharedFlags: string
  readonly symbols: number
  /** kline processes */
  readonly klines: number
  readonly board: boolean
  /** undefined: the venue itself, or the address that stands in for it, is used */
  readonly simulator: { readonly port: number; readonly replay: string | undefined } | undefined
  /** real seconds to run once the lanes are fresh; undefined: until a signal comes */
  readonly durationS: number | undefined
}

const defaultSymbols = 200
/** the account of --live where none is named */
const liveAccount = 'main'

const passedOn: readonly SettingName[] = [
  'exchangeUrl',
  'rate',
  'intervals',
  'port',
  'host',
  'allowActions',
  'account',
  'live',
  'namespace',
  'dataDir',
  'logLevel',
]
const findersOf: readonly SettingName[] = ['dataDir', 'namespace']

const examples = `
Examples:
  ./scripts/up                                   200 simulated perpetuals, and the board on port 8080
  ./scripts/up --symbols 20 --duration 60        ends by itself, a minute after all candles are fresh
  ./scripts/up --replay klines.csv.gz --rate 10  recorded candles, ten times as fast
  ./scripts/up --live                            the example's orders go to the simulated account main
  ./scripts/up --exchange binanceusdm            Binance's own public data; orders stay on paper

Any other setting comes from SLUICE_* in the environment or from sluice.json. Ctrl-C stops everything.`

/** The options on a command line; throws ConfigError, or CommanderError once help was shown. */
export function parseOptions(args: readonly string[]): StartOptions {
  const command = createCommand(
    './scripts/up',
    'Starts Redis, a simulated exchange, every actor and the board.',
  )
    .option('--symbols <number>', `perpetuals to follow, largest volume first (default: ${defaultSymbols})`)
    .option(
      '--exchange <venue>',
      'use the public data of the live venue instead of the simulator: binanceusdm, okx or bybit',
    )
    .option('--duration <seconds>', 'stop so long after all candles are fresh')
    .option('--klines <number>', 'processes that fetch candles (default: 1)')
    .option('--no-board', 'start no board')
    .option('--replay <file>', 'recorded 1-minute candles for the simulator, CSV or CSV.gz')
    .option('--simulator-port <number>', 'port of the simulator (default: any free one)')
    .addHelpText('after', examples)
  addSettings(command, passedOn).parse(args, { from: 'user' })
  const typed: Record<string, unknown> = command.opts()
  const flags = settingFlags(typed)
  const configured = readConfig(flags).config
  if (configured.live && flags.account === undefined && isPaperAccount(configured.account))
    flags.account = liveAccount
  const symbols = whole('--symbols', typed['symbols'], 1, 2_000) ?? (configured.symbolLimit || defaultSymbols)
  const settingsTyped = { ...flags, symbolLimit: String(symbols) }
  const { config } = readConfig(settingsTyped)

  if (config.live) requireVenueAccount(config.account)

  const replay = typeof typed['replay'] === 'string' ? resolve(typed['replay']) : undefined
  const simulatorPort = whole('--simulator-port', typed['simulatorPort'], 0, 65_535)
  const instead =
    flags.exchange === undefined
      ? config.exchangeUrl === ''
        ? undefined
        : config.exchangeUrl
      : 'the live venue'
  if (instead !== undefined) {
    const stray =
      replay !== undefined ? '--replay' : simulatorPort !== undefined ? '--simulator-port' : undefined
    if (stray !== undefined)
      throw new ConfigError(
        `${stray} is for the simulator, and ${instead} is used instead; leave one of the two out`,
      )
  }
  if (flags.exchange !== undefined && config.exchangeUrl === '' && config.rate !== 1) {
    throw new ConfigError(`the live venue runs at rate 1, and the rate was ${config.rate}`)
  }
  if (replay !== undefined && !existsSync(replay))
    throw new ConfigError(`--replay must name a file, and there is no ${replay}`)
  return {
    config,
    environment: Object.fromEntries(
      Object.entries(settingsTyped).map(([name, text]) => [environmentNameOf(name as SettingName), text]),
    ),
    sharedFlags: findersOf
      .flatMap((name) =>
        flags[name] === undefined ? [] : [` --${name === 'dataDir' ? 'data-dir' : name} ${flags[name]}`],
      )
      .join(''),
    symbols,
    klines: whole('--klines', typed['klines'], 1, 64) ?? 1,
    board: typed['board'] === true,
    simulator: instead === undefined ? { port: simulatorPort ?? 0, replay } : undefined,
    durationS: whole('--duration', typed['duration'], 1, 1e7),
  }
}

function whole(flag: string, raw: unknown, least: number, most: number): number | undefined {
  if (raw === undefined) return undefined
  const text = typeof raw === 'string' ? raw : ''
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new ConfigError(`${flag} must be an integer from ${least} to ${most}, was "${text}"`)
}

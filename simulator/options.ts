import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { demoAccount, parseAccount, type AccountWish } from './account/accounts.ts'
import { InputError } from './core/input-error.ts'
import { levels, type Level } from './log.ts'
import { venueNames, type VenueName } from './venue-name.ts'

export interface Options {
  /** all of them when undefined */
  readonly venue: VenueName | undefined
  readonly host: string
  readonly port: number
  readonly symbols: number
  readonly replay: string | undefined
  readonly startMinute: number | undefined
  readonly rate: number
  readonly seed: number
  readonly weightLimit: number
  readonly banAfter: number
  readonly account: readonly AccountWish[]
  /** simulated ms */
  readonly listenKeyLife: number
  readonly streamLife: number
  /** ms of the client's time */
  readonly streamIdle: number
  readonly logLevel: Level
}

const EXAMPLES = `
A venue for tests, benchmarks and demos: it speaks the wires of real ones on loopback.
Faults: POST /_sim/faults. Counts: GET /_sim/stats, /_sim/gaps. Truth: GET /_sim/candles, /_sim/market,
/_sim/account. Accounts: POST /_sim/accounts, /_sim/transfer.

Examples:
  node simulator --port 9600 --symbols 200
  node simulator --port 9600 --symbols 200 --replay klines.csv.gz --rate 10 --seed 7`

/** The options on a command line; undefined when it asked for help and got it. Throws InputError. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const command = new Command('simulator')
    .description('Simulated exchange with perpetual futures, on loopback')
    .addOption(
      new Option('--venue <name>', 'the one venue it speaks as; all of them without').choices(venueNames),
    )
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(number('--port <number>', 'port to listen on, 0 for a free one', 0, 65_535).default(9600))
    .addOption(number('--symbols <number>', 'ordinary perpetuals in the market', 1, 2000).default(200))
    .option('--replay <file>', 'recorded 1-minute candles, CSV or CSV.gz; without it the market is made up')
    .addOption(
      number(
        '--start-minute <number>',
        'minute of the recording that is now (default: 1100, or 75 %)',
        0,
        1e9,
      ),
    )
    .addOption(
      number(
        '--rate <number>',
        'how many times as fast as real time its clock runs',
        0.01,
        1000,
        false,
      ).default(1),
    )
    .addOption(number('--seed <number>', 'the same seed gives the same market', 0, 4_294_967_295).default(1))
    .addOption(number('--weight-limit <number>', 'weight a minute and source address', 1, 1e9).default(2400))
    .addOption(number('--ban-after <number>', 'answers 429 within a minute before a 418', 1, 1e9).default(10))
    .addOption(
      new Option('--account <key:secret[:asset=amount,...]>', 'an account, may be given again')
        .argParser(addAccount)
        .default([demoAccount], 'demo:demo:USDT=10000'),
    )
    .addOption(
      number('--listen-key-life <ms>', 'simulated ms a listenKey lives', 1000, 1e9).default(3_600_000),
    )
    .addOption(
      number('--stream-life <ms>', 'simulated ms a stream connection lives', 1000, 1e9).default(86_400_000),
    )
    .addOption(
      number('--stream-idle <ms>', 'ms that a quiet stream of OKX lives without a ping', 100, 1e9).default(
        30_000,
      ),
    )
    .addOption(new Option('--log-level <level>', 'lines on stderr').choices(levels).default('info'))
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  try {
    command.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    throw new InputError(`${error.message.replace(/^error: /, '')}; node simulator --help shows the options`)
  }
  return command.opts<Options>()
}

/** The first one given takes the place of the default. */
function addAccount(text: string, before: readonly AccountWish[]): AccountWish[] {
  const wish = parseAccount(text)
  if (typeof wish === 'string') throw new InvalidArgumentError(wish)
  return [...before.filter((each) => each !== demoAccount), wish]
}

function number(flags: string, description: string, least: number, most: number, whole = true): Option {
  return new Option(flags, description).argParser((raw) => {
    const value = raw.trim() === '' ? NaN : Number(raw)
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
    const kind = whole ? 'an integer' : 'a number'
    throw new InvalidArgumentError(`expected ${kind} from ${least} to ${most}, was "${raw}"`)
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'
import { openQueue } from '../../lib/hub/queues.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import type { BackfillJob } from '../../lib/market/kline-jobs.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { toInterval } from '../../lib/model/timeframe.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { resolveSymbol, symbolsByVolume } from './resolve-symbol.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { toWhole } from './whole-option.ts'
import { configOf, withHub } from './with-hub.ts'

const mostCandles = 100_000
const longestWaitS = 86_400
const lookEveryMs = 500
const sayEveryMs = 5_000

interface BackfillOptions extends Record<string, unknown> {
  readonly all?: boolean
  readonly interval: string
  readonly candles?: string
  readonly wait?: string
}

/** `sluice backfill` */
export function backfillCommand(terminal: Terminal): Command {
  const command = createCommand('backfill', 'Asks the kline actors to fill the history of symbols.')
    .argument('[symbols...]', 'such as BTCUSDT ETHUSDT')
    .option('--all', 'every symbol that is followed')
    .option('--interval <interval>', 'length of a candle', '1m')
    .option('--candles <number>', 'how many, back from now (default: as many as are kept)')
    .option(
      '--wait <seconds>',
      'wait so long until all is done; exit code 1 if it is not, or if a job failed',
    )
    .addHelpText(
      'after',
      `
Backfills have a slot of their own in each kline actor, and share the request budget with the polls.

Examples:
  sluice backfill BTCUSDT --candles 5000 --wait 60
  sluice backfill --all --interval 1h`,
    )
    .action(async (typed: string[], options: BackfillOptions) => {
      const interval = toInterval(options.interval)
      const config = configOf(options)
      const candles =
        options.candles === undefined
          ? config.klineRetention
          : toWhole('--candles', options.candles, 1, mostCandles)
      const waitS = options.wait === undefined ? 0 : toWhole('--wait', options.wait, 1, longestWaitS)
      const all = options.all === true
      if (all === typed.length > 0) {
        throw new ConfigError(
          'expected either symbols, such as BTCUSDT, or --all, found ' + (all ? 'both' : 'neither'),
        )
      }
      await withHub(config, async (hub) => {
        const symbols = all ? await readAll(hub, interval) : await resolveAll(hub, typed)
        await addAndWait(hub, terminal, symbols, { interval, candles, waitS })
      })
    })
  return addSettings(command, [...commonSettings, 'klineRetention'])
}

async function readAll(hub: Hub, interval: Interval): Promise<string[]> {
  const symbols = await readLane(hub, { venue: hub.config.exchange, interval, name: 'all' })
  if (symbols.length > 0) return symbols
  throw new ConfigError(
    `no symbol is followed at ${interval}: expected a lane that the symbol-cursor has made, found none`,
  )
}

async function resolveAll(hub: Hub, typed: readonly string[]): Promise<string[]> {
  const venue = hub.config.exchange
  const known = symbolsByVolume((await readInstruments(hub, venue)).values())
  if (known.length === 0)
    throw new ConfigError(`no symbols of ${venue} are in Redis yet; a symbol-cursor brings them`)
  return [...new Set(typed.map((text) => resolveSymbol(text, known, venue)))]
}

async function addAndWait(
  hub: Hub,
  terminal: Terminal,
  symbols: readonly string[],
  { interval, candles, waitS }: { interval: Interval; candles: number; waitS: number },
): Promise<void> {
  const venue = hub.config.exchange
  const queue = openQueue<BackfillJob>(hub, backfillQueue(venue))
  const counts = openQueueCounts(hub, venue, ['backfill'])
  try {
    const failedBefore = (await counts.read())[0]?.failed ?? 0
    await queue.addBulk(
      symbols.map((symbol) => ({ name: 'kline.backfill', data: { symbol, interval, candles } })),
    )
    terminal.line(
      `${symbols.length} ${symbols.length === 1 ? 'job' : 'jobs'} added: ${candles} candles of ${interval} each`,
    )
    if (candles > hub.config.klineRetention) {
      terminal.line(
        `klineRetention is ${hub.config.klineRetention} here, and kline actors drop what is older; they need a larger one`,
      )
    }
    const actors = await readLivingActors(hub.redis, hub.keys)
    if (!actors.some(({ kind }) => kind === 'kline'))
      terminal.line('no kline actor is alive: the jobs wait until one is')
    if (waitS > 0)
      await waitUntilDone(terminal, async () => (await counts.read())[0], { waitS, failedBefore })
  } finally {
    await Promise.all([queue.close(), counts.close()])
  }
}

async function waitUntilDone(
  terminal: Terminal,
  read: () => Promise<{ waiting: number; active: number; delayed: number; failed: number } | undefined>,
  { waitS, failedBefore }: { waitS: number; failedBefore: number },
): Promise<void> {
  const stop = untilSignal()
  const startedAt = Date.now()
  let saidAt = 0
  for (;;) {
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = (await read()) ?? {}
    const left = waiting + active + delayed
    const now = Date.now()
    const isLast = left === 0 || stop.aborted || now - startedAt > waitS * 1000
    if (isLast && terminal.live) terminal.write('\r\u001B[K')
    if (left === 0) return tellEnd(terminal, now - startedAt, Math.max(0, failed - failedBefore))
    if (isLast) {
      terminal.line(
        `${left} jobs are left after ${Math.round((now - startedAt) / 1000)} s; they go on without this command`,
      )
      process.exitCode = stop.aborted ? 130 : 1
      return
    }
    const progress = `${left} jobs left, ${active} under way`
    if (terminal.live) terminal.write(`\r${progress}\u001B[K`)
    else if (now - saidAt >= sayEveryMs) {
      terminal.line(progress)
      saidAt = now
    }
    await sleep(lookEveryMs, undefined, { signal: stop }).catch(() => {})
  }
}

function tellEnd(terminal: Terminal, tookMs: number, failed: number): void {
  terminal.line(`done after ${(tookMs / 1000).toFixed(1)} s`)
  if (failed === 0) return
  terminal.line(`${failed} failed; the board's /queues tells why`)
  process.exitCode = 1
}

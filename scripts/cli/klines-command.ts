import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readKlines } from '../../lib/market/klines.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { Kline } from '../../lib/model/kline.ts'
import { toInterval } from '../../lib/model/timeframe.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { candleChart, candlesThatFit, toMinute } from './candle-chart.ts'
import { resolveSymbol, symbolsByVolume } from './resolve-symbol.ts'
import { toSpan } from './span.ts'
import { toTable } from './table.ts'
import type { Cell } from './table.ts'
import type { Terminal } from './terminal.ts'
import { toWhole } from './whole-option.ts'
import { configOf, withHub } from './with-hub.ts'

const chartHeight = 12
const mostCandles = 100_000
const states = ['open', 'provisional', 'final'] as const

interface KlinesOptions extends Record<string, unknown> {
  readonly interval: string
  readonly limit: string
  readonly chart: boolean
}

/** `sluice klines` */
export function klinesCommand(terminal: Terminal): Command {
  const command = createCommand('klines', "Shows a symbol's last candles as a table and a chart.")
    .argument('<symbol>', "the venue's name, such as BTCUSDT")
    .option('--interval <interval>', 'length of a candle', '1m')
    .option('--limit <number>', 'candles in the table', '20')
    .option('--no-chart', 'the table alone')
    .addHelpText(
      'after',
      `
A candle is open while its time runs, provisional when it was asked for just after its close, and final when it will
not change any more. Its age is the venue's time now less the time of which it tells.

Examples:
  sluice klines BTCUSDT
  sluice klines ETHUSDT --interval 5m --limit 50`,
    )
    .action(async (typed: string, options: KlinesOptions) => {
      const interval = toInterval(options.interval)
      const limit = toWhole('--limit', options.limit, 1, mostCandles)
      await withHub(configOf(options), (hub) =>
        show(hub, terminal, { typed, interval, limit, chart: options.chart }),
      )
    })
  return addSettings(command, commonSettings)
}

async function show(
  hub: Hub,
  terminal: Terminal,
  asked: { typed: string; interval: Interval; limit: number; chart: boolean },
): Promise<void> {
  const venue = hub.config.exchange
  const { interval, limit } = asked
  const known = symbolsByVolume((await readInstruments(hub, venue)).values())
  const symbol = known.length === 0 ? asked.typed : resolveSymbol(asked.typed, known, venue)
  const [klines, polledAt, clock] = await Promise.all([
    readKlines(hub, { venue, interval }, symbol, Math.max(limit, terminal.width())),
    hub.redis.hget(hub.keys.polls(venue, interval), symbol),
    readVenueClock(hub, venue),
  ])
  if (klines.length === 0) {
    throw new ConfigError(
      `no ${interval} candles of ${symbol} are in Redis; sluice symbols --all tells what is followed`,
    )
  }
  const now = clock.now()
  const polled =
    polledAt === null ? 'never polled' : `last asked for ${toSpan(Math.max(0, now - Number(polledAt)))} ago`
  terminal.line(`${symbol} ${interval} on ${venue}, ${polled}`)
  terminal.line('')
  for (const line of tableOf(terminal, klines.slice(-limit), now)) terminal.line(line)
  if (!asked.chart) return
  terminal.line('')
  for (const line of candleChart(terminal, klines.slice(-candlesThatFit(terminal, klines)), chartHeight))
    terminal.line(line)
}

function tableOf(terminal: Terminal, klines: readonly Kline[], now: number): string[] {
  const right = (title: string) => ({ title, align: 'right' as const })
  const columns = [
    { title: 'UTC' },
    ...['OPEN', 'HIGH', 'LOW', 'CLOSE', 'VOLUME'].map(right),
    { title: 'STATE' },
    right('AGE'),
  ]
  const rows = klines.map((kline): Cell[] => {
    const { openTime, open, high, low, close, volume, time } = kline
    const state = states[kline.class]
    return [
      toMinute(openTime),
      open,
      high,
      low,
      { text: close, tone: Number(close) < Number(open) ? 'bad' : 'good' },
      volume,
      { text: state, tone: state === 'final' ? 'quiet' : 'warn' },
      toSpan(Math.max(0, now - time)),
    ]
  })
  return toTable(terminal, columns, rows)
}

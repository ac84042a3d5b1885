import cron from 'node-cron'
import { hostname } from 'node:os'
import * as z from 'zod'
import { channelNames } from '../model/alert.ts'
import type { ChannelName } from '../model/alert.ts'
import { hotConditionSchema } from '../model/hot-condition.ts'
import { riskLimitsSchema } from '../model/risk-limits.ts'
import { intervals } from '../model/timeframe.ts'

/** One setting: the same name as a flag (--kebab-case), in the environment (SLUICE_UPPER_CASE) and in sluice.json. */
export interface Setting<T> {
  readonly schema: z.ZodType<T>
  readonly fallback: T
  /** how text from a flag or the environment is read */
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'json'
  /** one line for --help; begins with what the value is */
  readonly help: string
  /** never shown, and read from the environment or the file of secrets: flags and sluice.json are for everybody's eyes */
  readonly secret?: boolean
}

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash and underscore')
const schedule = z.string().refine((text) => cron.validate(text), 'a cron schedule such as "*/5 * * * *"')
const whole = (least: number, most: number) => z.number().int().min(least).max(most)

function define<T>(schema: z.ZodType<T>, fallback: T, kind: Setting<T>['kind'], help: string): Setting<T> {
  return { schema, fallback, kind, help }
}

const httpUrl = z.url({ protocol: /^https?$/ })
// The paths of an interface are put behind it.
const baseUrl = httpUrl.refine((text) => !text.endsWith('/'), 'no slash at the end')

function secretSetting(schema: z.ZodType<string>, help: string): Setting<string> {
  return { schema, fallback: '', kind: 'text', help, secret: true }
}

function ownUrl(venue: string): Setting<string> {
  return define(
    z.union([z.literal(''), httpUrl]),
    '',
    'text',
    `address that stands in for ${venue}, where venues have one each`,
  )
}

const venueNames = ['binanceusdm', 'okx', 'bybit', 'bitget'] as const

/** Every setting of the system. */
export const settings = {
  exchange: define(z.enum(venueNames), 'binanceusdm', 'text', 'venue to work with; bitget is experimental'),
  exchangeUrl: define(
    z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    '',
    'text',
    'address that stands in for the venue, such as http://127.0.0.1:9600',
  ),
  exchangeUrlOkx: ownUrl('OKX'),
  exchangeUrlBybit: ownUrl('Bybit'),
  namespace: define(name, 'sluice', 'text', 'first part of every Redis key'),
  dataDir: define(z.string().min(1), 'data', 'text', 'folder of the private Redis and the logs'),
  logLevel: define(
    z.enum(['trace', 'debug', 'info', 'warn', 'error']),
    'info',
    'text',
    'least level that is logged: trace, debug, info, warn or error',
  ),
  rate: define(
    z.number().positive().max(1000),
    1,
    'number',
    'how many times as fast as real time the venue runs',
  ),
  address: define(
    name,
    hostname().replace(/[^A-Za-z0-9._-]/g, '-') || 'host',
    'text',
    'name of the public address requests leave by',
  ),
  localAddress: define(
    z.union([z.literal(''), z.ipv4(), z.ipv6()]),
    '',
    'text',
    'local IP address to send from',
  ),
  proxy: define(
    z.union([z.literal(''), z.url({ protocol: /^(https?|socks5)$/ })]),
    '',
    'text',
    'proxy to send through, http:// or socks5://',
  ),
  share: define(
    z.number().gt(0).max(1),
    0.95,
    'number',
    "part of the address's request budget that is ours, 0 to 1",
  ),
  tickerShare: define(
    z.number().gt(0).lt(1),
    0.2,
    'number',
    "part of the address's budget for tickers while any are fetched",
  ),
  markShare: define(
    z.number().gt(0).lt(1),
    0.05,
    'number',
    "part of the address's budget for mark prices while any are fetched",
  ),
  accountShare: define(
    z.number().gt(0).max(1),
    0.1,
    'number',
    "part of the address's budget for each source of an account that is asked; 1 all of it",
  ),
  concurrency: define(whole(1, 256), 8, 'number', 'requests that one process has under way at once'),
  intervals: define(
    z.array(z.enum(intervals as [string, ...string[]])).min(1),
    ['1m'],
    'list',
    `candle intervals: ${intervals.join(',')}`,
  ),
  hotShare: define(
    z.number().min(0).max(0.5),
    0,
    'number',
    'part of all polls for the symbols that are hot, 0 to 0.5; 0 none',
  ),
  hotLane: define(
    hotConditionSchema.nullable(),
    null,
    'json',
    'condition under which a symbol is hot, in JSON',
  ),
  hotSchedule: define(
    schedule,
    '*/10 * * * * *',
    'text',
    'cron schedule on which it is judged which symbols are hot',
  ),
  candlesPerPoll: define(
    whole(2, 1000),
    99,
    'number',
    'candles asked for at each poll; 99 weigh 1 on Binance',
  ),
  klineRetention: define(whole(3, 100_000), 500, 'number', 'candles kept per symbol and interval'),
  quoteAssets: define(
    z.array(z.string().min(1)),
    ['USDT'],
    'list',
    'quote assets whose perpetuals are followed',
  ),
  underlyings: define(
    z.array(z.string().min(1)),
    ['coin'],
    'list',
    'what may stand behind a perpetual: coin,index,equity,commodity,premarket',
  ),
  minQuoteVolume: define(z.number().min(0), 0, 'number', 'least 24-hour volume in the quote asset'),
  symbolLimit: define(whole(0, 5000), 0, 'number', 'how many symbols at most, largest volume first; 0 all'),
  symbolsFile: define(
    z.string().min(1),
    'symbols.json',
    'text',
    'file with the hand-kept lists: allow, deny',
  ),
  universeSchedule: define(
    schedule,
    '*/5 * * * *',
    'text',
    'cron schedule on which instruments are read again',
  ),
  strategy: define(z.string(), '', 'text', 'file of the strategy to run; empty: the bundled example'),
  strategyOptions: define(
    z.record(z.string(), z.unknown()),
    {},
    'json',
    'what the strategy is made with, a JSON object',
  ),
  strategyBudgetMs: define(
    z.number().gt(0).max(60_000),
    5,
    'number',
    'real ms that one call of the strategy may take before it is told',
  ),
  account: define(name, 'paper', 'text', 'account at the venue; a name that begins with paper is on paper'),
  keysFile: define(
    z.string().min(1),
    'keys.json',
    'text',
    'file with the keys of accounts, mode 600; SLUICE_KEY_ACCOUNT and SLUICE_SECRET_ACCOUNT come first',
  ),
  source: define(
    z.enum(['account', 'risk', 'stream', 'all']),
    'all',
    'text',
    'what is asked about an account: account, risk, stream, or all of them',
  ),
  ledgerLength: define(
    whole(2, 100_000),
    500,
    'number',
    'candles that a trader holds per symbol and interval',
  ),
  staleAfterMs: define(
    whole(1, 86_400_000),
    20_000,
    'number',
    'venue ms since the last poll after which a symbol is stale',
  ),
  paperLatencyMs: define(whole(0, 60_000), 150, 'number', 'venue ms from a paper order to the book'),
  makerFee: define(
    z.number().gt(-0.1).lt(0.1),
    0.0002,
    'number',
    'fee of a paper fill that gave liquidity, as a part of its notional',
  ),
  takerFee: define(
    z.number().gt(-0.1).lt(0.1),
    0.0005,
    'number',
    'fee of a paper fill that took liquidity, as a part of its notional',
  ),
  live: define(z.boolean(), false, 'boolean', 'send orders to the venue instead of keeping them on paper'),
  intentLifeMs: define(
    whole(100, 600_000),
    5_000,
    'number',
    'venue ms after which an order that was not sent is sent no more',
  ),
  riskLimits: define(
    riskLimitsSchema,
    {},
    'json',
    'risk limits that differ from the defaults, a JSON object',
  ),
  direct: define(z.boolean(), false, 'boolean', 'send live orders from the trader itself, without the queue'),
  host: define(
    z.string().regex(/^[A-Za-z0-9:.-]+$/, 'an IP address or a host name'),
    '127.0.0.1',
    'text',
    'address that the board listens on',
  ),
  port: define(whole(0, 65_535), 8080, 'number', 'port that the board listens on; 0 any free one'),
  allowActions: define(z.boolean(), false, 'boolean', 'let the board change queues and halt accounts'),
  boardPassword: secretSetting(
    z.string().refine((text) => text === '' || text.length >= 8, 'at least 8 characters'),
    "password of the board's user sluice; empty: one is made at each start",
  ),
  alertChannels: define<ChannelName[]>(
    z.array(z.enum(channelNames)).min(1),
    ['console'],
    'list',
    `where alerts go: ${channelNames.join(',')}`,
  ),
  alertWindowMs: define(
    whole(100, 3_600_000),
    60_000,
    'number',
    'real ms in which a channel is told of one cause once at most',
  ),
  larkUrl: define(
    baseUrl,
    'https://open.larksuite.com',
    'text',
    'address of Lark; https://open.feishu.cn for Feishu',
  ),
  larkAppId: define(z.string(), '', 'text', 'app whose bot sends alerts to Lark, such as cli_a1b2c3'),
  larkAppSecret: secretSetting(z.string(), 'secret of that app'),
  larkChatId: define(z.string(), '', 'text', 'chat at Lark that gets alerts, such as oc_a1b2c3'),
  larkWebhook: secretSetting(z.union([z.literal(''), httpUrl]), 'webhook of a custom bot at Lark'),
  larkWebhookSecret: secretSetting(z.string(), "secret of that bot's signature check; empty: it has none"),
  telegramUrl: define(baseUrl, 'https://api.telegram.org', 'text', "address of Telegram's bots"),
  telegramToken: secretSetting(z.string(), 'token of the Telegram bot that sends alerts'),
  telegramChatId: define(z.string(), '', 'text', 'chat at Telegram that gets alerts, such as -1001234567890'),
  slackWebhook: secretSetting(z.union([z.literal(''), httpUrl]), 'incoming webhook of Slack'),
  alertWebhook: secretSetting(z.union([z.literal(''), httpUrl]), 'address that alerts are posted to as JSON'),
} as const

export type SettingName = keyof typeof settings

/** What a process runs with; frozen. */
export type Config = {
  readonly [K in SettingName]: (typeof settings)[K] extends Setting<infer T> ? T : never
}

/** `candlesPerPoll` as a flag: `--candles-per-poll`. */
export function flagOf(setting: SettingName): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `candlesPerPoll` in the environment: `SLUICE_CANDLES_PER_POLL`. */
export function environmentNameOf(setting: SettingName): string {
  return `SLUICE_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

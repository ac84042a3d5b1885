import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../lib/hub/config.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { readLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { listMarket } from './list-market.ts'
import { startRedisProcess } from './redis-process.ts'
import type { RedisProcess } from './redis-process.ts'
import { cleanEnvironment } from './run-program.ts'
import { startSimulatorProcess } from './simulator.ts'
import type { SimulatorProcess } from './simulator.ts'
import { until, untilFound } from './until.ts'

/** The venue of a system that is not told otherwise. */
export const venue = 'binanceusdm'
/** The lane of such a system. */
export const lane: Lane = { venue, interval: '1m', name: 'all' }

export interface SystemOptions {
  /** whose words the actors speak; Binance's unless told otherwise */
  readonly venue?: keyof typeof pollsPerMinute
  /** ordinary perpetuals; 12 unless told otherwise */
  readonly symbols?: number
  /** how many times as fast as real time everything runs */
  readonly rate?: number
  /** part of the venue's weight that is used; unless told otherwise, 0.95 by all but the fetchers of candles */
  readonly share?: number
  /**
   * the same for the fetchers of candles and who hands symbols out to them, at an address of their own; an eighth where
   * neither is told, since they would take half a core of each test that is about something else
   */
  readonly candleShare?: number
  readonly simulatorFlags?: readonly string[]
  /** processes of each kind; one unless told otherwise */
  readonly klines?: number
  readonly cursors?: number
  /** what the venue lists is in Redis from the start, without a symbol-cursor, and stays as it is */
  readonly listed?: boolean
  /** polls bring the candles that repair history, and not the last ten alone */
  readonly history?: boolean
  /** settings of every actor, as environment variables */
  readonly settings?: Readonly<Record<string, string>>
}

/** Everything that runs for one test: a Redis, a simulated venue and actors, each a process. */
export interface System {
  readonly hub: Hub
  /** the venue, and the account that may be had at it */
  readonly of: AccountOf
  readonly redis: RedisProcess
  readonly simulator: SimulatorProcess
  readonly klines: Child[]
  readonly cursors: Child[]
  readonly tickers: Child[]
  readonly traders: Child[]
  readonly marks: Child[]
  readonly positions: Child[]
  readonly symbols: number
  /** what the venue lists was written by the test */
  readonly isListed: boolean
  /** real ms that a lap takes at one address: what the share of the venue's limit allows */
  readonly lapMs: number
  /** what actors and commands are told */
  readonly environment: Readonly<Record<string, string>>
  /** where the actors look for the hand-kept lists of symbols */
  readonly symbolsFile: string
  /** starts one more actor; its heartbeat is awaited */
  start(
    kind: 'kline' | 'symbol-cursor' | 'ticker' | 'trader' | 'mark' | 'position' | 'order' | 'risk',
    settings?: Readonly<Record<string, string>>,
  ): Promise<Child>
  /** symbol of the lane -> real ms since it was polled, by the venue's clock; Infinity when it never was */
  ages(): Promise<Map<string, number>>
  /** resolves, with the ms that it took, when every symbol was polled after `since`, real ms */
  untilPolled(since: number, withinMs: number): Promise<number>
  /** how many symbols were handed out so far */
  handedOut(): Promise<number>
  /** the symbol-cursor that leads */
  leader(): Promise<Child>
  /** throws when a process has ended by itself */
  requireAlive(): void
}

/** Opens systems for the tests of the enclosing `describe`; each ends after its test, whatever became of it. */
export function withSystems(): (options?: SystemOptions) => Promise<System> {
  const open: { stop(): Promise<void> }[] = []
  afterEach(async function () {
    this.timeout(30_000)
    for (const each of open.splice(0).toReversed()) await each.stop()
  })
  return (options = {}) => openSystem(options, open)
}

// Polls for 100 candles of a symbol that an address may make.
const pollsPerMinute = { binanceusdm: 2_400, okx: 1_200, bybit: 7_200 }

// What other venues do not tell apart from an ordinary perpetual.
const notTold = ['DEFIUSDT', 'TSLAUSDT', 'PREMARKETUSDT']

/** One system for all tests of the enclosing `describe`, each of which leaves it as the next one needs it. */
export function withSystem(options: SystemOptions = {}): () => System {
  const system = withSystemsInOneRedis([options])
  return () => system(0)
}

/** The same for several, of a venue each, in one Redis. */
export function withSystemsInOneRedis(options: readonly SystemOptions[]): (at: number) => System {
  const open: { stop(): Promise<void> }[] = []
  const systems: System[] = []
  before(async function () {
    this.timeout(90_000)
    for (const each of options) systems.push(await openSystem(each, open, systems[0]?.redis))
  })
  after(async function () {
    this.timeout(30_000)
    for (const each of open.splice(0).toReversed()) await each.stop()
  })
  return (at) => {
    const system = systems[at]
    if (system === undefined) throw new Error('the system of these tests has not started')
    return system
  }
}

async function openSystem(
  options: SystemOptions,
  open: { stop(): Promise<void> }[],
  sharedRedis?: RedisProcess,
): Promise<System> {
  const { venue: exchange = venue, symbols = 12, rate = 1, share = 0.95, listed = false } = options
  const { candleShare = options.share === undefined ? 0.125 : undefined } = options
  const klineShare = candleShare ?? share
  const candleSettings = {
    SLUICE_SHARE: String(klineShare),
    // Beside others that use more of it, what is left of an address may be nothing for a while.
    ...(candleShare !== undefined && {
      SLUICE_ADDRESS: 'candles',
      SLUICE_LOCAL_ADDRESS: '127.0.0.9',
    }),
  }
  const stops: (() => Promise<void> | void)[] = []
  open.push({
    stop: async () => {
      for (const each of stops.toReversed()) await each()
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'sluice-system-'))
  stops.push(() => rmSync(folder, { recursive: true, force: true }))
  const configFile = join(folder, 'sluice.json')
  writeFileSync(configFile, '{}')
  const symbolsFile = join(folder, 'symbols.json')

  const [redis, simulator] = await Promise.all([
    sharedRedis ?? startRedisProcess(),
    startSimulatorProcess(
      '--symbols',
      String(symbols),
      '--rate',
      String(rate),
      ...(options.simulatorFlags ?? []),
    ),
  ])
  if (sharedRedis === undefined) stops.push(() => redis.stop())
  stops.push(async () => void (await simulator.stop()))
  if (exchange !== venue) await simulator.change(...notTold.map((remove) => ({ remove })))
  const { config } = readConfig(
    { exchange, logLevel: 'error', rate: String(rate) },
    { SLUICE_CONFIG: configFile },
  )
  const hub = await openHub(config, redis.endpoint, openLog('error', { test: 1 }), 'test')
  stops.push(() => hub.close())
  if (listed) await listMarket(hub, exchange, simulator)

  const { host, port, password } = redis.endpoint
  const environment = {
    REDIS_URL: `redis://:${password}@${host}:${port}`,
    SLUICE_CONFIG: configFile,
    SLUICE_EXCHANGE: exchange,
    SLUICE_EXCHANGE_URL: simulator.url,
    SLUICE_RATE: String(rate),
    SLUICE_SHARE: String(share),
    SLUICE_SYMBOLS_FILE: symbolsFile,
    ...(options.history !== true && { SLUICE_CANDLES_PER_POLL: '10' }),
    ...options.settings,
  }
  const systemLane = { ...lane, venue: exchange }
  const klines: Child[] = []
  const cursors: Child[] = []
  const tickers: Child[] = []
  const traders: Child[] = []
  const marks: Child[] = []
  const positions: Child[] = []
  const risks: Child[] = []
  const byKind = {
    kline: klines,
    'symbol-cursor': cursors,
    ticker: tickers,
    trader: traders,
    mark: marks,
    position: positions,
    order: [] as Child[],
    risk: risks,
  }
  const requireAlive = () => {
    const crash = [...Object.values(byKind).flat(), simulator.child]
      .map((child) => child.crash())
      .find((each) => each !== undefined)
    if (crash !== undefined) throw new Error(crash)
  }

  const system: System = {
    hub,
    of: { venue: exchange, account: 'main' },
    redis,
    simulator,
    klines,
    cursors,
    tickers,
    traders,
    marks,
    positions,
    symbols,
    isListed: listed,
    lapMs: (symbols / (pollsPerMinute[exchange] * klineShare)) * (60_000 / rate),
    environment,
    symbolsFile,
    async start(kind, settings = {}) {
      const isOfKlines = kind === 'kline' || kind === 'symbol-cursor'
      const child = startChild(
        kind,
        process.execPath,
        [`actors/${kind}`],
        cleanEnvironment({ ...environment, ...(isOfKlines && candleSettings), ...settings }),
      )
      byKind[kind].push(child)
      stops.push(() => child.signal('SIGKILL'))
      const beats = async () => {
        requireAlive()
        return (await readLivingActors(hub.redis, hub.keys)).some(({ id }) => id.endsWith(`:${child.pid}`))
      }
      await until(`a heartbeat of ${kind}`, beats, 40_000)
      return child
    },
    async ages() {
      const [names, polls] = await Promise.all([
        readLane(hub, systemLane),
        hub.redis.hgetall(hub.keys.polls(exchange, lane.interval)),
      ])
      const now = simulator.now()
      return new Map(names.map((symbol) => [symbol, (now - Number(polls[symbol] ?? -Infinity)) / rate]))
    },
    untilPolled: (since, withinMs) => {
      let left: string[] = []
      const polled = async () => {
        requireAlive()
        const ages = await system.ages()
        left = [...ages].filter(([, ageMs]) => Date.now() - ageMs < since).map(([symbol]) => symbol)
        return ages.size > 0 && left.length === 0
      }
      return until(
        'every symbol is polled',
        polled,
        withinMs,
        () => `${left.length} not: ${left.slice(0, 5).join(', ')}`,
      )
    },
    handedOut: async () =>
      Number((await hub.redis.get(hub.keys.cursor(exchange, lane.interval, lane.name))) ?? 0),
    leader: () => {
      const find = async () => {
        const actors = await readLivingActors(hub.redis, hub.keys)
        const leading = actors.find(({ kind, fields }) => kind === 'symbol-cursor' && fields['leads'] === '1')
        return cursors.find(({ pid }) => leading?.id.endsWith(`:${pid}`) === true)
      }
      return untilFound('one symbol-cursor leads', find, 5_000)
    },
    requireAlive,
  }
  const starts = [
    ...Array.from({ length: options.klines ?? 1 }, () => system.start('kline')),
    ...Array.from({ length: options.cursors ?? (listed ? 0 : 1) }, () => system.start('symbol-cursor')),
  ]
  await Promise.all(starts)
  if (klines.length > 0 && cursors.length > 0) {
    const complete = async () => (await system.ages()).size === symbols
    await until(`a lane of ${symbols} symbols`, complete, 30_000)
    await system.untilPolled(0, 30_000)
  }
  return system
}

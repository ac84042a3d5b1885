import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { defaultLimits } from '../../lib/risk/limits.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { liveHistory, makeHistory } from './position-histories.ts'
import type { AccountLedger, HistoryAccount, HistorySymbol } from './position-histories.ts'
import { printTable, tellProgress, toCount } from './report.ts'
import { simulatedAccount } from './simulated-account.ts'
import { percentile } from './statistics.ts'
import { SymbolLedger } from './stop-ledger.ts'
import { dice, writeStormyMarket } from './stormy-market.ts'
import { readUrl } from './system.ts'

const venue = 'binanceusdm'
const accounts = 4
// The venue takes 1,200 orders in a minute of an account.
const symbolsOfAccount = 6
const symbols = Array.from({ length: symbolsOfAccount }, (_, at) => `STORM${'ABCDEF'[at]}USDT`)
const readyWithinMs = 30_000
const goneWithinMs = 25_000
const usualNotional = 2_000

// So near that the market's strides reach them now and then.
const limits = {
  rungs: [0.003, 0.0035, 0.004, 0.0045, 0.005],
  closeAllBehind: 0.0005,
  rungTolerance: 0.0005,
  backstopBeyond: 0.001,
  markAgreement: 0.02,
}

const [create, one, list] = [
  'POST /fapi/v1/algoOrder',
  'GET /fapi/v1/algoOrder',
  'GET /fapi/v1/openAlgoOrders',
]
const faults = [
  { kind: 'reject', code: -1111, path: create, probability: 0.03 },
  { kind: 'reject', code: -4045, path: create, probability: 0.02 },
  { kind: 'unknown', taken: true, path: create, probability: 0.05 },
  { kind: 'unknown', taken: false, path: create, probability: 0.01 },
  { kind: 'unknown', path: 'DELETE /fapi/v1/algoOrder', probability: 0.05 },
  { kind: 'reject', code: -2011, path: 'DELETE /fapi/v1/algoOrder', probability: 0.03 },
  { kind: 'notFoundFor', ms: 1_500, path: one, probability: 0.2 },
  { kind: 'lag', ms: 30_000, path: list, probability: 0.5 },
  { kind: 'latency', ms: 150, path: '/fapi/v1/algoOrder', probability: 0.2 },
  { kind: 'drop', path: 'stream/private/ALGO_UPDATE', probability: 0.05 },
  { kind: 'drop', path: 'stream/private/ACCOUNT_UPDATE', probability: 0.02 },
  { kind: 'reorder', path: 'stream/private', probability: 0.05 },
  { kind: 'triggerFails', status: 'REJECTED', probability: 0.1 },
  { kind: 'triggerFails', status: 'EXPIRED', probability: 0.1 },
  { kind: 'triggerFails', status: 'STUCK', probability: 0.1 },
]

/** How long positions are without stops, through the actor and against a venue that fails in every way it can. */
export const coverBench: BenchDefinition = {
  name: 'cover',
  summary: 'Positions come, change and go while the venue fails: how long they are without stops.',
  options: [
    numberOption('histories', 'positions that come and go', { fallback: 96, least: 24, most: 100_000 }),
    numberOption('seed', 'of what happens', { fallback: 1, least: 0, most: 1_000_000 }),
  ],
  async run(flags, signal) {
    const histories = flagOf(flags, 'histories')
    const roll = dice(flagOf(flags, 'seed'))
    setMaxListeners(0, signal)
    const redis = await startBenchRedis()
    const children: ChildProcess[] = []
    try {
      const held = await start(redis, children, flagOf(flags, 'seed'), signal)
      const perRound = accounts * symbolsOfAccount
      const rounds = Math.ceil(histories / perRound)
      const found: Found[] = []
      for (let round = 1; round <= rounds; round++) {
        signal.throwIfAborted()
        tellProgress(`round ${round} of ${rounds}`)
        found.push(
          ...(await Promise.race([liveRound(held, roll, signal), ...children.map(({ failed }) => failed)])),
        )
      }
      return tell(found)
    } finally {
      for (const child of children.toReversed()) await child.stop()
      await redis.stop()
    }
  },
}

/** What was found of one history. */
interface Found {
  readonly bareMs: number
  readonly bareTimes: number
  readonly placed: number
  readonly reached: number
  readonly earlyCancels: number
  readonly leftOrders: number
  readonly leftPositions: number
}

interface Held {
  readonly account: HistoryAccount
  readonly symbols: readonly (HistorySymbol & { readonly instrument: ListedInstrument })[]
}

async function start(
  redis: BenchRedis,
  children: ChildProcess[],
  seed: number,
  signal: AbortSignal,
): Promise<Held[]> {
  const run = (title: string, folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const child = startChild({ title, folder, args }, { ...redis.environment, ...more }, redis.folder)
    children.push(child)
    return child
  }
  const names = Array.from({ length: accounts }, (_, at) => `cover${at + 1}`)
  const opened = names.flatMap((name) => ['--account', `${name}:secret:USDT=1000000`])
  const market = writeStormyMarket(redis.folder, symbols, seed)
  const flags = ['--port', '0', '--log-level', 'silent', '--seed', String(seed)]
  const simulator = run('simulator', 'simulator', [...flags, ...market, ...opened])
  const url = await readUrl(simulator, signal)
  const environment = { SLUICE_EXCHANGE_URL: url, SLUICE_LOG_LEVEL: 'error' }
  run('symbol-cursor', 'actors/symbol-cursor', ['--address', 'bench'], environment)
  const instruments = await untilFound('instruments', signal, async () => {
    const known = await readInstruments(redis.hub, venue)
    return symbols.every((symbol) => known.has(symbol)) ? known : undefined
  })
  for (const [at, name] of names.entries()) {
    const place = ['--address', `bench-${name}`, '--local-address', `127.0.0.${20 + at}`]
    run(`risk-${name}`, 'actors/risk', ['--account', name, '--live', ...place], {
      ...environment,
      [`SLUICE_KEY_${name.toUpperCase()}`]: name,
      [`SLUICE_SECRET_${name.toUpperCase()}`]: 'secret',
      SLUICE_RISK_LIMITS: JSON.stringify(limits),
    })
  }
  await untilFound('risk actors', signal, async () => {
    const actors = await readLivingActors(redis.hub.redis, redis.hub.keys)
    const ready = actors.filter(({ kind, fields }) => kind === 'risk' && fields['connected'] === '1')
    return ready.length === accounts ? true : undefined
  })
  const usable = symbols.map((symbol) => toSymbol(instruments.get(symbol)))
  await postFaults(url, faults)
  return names.map((key) => ({ account: openAccount(url, key), symbols: usable }))
}

/** One history of each symbol of each account; then whatever is left is left over. */
async function liveRound(held: readonly Held[], roll: () => number, signal: AbortSignal): Promise<Found[]> {
  const since = Date.now()
  const lives = held.flatMap(({ account, symbols: all }) =>
    all.map((symbol) => liveHistory(account, symbol, makeHistory(roll, symbol), signal)),
  )
  await Promise.all(lives)
  const left = await untilGone(held, signal)
  return held.flatMap(({ account, symbols: all }, at) =>
    all.map(({ symbol, instrument }) => judge(left[at], since, symbol, instrument, account.key)),
  )
}

/** The ledgers when no stop and no position is left, or when that took too long. */
async function untilGone(held: readonly Held[], signal: AbortSignal): Promise<AccountLedger[]> {
  const giveUpAt = Date.now() + goneWithinMs
  for (;;) {
    const ledgers = await Promise.all(held.map(({ account }) => account.readLedger()))
    const isGone = ledgers.every(
      ({ openAlgoOrders, positions }) =>
        openAlgoOrders.length === 0 && positions.every(({ size }) => Number(size) === 0),
    )
    if (isGone || Date.now() > giveUpAt) return ledgers
    await sleep(200, undefined, { signal })
  }
}

function judge(
  ledger: AccountLedger | undefined,
  since: number,
  symbol: string,
  { maxMarketQty }: ListedInstrument,
  key: string,
): Found {
  if (ledger === undefined) throw new Error('a ledger is missing')
  const stops = new SymbolLedger(ledger, symbol)
  const spans = stops
    .bareSpans(defaultLimits.replaceBeyond, Number(maxMarketQty ?? Infinity))
    .filter(({ to }) => to >= since)
  const bareMs = Math.max(0, ...spans.map(({ from, to }) => to - Math.max(from, since)))
  if (bareMs > 3_000) tellProgress(`${key} ${symbol}: ${bareMs} ms without cover: ${JSON.stringify(spans)}`)
  const isHere = (row: Readonly<Record<string, unknown>>) => row['symbol'] === symbol
  return {
    bareMs,
    bareTimes: spans.length,
    ...stops.counts(since),
    earlyCancels: stops.earlyCancels(defaultLimits.replaceBeyond, since),
    leftOrders: ledger.openAlgoOrders.filter(isHere).length,
    leftPositions: ledger.positions.filter((row) => row.symbol === symbol && Number(row.size) !== 0).length,
  }
}

function tell(found: readonly Found[]): Figures {
  const bare = found.map(({ bareMs }) => bareMs)
  const sum = (of: (each: Found) => number) => found.reduce((total, each) => total + of(each), 0)
  const figures = {
    histories: found.length,
    bareTimes: sum(({ bareTimes }) => bareTimes),
    stops: sum(({ placed }) => placed),
    stopsReached: sum(({ reached }) => reached),
    uncoveredP50Ms: percentile(bare, 0.5),
    uncoveredP99Ms: percentile(bare, 0.99),
    uncoveredMaxMs: Math.max(...bare),
    earlyCancels: sum(({ earlyCancels }) => earlyCancels),
    leftOrders: sum(({ leftOrders }) => leftOrders),
    leftPositions: sum(({ leftPositions }) => leftPositions),
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`
  printTable([
    { figure: 'longest without cover, p50', measured: ms(figures.uncoveredP50Ms), beside: 'of a history' },
    { figure: 'longest without cover, p99', measured: ms(figures.uncoveredP99Ms), beside: 'target 3,000 ms' },
    { figure: 'longest without cover', measured: ms(figures.uncoveredMaxMs), beside: '' },
    { figure: 'cancelled early', measured: toCount(figures.earlyCancels), beside: 'target 0' },
    { figure: 'stops left over', measured: toCount(figures.leftOrders), beside: 'target 0' },
    { figure: 'positions left over', measured: toCount(figures.leftPositions), beside: 'target 0' },
    {
      figure: 'histories',
      measured: toCount(figures.histories),
      beside: `${toCount(figures.stops)} stops, ${toCount(figures.stopsReached)} came to their price`,
    },
  ])
  return figures
}

function openAccount(url: string, key: string): HistoryAccount {
  // At rate 1 the simulator's clock is this machine's.
  const trading = simulatedAccount(url, { key, secret: 'secret' }, Date.now)
  return {
    key,
    trading,
    async readLedger() {
      const answer = await fetch(`${url}/_sim/account?key=${key}`, { signal: AbortSignal.timeout(5_000) })
      return (await answer.json()) as AccountLedger
    },
  }
}

function toSymbol(instrument: ListedInstrument | undefined): Held['symbols'][number] {
  if (instrument?.lotSize === undefined) throw new Error('an instrument has no lot')
  const { symbol, lotSize, maxMarketQty } = instrument
  // A market maximum is worth about half a million: what a usual position is worth tells its lots.
  const worth = 500_000 / Number(maxMarketQty ?? 1)
  const usualLots = Math.max(1, Math.round(usualNotional / worth / Number(lotSize)))
  return { symbol, lotSize, usualLots, instrument }
}

async function postFaults(url: string, rules: readonly object[]): Promise<void> {
  const sent = { method: 'POST', body: JSON.stringify(rules), signal: AbortSignal.timeout(5_000) }
  const answer = await fetch(`${url}/_sim/faults`, sent)
  if (!answer.ok) throw new Error(`the simulator took no faults: ${await answer.text()}`)
}

async function untilFound<T>(
  what: string,
  signal: AbortSignal,
  find: () => Promise<T | undefined>,
): Promise<T> {
  const giveUpAt = Date.now() + readyWithinMs
  while (Date.now() < giveUpAt) {
    const found = await find()
    if (found !== undefined) return found
    await sleep(100, undefined, { signal })
  }
  throw new Error(`expected ${what} within ${readyWithinMs} ms`)
}

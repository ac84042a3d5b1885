import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultLimits } from '../../lib/risk/limits.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchVenue } from './bench-venue.ts'
import { venueIn, venueOption } from './bench-venues.ts'
import type { ChildProcess } from './child-process.ts'
import { startCovered } from './covered-accounts.ts'
import type { CoveredAccount, CoveredSymbol } from './covered-accounts.ts'
import { liveHistory, makeHistory } from './position-histories.ts'
import type { AccountLedger } from './position-histories.ts'
import { printTable, tellProgress, toCount } from './report.ts'
import { percentile } from './statistics.ts'
import { SymbolLedger } from './stop-ledger.ts'
import { dice } from './stormy-market.ts'

const goneWithinMs = 25_000

/** How long positions are without stops, through the actor and against a venue that fails in every way it can. */
export const coverBench: BenchDefinition = {
  name: 'cover',
  summary: 'Positions come, change and go while the venue fails: how long they are without stops.',
  options: [
    venueOption(),
    numberOption('histories', 'positions that come and go', { fallback: 96, least: 24, most: 100_000 }),
    numberOption('seed', 'of what happens', { fallback: 1, least: 0, most: 1_000_000 }),
  ],
  async run(flags, signal) {
    const of = { speaks: venueIn(flags), histories: flagOf(flags, 'histories'), seed: flagOf(flags, 'seed') }
    return tell(await measureCover(of, signal))
  },
}

/** How positions of several accounts were covered by stops; spans in venue ms. */
export interface CoverFigures {
  readonly histories: number
  readonly bareTimes: number
  readonly stops: number
  readonly stopsReached: number
  /** longest of a history */
  readonly uncoveredP50Ms: number
  readonly uncoveredP99Ms: number
  readonly uncoveredMaxMs: number
  readonly earlyCancels: number
  readonly leftOrders: number
  readonly leftPositions: number
  /** requests, messages and triggers that went wrong */
  readonly failures: number
}

/** Lets positions come, change and go at a venue that fails, with a risk actor for each of their accounts. */
export async function measureCover(
  of: { readonly speaks: BenchVenue; readonly histories: number; readonly seed: number },
  signal: AbortSignal,
): Promise<CoverFigures> {
  const { speaks, histories, seed } = of
  const roll = dice(seed)
  setMaxListeners(0, signal)
  const redis = await startBenchRedis()
  const children: ChildProcess[] = []
  try {
    const { accounts: held, readFailures } = await startCovered(redis, children, { speaks, seed }, signal)
    const perRound = held.reduce((sum, { symbols }) => sum + symbols.length, 0)
    const rounds = Math.ceil(histories / perRound)
    const found: Found[] = []
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted()
      tellProgress(`round ${round} of ${rounds}`)
      found.push(
        ...(await Promise.race([liveRound(held, roll, signal), ...children.map(({ failed }) => failed)])),
      )
    }
    return toFigures(found, await readFailures())
  } finally {
    for (const child of children.toReversed()) await child.stop()
    await redis.stop()
  }
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

/** One history of each symbol of each account; then whatever is left is left over. */
async function liveRound(
  held: readonly CoveredAccount[],
  roll: () => number,
  signal: AbortSignal,
): Promise<Found[]> {
  const since = Date.now()
  const lives = held.flatMap(({ account, symbols: all }) =>
    all.map((symbol) => liveHistory(account, symbol, makeHistory(roll, symbol), signal)),
  )
  await Promise.all(lives)
  const left = await untilGone(held, signal)
  return held.flatMap(({ account, symbols: all }, at) =>
    all.map((symbol) => judge(left[at], since, symbol, account.key)),
  )
}

/** The ledgers when no stop and no position is left, or when that took too long. */
async function untilGone(held: readonly CoveredAccount[], signal: AbortSignal): Promise<AccountLedger[]> {
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
  { symbol, maxMarketQty }: CoveredSymbol,
  key: string,
): Found {
  if (ledger === undefined) throw new Error('a ledger is missing')
  const stops = new SymbolLedger(ledger, symbol)
  const spans = stops.bareSpans(defaultLimits.replaceBeyond, maxMarketQty).filter(({ to }) => to >= since)
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

function toFigures(found: readonly Found[], failures: ReadonlyMap<string, number>): CoverFigures {
  const never = [...failures].filter(([, count]) => count === 0).map(([name]) => name)
  if (never.length > 0) tellProgress(`never failed: ${never.join(', ')}`)
  const bare = found.map(({ bareMs }) => bareMs)
  const sum = (of: (each: Found) => number) => found.reduce((total, each) => total + of(each), 0)
  return {
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
    failures: [...failures.values()].reduce((total, count) => total + count, 0),
  }
}

function tell(figures: CoverFigures): Figures {
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
    {
      figure: 'failures of the venue',
      measured: toCount(figures.failures),
      beside: 'requests, messages and triggers',
    },
  ])
  return { ...figures }
}

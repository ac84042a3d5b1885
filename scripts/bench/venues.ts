import { flagOf, numberOption, wordOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { measureAccount } from './account.ts'
import type { AccountFigures } from './account.ts'
import type { BenchVenue } from './bench-venue.ts'
import { benchVenues } from './bench-venues.ts'
import { measureCover } from './cover.ts'
import type { CoverFigures } from './cover.ts'
import { measureCrashes } from './crash-orders.ts'
import type { CrashFigures } from './crash-run.ts'
import { measureLap } from './lap.ts'
import type { LapFigures } from './lap.ts'
import { printColumns, tellProgress, toCount, toPercent, toSeconds } from './report.ts'
import { runConformance } from './run-conformance.ts'
import type { Counts } from '../run-tests/run-mocha.ts'

const share = 0.95

/** What every venue must reach, measured at each of them the same way. */
export const venuesBench: BenchDefinition = {
  name: 'venues',
  summary:
    'Every venue on its own: conformance, lap, exact candles, its account, orders of killed processes, cover.',
  options: [
    wordOption('venue', 'whose wire', ['all', ...benchVenues.map(({ id }) => id)]),
    numberOption('symbols', 'symbols in the lane', { fallback: 200, least: 1, most: 2_000 }),
    numberOption('windows', 'whole minutes of the lap; 0: none', { fallback: 1, least: 0, most: 9 }),
    numberOption('fills', 'fills for each source of the account; 0: none', {
      fallback: 30,
      least: 0,
      most: 5_000,
    }),
    numberOption('submits', 'signals handed in by processes that are killed; 0: none', {
      fallback: 60,
      least: 0,
      most: 100_000,
    }),
    numberOption('histories', 'positions that come and go; 0: none', {
      fallback: 24,
      least: 0,
      most: 100_000,
    }),
    numberOption('conformance', '0: without the conformance suite', { fallback: 1, least: 0, most: 1 }),
    numberOption('seed', 'of what happens to the positions', { fallback: 1, least: 0, most: 1_000_000 }),
  ],
  async run(flags, signal) {
    const wanted = benchVenues.filter(({ id }) => ['all', id].includes(String(flags['venue'])))
    const of = {
      symbols: flagOf(flags, 'symbols'),
      windows: flagOf(flags, 'windows'),
      fills: flagOf(flags, 'fills'),
      submits: flagOf(flags, 'submits'),
      histories: flagOf(flags, 'histories'),
      conformance: flagOf(flags, 'conformance'),
      seed: flagOf(flags, 'seed'),
    }
    const found: Found[] = []
    for (const speaks of wanted) found.push(await measureVenue(speaks, of, signal))
    tell(found)
    return found.map(toLine)
  },
}

type Wanted = Readonly<
  Record<'symbols' | 'windows' | 'fills' | 'submits' | 'histories' | 'conformance' | 'seed', number>
>

/** What was measured at a venue; undefined what was not asked for. */
interface Found {
  readonly speaks: BenchVenue
  readonly conformance: Counts | undefined
  readonly lap: LapFigures | undefined
  readonly account: AccountFigures | undefined
  readonly crashes: CrashFigures | undefined
  readonly cover: CoverFigures | undefined
}

// One after the other: each of them is a whole system.
async function measureVenue(speaks: BenchVenue, of: Wanted, signal: AbortSignal): Promise<Found> {
  const { symbols, windows, fills, submits, histories, seed } = of
  async function run<T>(what: string, wanted: number, work: () => Promise<T>): Promise<T | undefined> {
    if (wanted === 0) return undefined
    tellProgress(`${speaks.id}: ${what}`)
    return work()
  }
  return {
    speaks,
    conformance: await run('the conformance suite', of.conformance, () => runConformance(speaks.id, signal)),
    lap: await run('its lap', windows, () =>
      measureLap({ speaks, symbols, processes: 1, addresses: 1, windows, share }, signal),
    ),
    account: await run('its account', fills, () => measureAccount({ speaks, fills }, signal)),
    crashes: await run('orders of killed processes', submits, () =>
      measureCrashes({ speaks, submits, rate: 1 }, signal),
    ),
    cover: await run('stops', histories, () => measureCover({ speaks, histories, seed }, signal)),
  }
}

function tell(found: readonly Found[]): void {
  const row = (figure: string, target: string, of: (each: Found) => string | undefined) => ({
    figure,
    target,
    cells: found.map((each) => of(each) ?? '-'),
  })
  const count = (value: number | undefined) => (value === undefined ? undefined : toCount(value))
  const ms = (value: number | undefined) => (value === undefined ? undefined : `${value.toFixed(0)} ms`)
  const rows = [
    row('conformance, passed', '', ({ conformance }) => count(conformance?.passed)),
    row('  failed', '0', ({ conformance }) => count(conformance?.failed)),
    row('symbols', '', ({ lap }) => count(lap?.symbols)),
    row('lap, p95 of the gaps', '', ({ lap }) => lap && toSeconds(lap.lapMs)),
    row('  bound', '', ({ lap }) => lap && toSeconds(lap.boundMs)),
    row('  lap of bound', '110 %', ({ lap }) => lap && toPercent(lap.lapMs / lap.boundMs)),
    row('  used of what is permitted', '95 %', ({ lap }) => lap && toPercent(lap.usedShare)),
    row('  refused by a limit', '0', ({ lap }) => count(lap?.limitErrors)),
    row('final candles that differ', '0', ({ lap }) => count(lap?.candlesDiffering)),
    row('  of', '', ({ lap }) => count(lap?.candles)),
    row('account by stream, p50', '', ({ account }) => ms(account?.streamP50Ms)),
    row('  by stream, p99', '20 ms', ({ account }) => ms(account?.streamP99Ms)),
    row('  by REST, p50', '', ({ account }) => ms(account?.riskP50Ms)),
    row('  records that differ at last', '0', ({ account }) => count(account?.accountDifferences)),
    row('  refused by a limit', '0', ({ account }) => count(account?.accountLimitErrors)),
    row('signals handed in', '', ({ crashes }) => count(crashes?.submits)),
    row('  processes killed', '', ({ crashes }) => count(crashes?.kills)),
    row('  Redis killed', '', ({ crashes }) => count(crashes?.redisKills)),
    row('  orders too many', '0', ({ crashes }) => count(crashes?.duplicates)),
    row('  outcomes lost', '0', ({ crashes }) => count(crashes?.lost)),
    row('  outcomes known too late', '0', ({ crashes }) => count(crashes?.unknownAfter30s)),
    row('positions that came and went', '', ({ cover }) => count(cover?.histories)),
    row('  without cover, p99', '3,000 ms', ({ cover }) => ms(cover?.uncoveredP99Ms)),
    row('  without cover, max', '', ({ cover }) => ms(cover?.uncoveredMaxMs)),
    row('  stops cancelled early', '0', ({ cover }) => count(cover?.earlyCancels)),
    row('  orders and positions left', '0', ({ cover }) =>
      count(cover && cover.leftOrders + cover.leftPositions),
    ),
  ]
  printColumns(
    found.map(({ speaks }) => speaks.id),
    rows.filter(({ cells }) => cells.some((cell) => cell !== '-')),
  )
}

/** A venue's line; what was not measured is not in it. */
function toLine({ speaks, conformance, lap, account, crashes, cover }: Found) {
  const all = {
    venue: speaks.id,
    symbols: lap?.symbols,
    lapMs: lap?.lapMs,
    boundMs: lap?.boundMs,
    limitErrors: lap?.limitErrors,
    conformancePassed: conformance?.passed,
    conformanceFailed: conformance?.failed,
    usedShare: lap?.usedShare,
    candles: lap?.candles,
    candlesDiffering: lap?.candlesDiffering,
    ...account,
    submits: crashes?.submits,
    kills: crashes?.kills,
    redisKills: crashes?.redisKills,
    duplicates: crashes?.duplicates,
    lost: crashes?.lost,
    unknownAfter30s: crashes?.unknownAfter30s,
    ...cover,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}

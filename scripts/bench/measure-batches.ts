import type { Figures } from './bench.ts'
import type { BenchRedis } from './bench-redis.ts'
import { batchShapes, openBatchMarket, rowsPerCall } from './merge-batches.ts'
import type { BatchKind, BatchMarket, BatchShape } from './merge-batches.ts'
import { tellProgress, toCount, toPercent } from './report.ts'
import type { Row } from './report.ts'
import { median } from './statistics.ts'

const marketSizes = [50, 1_000] as const
const kinds: readonly BatchKind[] = ['winning', 'unchanged']
const bareCommands: Readonly<Record<BatchKind, string>> = {
  winning: 'ZREMRANGEBYSCORE and ZADD',
  unchanged: 'ZRANGE',
}
const targets: Readonly<Record<BatchKind, number>> = { winning: 60_000, unchanged: 250_000 }

interface Case {
  readonly market: BatchMarket
  readonly shape: BatchShape
  readonly kind: BatchKind
  /** rows a second of Redis's CPU, per round */
  readonly perCpuS: number[]
  /** the same of the bare commands */
  readonly plainPerCpuS: number[]
}

/**
 * Rows merged in calls of 500, by second of Redis's CPU, in a small and a large market, beside the bare commands that
 * store or read as many rows: medians of rounds.
 */
export async function measureBatches(
  redis: BenchRedis,
  of: { rounds: number; roundMs: number },
  signal: AbortSignal,
): Promise<{ rows: Row[]; figures: Figures }> {
  tellProgress(`filling markets of ${marketSizes.join(' and ')} symbols`)
  const markets: BatchMarket[] = []
  for (const size of marketSizes) markets.push(await openBatchMarket(redis, size))
  const cases: Case[] = kinds.flatMap((kind) =>
    batchShapes.flatMap((shape) =>
      markets
        .filter(({ symbols }) => symbols >= shape.symbolsPerCall)
        .map((market) => ({ market, shape, kind, perCpuS: [], plainPerCpuS: [] })),
    ),
  )
  for (let round = 1; round <= of.rounds; round++) {
    tellProgress(`${rowsPerCall} rows a call, round ${round} of ${of.rounds}`)
    for (const { market, shape, kind, perCpuS, plainPerCpuS } of cases) {
      signal.throwIfAborted()
      perCpuS.push(await market.measure(shape, kind, of.roundMs))
      plainPerCpuS.push(await market.measurePlain(shape, kind, of.roundMs / 2))
    }
  }
  return {
    rows: [...cases.map(toRow), ...kinds.flatMap((kind) => toGrowth(cases, kind))],
    figures: Object.assign({}, ...kinds.map((kind) => toFigures(cases, kind))),
  }
}

function toRow({ market, shape, kind, perCpuS, plainPerCpuS }: Case): Row {
  const rows = median(perCpuS)
  const plain = `${bareCommands[kind]} alone ${toUs(plainPerCpuS)}`
  return {
    figure: `${kind} rows, ${shape.title} of ${market.symbols}`,
    measured: `${toCount(rows)}/CPU s`,
    beside: `${toUs(perCpuS)} a row, ${plain}; target ${toCount(targets[kind])}`,
  }
}

function toUs(perCpuS: readonly number[]): string {
  return `${(1e6 / median(perCpuS)).toFixed(2)} us`
}

/** What a row costs more in the large market than in the small one, and how much of that the bare commands do. */
function toGrowth(cases: readonly Case[], kind: BatchKind): Row[] {
  return batchShapes.flatMap((shape) => {
    const [small, large] = cases.filter((each) => each.kind === kind && each.shape === shape)
    if (small === undefined || large === undefined) return []
    const growth = (of: 'perCpuS' | 'plainPerCpuS') =>
      median(small[of].map((rate, i) => rate / (large[of][i] ?? 0)))
    const moreUs = (of: 'perCpuS' | 'plainPerCpuS') => 1e6 / median(large[of]) - 1e6 / median(small[of])
    return {
      figure: `${kind} row, ${shape.title}: ${large.market.symbols} beside ${small.market.symbols}`,
      measured: toPercent(growth('perCpuS')),
      beside:
        `${moreUs('perCpuS').toFixed(2)} us more; ${bareCommands[kind]} alone ` +
        `${toPercent(growth('plainPerCpuS'))}, ${moreUs('plainPerCpuS').toFixed(2)} us more`,
    }
  })
}

/** The headline is of the shape that both sizes can take; the live candles of a stream are told beside it. */
function toFigures(cases: readonly Case[], kind: BatchKind): Figures {
  const ofKind = cases.filter((each) => each.kind === kind)
  const named = (name: BatchShape['name']) => ofKind.filter(({ shape }) => shape.name === name)
  const least = (of: readonly Case[]) => Math.min(...of.map(({ perCpuS }) => median(perCpuS)))
  return {
    [`${kind}RowsPerCpuS`]: least(named('repair')),
    ...Object.fromEntries(
      named('repair').map(({ market, perCpuS }) => [`${kind}RowsPerCpuS${market.symbols}`, median(perCpuS)]),
    ),
    [`${kind}PollRowsPerCpuS`]: least(named('poll')),
    [`${kind}LiveRowsPerCpuS`]: least(named('live')),
    ...Object.fromEntries(
      named('repair').map(({ market, plainPerCpuS }) => [
        `${kind}PlainRowsPerCpuS${market.symbols}`,
        median(plainPerCpuS),
      ]),
    ),
  }
}

import type { Figures } from './bench.ts'
import type { BenchRedis } from './bench-redis.ts'
import { batchShapes, openBatchMarket, rowsPerCall } from './merge-batches.ts'
import type { BatchKind, BatchMarket, BatchShape } from './merge-batches.ts'
import { tellProgress, toCount } from './report.ts'
import type { Row } from './report.ts'
import { median } from './statistics.ts'

const marketSizes = [50, 1_000] as const
const kinds: readonly BatchKind[] = ['winning', 'unchanged']
const targets: Readonly<Record<BatchKind, number>> = { winning: 60_000, unchanged: 250_000 }

interface Case {
  readonly market: BatchMarket
  readonly shape: BatchShape
  readonly kind: BatchKind
  /** rows a second of Redis's CPU, per round */
  readonly perCpuS: number[]
}

/** Rows merged in calls of 500, by second of Redis's CPU, in a small and a large market: medians of rounds. */
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
        .map((market) => ({ market, shape, kind, perCpuS: [] })),
    ),
  )
  for (let round = 1; round <= of.rounds; round++) {
    tellProgress(`${rowsPerCall} rows a call, round ${round} of ${of.rounds}`)
    for (const { market, shape, kind, perCpuS } of cases) {
      signal.throwIfAborted()
      perCpuS.push(await market.measure(shape, kind, of.roundMs))
    }
  }
  return {
    rows: cases.map(toRow),
    figures: Object.assign({}, ...kinds.map((kind) => toFigures(cases, kind))),
  }
}

function toRow({ market, shape, kind, perCpuS }: Case): Row {
  const rows = median(perCpuS)
  return {
    figure: `${kind} rows, ${shape.title} of ${market.symbols}`,
    measured: `${toCount(rows)}/CPU s`,
    beside: `${(1e6 / rows).toFixed(2)} us a row; target ${toCount(targets[kind])}`,
  }
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
  }
}

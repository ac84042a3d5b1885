import { setImmediate as nextTurn } from 'node:timers/promises'
import { visitFeedMessage } from '../../lib/market/feed-message.ts'
import type { FeedVisitor } from '../../lib/market/feed-message.ts'
import { Ledger } from '../../lib/market/ledger.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { printTable, toCount } from './report.ts'
import type { Row } from './report.ts'
import { median } from './statistics.ts'

const minuteMs = 60_000
const startTime = 1_764_000_000_000
const history = 500
const messages = 400

/** How fast one core turns feed messages into a ledger and reads it. */
export const ledgerBench: BenchDefinition = {
  name: 'ledger',
  summary: 'Deltas decoded, applied and evaluated, and full scans of the ledger, on one core.',
  options: [
    numberOption('rounds', 'rounds, whose medians are told', { fallback: 9, least: 1, most: 100 }),
    numberOption('round-ms', 'how long each measurement of a round takes', {
      fallback: 300,
      least: 20,
      most: 10_000,
    }),
    numberOption('batch', 'changed symbols in one message', { fallback: 8, least: 1, most: 200 }),
  ],
  async run(flags, signal) {
    const rows: Row[] = []
    const lines: Figures[] = []
    for (const symbols of [200, 500]) {
      const of = {
        symbols,
        rounds: flagOf(flags, 'rounds'),
        roundMs: flagOf(flags, 'roundMs'),
        batch: flagOf(flags, 'batch'),
      }
      const figures = await measure(of, signal)
      lines.push({ symbols, deltasPerS: 1e6 / figures.deltaUs, evaluationsPerMin: figures.evaluationsPerMin })
      rows.push(
        {
          figure: `${symbols} symbols: deltas`,
          measured: `${toCount(1e6 / figures.deltaUs)}/s`,
          beside: 'target 500,000/s',
        },
        {
          figure: '  µs per delta',
          measured: figures.deltaUs.toFixed(3),
          beside: 'decode, apply and evaluate',
        },
        { figure: '    decode', measured: figures.parseUs.toFixed(3), beside: '' },
        { figure: '    apply', measured: (figures.applyUs - figures.parseUs).toFixed(3), beside: '' },
        { figure: '    evaluate', measured: (figures.deltaUs - figures.applyUs).toFixed(3), beside: '' },
        {
          figure: '  full scans',
          measured: `${toCount(figures.evaluationsPerMin)}/min`,
          beside: 'target 100,000,000/min of symbol evaluations; the system before this one: 70,000/min',
        },
      )
    }
    printTable(rows)
    return lines
  },
}

interface Measured {
  readonly parseUs: number
  readonly applyUs: number
  readonly deltaUs: number
  readonly evaluationsPerMin: number
}

async function measure(
  of: { symbols: number; rounds: number; roundMs: number; batch: number },
  signal: AbortSignal,
): Promise<Measured> {
  const ledger = fillLedger(of.symbols)
  const rings = ledger.candles('1m')
  const feed = makeMessages(of.symbols, of.batch)
  let signals = 0
  // The strategy reads the last two candles: a fall of more than 1 % against the close before.
  const evaluate = (slot: number): void => {
    const at = rings.at(slot)
    const before = rings.at(slot, 1)
    if (before < 0) return
    if (ledger.liveClose(rings, slot, at) < (rings.close[before] as number) * 0.99) signals += 1
  }
  const drop: FeedVisitor = { kline() {}, polled() {}, ticker() {}, tickersPolled() {} }
  const each = { parse: [] as number[], apply: [] as number[], whole: [] as number[], scan: [] as number[] }
  for (let round = 0; round < of.rounds; round++) {
    signal.throwIfAborted()
    each.parse.push(usPer(of.roundMs, feed, (message) => visitFeedMessage(message, drop)))
    each.apply.push(
      usPer(of.roundMs, feed, (message) => {
        const told = visitFeedMessage(message, ledger)
        ledger.takeChanged(ignore)
        return told
      }),
    )
    each.whole.push(
      usPer(of.roundMs, feed, (message) => {
        const told = visitFeedMessage(message, ledger)
        ledger.takeChanged(evaluate)
        return told
      }),
    )
    each.scan.push(
      usPer(of.roundMs, [undefined], () => {
        for (let slot = 0; slot < of.symbols; slot++) evaluate(slot)
        return of.symbols
      }),
    )
    await nextTurn()
  }
  if (signals < 0) throw new Error('the strategy was not evaluated')
  return {
    parseUs: median(each.parse),
    applyUs: median(each.apply),
    deltaUs: median(each.whole),
    evaluationsPerMin: 60e6 / median(each.scan),
  }
}

function ignore(): void {}

/** µs for each of what `run` says it did, over about `forMs`. */
function usPer<T>(forMs: number, of: readonly T[], run: (each: T) => number): number {
  const begin = performance.now()
  let done = 0
  while (performance.now() - begin < forMs) for (const each of of) done += run(each)
  return ((performance.now() - begin) * 1000) / done
}

function fillLedger(symbols: number): Ledger {
  const ledger = new Ledger({ capacity: symbols, intervals: ['1m'], length: history })
  for (let index = 0; index < symbols; index++) {
    ledger.add({ symbol: `S${index}`, index })
    for (let minute = 0; minute < history; minute++) {
      ledger.kline(minuteMs, index, startTime + minute * minuteMs, 100, 101, 99, 100 + (index % 3), 10, 2)
    }
    ledger.polled(minuteMs, index, startTime + history * minuteMs)
    ledger.ticker(index, startTime + history * minuteMs, 99.9, 5, 100.1, 5)
  }
  return ledger
}

/** Messages as klines-merge.lua packs them: the live candle of some symbols, each with a little more volume. */
function makeMessages(symbols: number, batch: number): Uint8Array[] {
  return Array.from({ length: messages }, (_, number) => {
    const message = Buffer.alloc(24 + batch * 63)
    message.write('k', 0, 'latin1')
    message.writeUInt8(1, 1)
    message.writeUInt32LE(60, 2)
    message.writeDoubleLE(1, 6)
    message.writeDoubleLE(number + 1, 14)
    message.writeUInt16LE(batch, 22)
    for (let i = 0; i < batch; i++) {
      const at = 24 + i * 63
      const index = (number * batch + i) % symbols
      message.writeUInt32LE(index, at)
      message.writeDoubleLE(startTime + history * minuteMs + number, at + 4)
      message.writeUInt16LE(1, at + 12)
      const row = [startTime + history * minuteMs, 100, 101, 98, 99 + (number % 5) / 2, 10 + number]
      for (const [field, value] of row.entries()) message.writeDoubleLE(value, at + 14 + 8 * field)
      message.writeUInt8(0, at + 62)
    }
    return message
  })
}

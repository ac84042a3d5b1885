import { expect } from 'chai'
import { backfillAll } from '../support/backfill-all.ts'
import { withFolder } from '../support/folder.ts'
import { findRecorded, readRecording, recordedTruth } from '../support/recording.ts'
import type { Candle } from '../support/simulator.ts'
import { withSystems } from '../support/system.ts'
import { requireExact } from '../support/truth.ts'
import { tell } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const rate = 3
const backfilled = 1_000
// Of so many recorded symbols one is compared.
const oneOf = soak ? 1 : 6

/** Finals that equal the recording after a lap, and after a backfill; anything else fails. */
async function compare(
  open: ReturnType<typeof withSystems>,
  path: string,
  recording: ReadonlyMap<string, readonly Candle[]>,
): Promise<{ symbols: number; afterLap: number; afterBackfill: number }> {
  const system = await open({
    rate,
    share: 0.5,
    history: true,
    symbols: recording.size,
    simulatorFlags: ['--replay', path],
    // Few slots for polls, so that the backfill's one has its share of the weight.
    settings: { SLUICE_KLINE_RETENTION: '1100', SLUICE_CONCURRENCY: '2' },
  })
  const truth = await recordedTruth(system, recording)
  const afterLap = await requireExact(system, truth)
  await backfillAll(system, backfilled)
  const afterBackfill = await requireExact(system, truth)
  tell(
    `${recording.size} symbols: ${afterLap} finals after a lap, ${afterBackfill} after a backfill, 0 differences`,
  )
  return { symbols: recording.size, afterLap, afterBackfill }
}

const pathOf = (file: string) => `klines/${file}.csv.gz`

describe('final candles equal the recorded ones, decimal for decimal', () => {
  const open = withSystems()
  const folder = withFolder()

  const recordings = [
    [64, 'binance-spot_1m_2021-05-07_to_05-13_64sym'],
    [10, 'binance-usdm_1m_2025-06-02_10sym'],
  ] as const
  for (const [count, file] of soak ? recordings : recordings.slice(0, 1)) {
    it(`after a lap and after a backfill, on the recording of ${count} symbols`, async function () {
      this.timeout(120_000)
      const path = findRecorded(pathOf(file))
      if (path === undefined) {
        console.log('      skipped: no recorded data')
        return this.skip()
      }
      const recording = readRecording(path, oneOf)
      const chosen = new Map([...recording].filter(([, candles]) => candles.length > 0))
      const { symbols, afterLap, afterBackfill } = await compare(
        open,
        folder.write(`${file}.csv`, toRecording(chosen)),
        chosen,
      )
      expect(recording).to.have.lengthOf(count)
      expect(symbols).to.equal(Math.ceil(count / oneOf))
      expect(afterLap).to.be.at.least(symbols * 95)
      expect(afterBackfill).to.be.at.least(symbols * 900)
    })
  }

  // Where the recording is, the soak alone needs it beside.
  if (soak || recordings.every(([, file]) => findRecorded(pathOf(file)) === undefined))
    it('after a lap and after a backfill, on a made-up recording with all kinds of numbers and with missing minutes', async function () {
      this.timeout(60_000)
      const path = folder.write('made-up.csv', toCsv(madeUpRows()))
      const { symbols, afterLap, afterBackfill } = await compare(open, path, readRecording(path))
      expect(afterLap).to.be.at.least(symbols * 90)
      expect(afterBackfill).to.be.at.least(symbols * 900)
    })
})

// Decimals of price and volume; together with their whole parts they fill what a double holds exactly.
const shapes = [
  { symbol: 'AUSDT', price: 8, volume: 0, from: 123 },
  { symbol: 'BUSDT', price: 0, volume: 8, from: 9_000_000 },
  { symbol: 'CUSDT', price: 2, volume: 3, from: 10_012_345 },
  { symbol: 'DUSDT', price: 10, volume: 1, from: 123_456_789_012 },
  { symbol: 'EUSDT', price: 5, volume: 5, from: 99_999 },
]

/** 1,400 minutes of five symbols; some minutes trade nothing, and some are absent. */
function madeUpRows(): string[] {
  const firstMinute = Date.UTC(2024, 1, 29) / 60_000
  return shapes.flatMap(({ symbol, price, volume, from }, at) => {
    let last = from
    return Array.from({ length: 1_400 }, (_, minute) => {
      const dice = (minute * 7_919 + at * 104_729) % 1_009
      if (dice % 53 === 0 && minute > 0) return undefined
      const open = last
      last = Math.max(10, open + (dice % 17) - 8)
      const [high, low] = [Math.max(open, last) + (dice % 5), Math.min(open, last) - (dice % 3)]
      const lots = dice % 11 === 0 ? 0 : dice * 104_729 * 997
      const prices = [open, high, low, last].map((ticks) => numberOf(ticks, price, dice))
      return [symbol, (firstMinute + minute) * 60_000, ...prices, numberOf(lots, volume, dice)].join(',')
    }).filter((row) => row !== undefined)
  })
}

function toRecording(recording: ReadonlyMap<string, readonly Candle[]>): string {
  return toCsv(
    [...recording].flatMap(([symbol, candles]) => candles.map((each) => [symbol, ...each].join(','))),
  )
}

function toCsv(rows: readonly string[]): string {
  return `symbol,openTime,open,high,low,close,volume\n${rows.join('\n')}\n`
}

// Now and then without trailing zeros, as recordings have it.
function numberOf(units: number, digits: number, dice: number): string {
  const padded = String(units).padStart(digits + 1, '0')
  const text = digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`
  return digits > 0 && dice % 2 === 0 ? text.replace(/\.?0+$/, '') : text
}

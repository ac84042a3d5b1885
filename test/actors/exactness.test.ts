import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { backfillAll } from '../support/backfill-all.ts'
import { findRecorded, readRecording, recordedTruth } from '../support/recording.ts'
import { withSystems } from '../support/system.ts'
import { requireExact } from '../support/truth.ts'
import { tell } from '../support/until.ts'

const rate = 10
const backfilled = 1_000

/** Finals that equal the recording after a lap, and after a backfill; anything else fails. */
async function compare(
  open: ReturnType<typeof withSystems>,
  path: string,
): Promise<{ symbols: number; afterLap: number; afterBackfill: number }> {
  const recording = readRecording(path)
  const system = await open({
    rate,
    share: 0.5,
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

describe('final candles equal the recorded ones, decimal for decimal', () => {
  const open = withSystems()

  it('over 7,000 of them after a lap and 50,000 after a backfill, on the recordings of 64 and of 10 symbols', async function () {
    this.timeout(120_000)
    const paths = [
      findRecorded('klines/binance-spot_1m_2021-05-07_to_05-13_64sym.csv.gz'),
      findRecorded('klines/binance-usdm_1m_2025-06-02_10sym.csv.gz'),
    ]
    let [afterLap, afterBackfill] = [0, 0]
    for (const path of paths) {
      if (path === undefined) {
        console.log('      skipped: no recorded data')
        this.skip()
      }
      const counts = await compare(open, path)
      afterLap += counts.afterLap
      afterBackfill += counts.afterBackfill
    }
    expect(afterLap).to.be.at.least(7_000)
    expect(afterBackfill).to.be.at.least(50_000)
  })

  it('after a lap and after a backfill, on a made-up recording with all kinds of numbers and with missing minutes', async function () {
    this.timeout(60_000)
    const folder = mkdtempSync(join(tmpdir(), 'sluice-recording-'))
    const path = join(folder, 'made-up.csv')
    writeFileSync(path, madeUpRecording())
    try {
      const { symbols, afterLap, afterBackfill } = await compare(open, path)
      expect(afterLap).to.be.at.least(symbols * 90)
      expect(afterBackfill).to.be.at.least(symbols * 900)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
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
function madeUpRecording(): string {
  const firstMinute = Date.UTC(2024, 1, 29) / 60_000
  const rows = shapes.flatMap(({ symbol, price, volume, from }, at) => {
    let last = from
    return Array.from({ length: 1_400 }, (_, minute) => {
      const dice = (minute * 7_919 + at * 104_729) % 1_009
      if (dice % 53 === 0 && minute > 0) return undefined
      const open = last
      last = Math.max(10, open + (dice % 17) - 8)
      const [high, low] = [Math.max(open, last) + (dice % 5), Math.min(open, last) - (dice % 3)]
      const lots = dice % 11 === 0 ? 0 : dice * 104_729 * 997
      const prices = [open, high, low, last].map((ticks) => toText(ticks, price, dice))
      return [symbol, (firstMinute + minute) * 60_000, ...prices, toText(lots, volume, dice)].join(',')
    }).filter((row) => row !== undefined)
  })
  return `symbol,openTime,open,high,low,close,volume\n${rows.join('\n')}\n`
}

// Now and then without trailing zeros, as recordings have it.
function toText(units: number, digits: number, dice: number): string {
  const padded = String(units).padStart(digits + 1, '0')
  const text = digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`
  return digits > 0 && dice % 2 === 0 ? text.replace(/\.?0+$/, '') : text
}

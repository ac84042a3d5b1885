import { expect } from 'chai'
import {
  findRecorded,
  makeRows,
  readRows,
  toLines,
  trimZeros,
  writeRecording,
  type Row,
} from './recording.ts'
import { getJson, until, type KlineRow, type MarketReport } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

describe('simulator replay', function () {
  this.timeout(20_000)

  let simulator: Started | undefined

  afterEach(async () => {
    await simulator?.stop()
    simulator = undefined
  })

  it('gives the final candles of its own recording back decimal for decimal', async () => {
    const rows = makeRows(['BTCUSDT', 'ETHUSDT', 'XRPUSDT'], 600)
    const file = writeRecording(toLines(rows), 'klines.csv.gz')
    simulator = await startSimulator('--symbols', '3', '--replay', file.path, '--weight-limit', '100000')
    file.remove()
    const { compared, differences } = await compare(rows, simulator.url)
    expect(differences).to.deep.equal([])
    expect(compared).to.be.at.least(3 * 450)
  })

  it('gives the final candles of a real recording back, unless skipped: no recorded data', async function () {
    const path = findRecorded('binance-usdm_1m_2025-06-02_10sym.csv.gz')
    if (path === undefined) return this.skip()
    simulator = await startSimulator('--symbols', '10', '--replay', path, '--weight-limit', '100000')
    const { compared, differences } = await compare(readRows(path), simulator.url)
    expect(differences).to.deep.equal([])
    expect(compared).to.be.at.least(10 * 1080)
  })

  it('keeps the minutes a recording lacks as a gap', async () => {
    const rows = makeRows(['BTCUSDT'], 100).filter((_, minute) => minute < 30 || minute >= 60)
    const file = writeRecording(toLines(rows))
    simulator = await startSimulator('--symbols', '1', '--replay', file.path, '--start-minute', '90')
    file.remove()
    const answer = await getJson<KlineRow[]>(
      `${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=99`,
    )
    expect(answer).to.have.length.within(61, 62)
    expect(answer[30]![0] - answer[29]![0]).to.equal(31 * 60_000)
  })

  it('goes on from the beginning after the end of the recording', async () => {
    const rows = makeRows(['BTCUSDT'], 20)
    const file = writeRecording(toLines(rows))
    // A minute lasts 60 ms.
    const looping = ['--start-minute', '18', '--rate', '1000']
    simulator = await startSimulator('--symbols', '1', '--replay', file.path, ...looping)
    file.remove()
    const { url } = simulator
    const { reel } = await getJson<MarketReport>(`${url}/_sim/market`)
    const again = reel.recordedFrom + reel.shiftMs + reel.minutes * 60_000
    const [first, second] = await until(async () => {
      const candles = await getJson<string[][]>(`${url}/_sim/candles?symbol=BTCUSDT&startTime=${again}`)
      return candles.length < 2 ? undefined : candles
    })
    expect(first!.slice(1).map(trimZeros)).to.deep.equal(rows[0]!.slice(2))
    expect(second!.slice(1).map(trimZeros)).to.deep.equal(rows[1]!.slice(2))
  })

  it('takes the first symbols by name, or completes them with marked copies from other hours', async () => {
    const rows = makeRows(['ETHUSDT', 'BTCUSDT', 'XRPUSDT'], 600)
    const file = writeRecording(toLines(rows))
    const fewer = await startSimulator('--symbols', '2', '--replay', file.path)
    try {
      const report = await getJson<MarketReport>(`${fewer.url}/_sim/market`)
      expect(plainSymbols(report)).to.deep.equal(['BTCUSDT', 'ETHUSDT'])
    } finally {
      await fewer.stop()
    }
    simulator = await startSimulator('--symbols', '8', '--replay', file.path)
    file.remove()
    const report = await getJson<MarketReport>(`${simulator.url}/_sim/market`)
    expect(plainSymbols(report)).to.deep.equal([
      'BTCUSDT',
      'ETHUSDT',
      'XRPUSDT',
      'BTCS1USDT',
      'ETHS1USDT',
      'XRPS1USDT',
      'BTCS2USDT',
      'ETHS2USDT',
    ])
    const copy = report.symbols.find((each) => each.symbol === 'ETHS2USDT')!
    expect(copy.copyOf).to.deep.equal({ symbol: 'ETHUSDT', shiftMinutes: 360 })
    const [candle] = await getJson<string[][]>(`${simulator.url}/_sim/candles?symbol=ETHS2USDT&interval=1m`)
    const original = rows.filter((row) => row[0] === 'ETHUSDT')[360]!
    expect(candle!.slice(1).map(trimZeros)).to.deep.equal(original.slice(2))
  })
})

/** Differences between the recording and what /klines answers, over all final candles. */
async function compare(
  rows: readonly Row[],
  url: string,
): Promise<{ compared: number; differences: string[] }> {
  const { reel, symbols } = await getJson<MarketReport>(`${url}/_sim/market`)
  const byKey = new Map(rows.map((row) => [`${row[0]} ${Number(row[1]) + reel.shiftMs}`, row]))
  const differences: string[] = []
  let compared = 0
  for (const { symbol } of symbols.filter((each) => each.plain && each.copyOf === undefined)) {
    const answer = await getJson<KlineRow[]>(`${url}/fapi/v1/klines?symbol=${symbol}&interval=1m&limit=1500`)
    for (const row of answer.slice(0, -1)) {
      const recorded = byKey.get(`${symbol} ${row[0]}`)
      const found = row
        .slice(1, 6)
        .map((each) => trimZeros(String(each)))
        .join()
      const expected = recorded?.slice(2).join()
      if (found !== expected) differences.push(`${symbol} ${row[0]} ${found} ${expected}`)
      compared += 1
    }
  }
  return { compared, differences }
}

function plainSymbols({ symbols }: MarketReport): string[] {
  return symbols.filter((each) => each.plain).map((each) => each.symbol)
}

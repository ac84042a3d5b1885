import { expect } from 'chai'
import * as fc from 'fast-check'
import { emptyGrown, growCandle } from '../../simulator/core/growth.ts'
import { getJson, until, type KlineRow } from './request.ts'
import { startSimulator } from './start-simulator.ts'

const stepMs = process.env['SOAK_RUNS'] === undefined ? 1_000 : 500

describe('simulator growth of an open candle', function () {
  this.timeout(20_000)

  const finals = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 1e7 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 1e9 }),
    )
    .map(([prices, volume]) => {
      const [low, open, close, high] = prices.toSorted((a, b) => a - b) as [number, number, number, number]
      return { open, high, low, close, volume, key: open ^ close }
    })

  it('never takes back a high, a low or a volume, keeps its open and ends as the recorded candle', () => {
    fc.assert(
      fc.property(finals, fc.integer(), (final, seed) => {
        let before = { ...emptyGrown(), high: final.open, low: final.open }
        for (let elapsedMs = 0; elapsedMs <= 60_000; elapsedMs += stepMs) {
          const now = emptyGrown()
          growCandle(final, seed, elapsedMs, 0.001, now)
          expect(now.open).to.equal(final.open)
          expect(now.high).to.be.within(before.high, final.high)
          expect(now.low).to.be.within(final.low, before.low)
          expect(now.close).to.be.within(now.low, now.high)
          for (const name of [
            'volume',
            'quoteVolume',
            'trades',
            'takerVolume',
            'takerQuoteVolume',
          ] as const) {
            expect(now[name]).to.be.at.least(before[name] * (1 - 1e-9))
          }
          if (now.volume > 0) {
            const average = now.quoteVolume / now.volume / 0.001
            expect(average).to.be.within(now.low * (1 - 1e-9), now.high * (1 + 1e-9))
          }
          before = now
        }
        const { open, high, low, close, volume } = before
        expect({ open, high, low, close, volume, key: final.key }).to.deep.equal(final)
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 50) },
    )
  })

  it('is what a client sees, minute after minute', async () => {
    // A minute lasts half a second.
    const simulator = await startSimulator('--symbols', '1', '--rate', '120', '--weight-limit', '1000000')
    const last = new Map<number, KlineRow>()
    const ended = new Map<number, KlineRow>()
    try {
      await until(async () => {
        const rows = await getJson<KlineRow[]>(
          `${simulator.url}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=2`,
        )
        const [closed, open] = rows as [KlineRow, KlineRow]
        const before = last.get(open[0])
        if (before !== undefined) {
          expect(open[1]).to.equal(before[1])
          expect(Number(open[2])).to.be.at.least(Number(before[2]))
          expect(Number(open[3])).to.be.at.most(Number(before[3]))
          expect(Number(open[5])).to.be.at.least(Number(before[5]))
          expect(Number(open[7])).to.be.at.least(Number(before[7]))
          expect(open[8]).to.be.at.least(before[8])
        }
        last.set(open[0], open)
        const final = ended.get(closed[0])
        if (final !== undefined) expect(closed).to.deep.equal(final)
        ended.set(closed[0], closed)
        return ended.size >= 4 ? true : undefined
      })
      const middle = [...last.values()].slice(1, -1)
      expect(middle.some((row) => Number(row[5]) > 0)).to.equal(true)
      for (const row of middle) expect(Number(row[5])).to.be.at.most(Number(ended.get(row[0])![5]))
    } finally {
      await simulator.stop()
    }
  })
})

import { expect } from 'chai'
import { Ledger, mostSymbols } from '../../../lib/market/ledger.ts'

const minute = 60_000
const hour = 3_600_000
const start = 1_764_000_000_000 - (1_764_000_000_000 % hour)

function ledgerOf(...symbols: [string, number][]): Ledger {
  const ledger = new Ledger({ capacity: 4, intervals: ['1m', '1h'], length: 10 })
  for (const [symbol, index] of symbols) ledger.add({ symbol, index })
  return ledger
}

/** One candle of A's at 1m, polled some seconds after its open. */
function withCandle(): Ledger {
  const ledger = ledgerOf(['A', 7])
  ledger.kline(minute, 7, start, 100, 102, 98, 101, 10, 0)
  ledger.polled(minute, 7, start + 10_000)
  return ledger
}

describe('the ledger', () => {
  it('raises the live high by the best bid and lowers the live low by the best ask, and keeps the traded values', () => {
    const ledger = withCandle()
    ledger.ticker(7, start + 5_000, 103, 1, 103.1, 1)
    ledger.ticker(7, start + 15_000, 96.8, 1, 97, 1)
    expect(ledger.live('1m', 0)).to.include({ high: 103, low: 97, close: 97, open: 100, volume: 10 })
    const rings = ledger.candles('1m')
    expect([rings.high[rings.at(0)], rings.low[rings.at(0)], rings.close[rings.at(0)]]).to.deep.equal([
      102, 98, 101,
    ])
  })

  it('takes no extreme from the ask for the high or from the bid for the low', () => {
    const ledger = withCandle()
    ledger.ticker(7, start + 5_000, 90, 1, 110, 1)
    expect(ledger.live('1m', 0)).to.include({ high: 102, low: 98 })
  })

  it('moves the live close into the spread only by a quote newer than the poll', () => {
    const ledger = withCandle()
    ledger.ticker(7, start + 9_000, 101.5, 1, 101.6, 1)
    expect(ledger.live('1m', 0)?.close).to.equal(101)
    ledger.ticker(7, start + 11_000, 101.5, 1, 101.6, 1)
    expect(ledger.live('1m', 0)?.close).to.equal(101.5)
    ledger.ticker(7, start + 12_000, 100.5, 1, 101.6, 1)
    expect(ledger.live('1m', 0)?.close).to.equal(101)
  })

  it('lets a quote of another minute touch neither the old candle nor the next one', () => {
    const ledger = withCandle()
    ledger.ticker(7, start + minute, 200, 1, 201, 1)
    expect(ledger.live('1m', 0)).to.include({ high: 102, low: 98, close: 101 })
    ledger.kline(minute, 7, start + minute, 101, 101, 101, 101, 0, 0)
    expect(ledger.live('1m', 0)).to.include({ high: 200, close: 200 })
    ledger.kline(minute, 7, start + 2 * minute, 101, 101, 101, 101, 0, 0)
    expect(ledger.live('1m', 0)).to.include({ high: 101, close: 101 })
  })

  it('ignores an older quote, a symbol it does not follow and an interval it does not keep', () => {
    const ledger = withCandle()
    ledger.ticker(7, start + 5_000, 100, 1, 101, 1)
    ledger.ticker(7, start + 4_000, 1, 1, 2, 1)
    ledger.ticker(99, start + 9_000, 1, 1, 2, 1)
    ledger.kline(5 * minute, 7, start, 1, 1, 1, 1, 1, 2)
    expect([ledger.bid[0], ledger.ask[0]]).to.deep.equal([100, 101])
    expect(ledger.candles('1m').count(0)).to.equal(1)
  })

  it('tells each changed symbol once', () => {
    const ledger = ledgerOf(['A', 7], ['B', 3])
    ledger.ticker(3, start, 1, 1, 2, 1)
    ledger.kline(minute, 7, start, 1, 1, 1, 1, 1, 0)
    ledger.kline(minute, 7, start, 1, 1, 1, 1, 2, 0)
    const told: number[] = []
    ledger.takeChanged((slot) => told.push(slot))
    expect(told).to.deep.equal([1, 0])
    ledger.takeChanged((slot) => told.push(slot))
    expect(told).to.have.length(2)
  })

  it('counts age from the last poll and not from the last change', () => {
    const ledger = withCandle()
    expect(ledger.ageMs('1m', 0, start + 12_000)).to.equal(2_000)
    ledger.polled(minute, 7, start + 40_000)
    expect(ledger.ageMs('1m', 0, start + 41_000)).to.equal(1_000)
    ledger.polled(minute, 7, start + 30_000)
    expect(ledger.ageMs('1m', 0, start + 41_000)).to.equal(1_000)
    expect(ledger.ageMs('1h', 0, start)).to.equal(Infinity)
  })

  it('grows with the symbols that come, and keeps what it holds of each', () => {
    const ledger = new Ledger({ capacity: 1, intervals: ['1m', '1h'], length: 3 })
    const count = 40
    const tell = (index: number) => {
      for (const at of [0, 1, 2, 3]) {
        ledger.kline(minute, index, start + at * minute, 1, 2, 0.5, index, at + 1, 2)
        ledger.kline(hour, index, start + at * hour, 1, 2, 0.5, -index, at + 1, 0)
      }
      ledger.polled(minute, index, start + index)
      ledger.ticker(index, start + 3 * minute, index, 1, index + 1, 2)
    }
    for (let index = 0; index < count; index++) {
      expect(ledger.add({ symbol: `S${index}`, index })).to.equal(index)
      tell(index)
    }
    for (let slot = 0; slot < count; slot++) {
      const rings = ledger.candles('1m')
      expect([...rings.view(rings.openTime, slot)]).to.deep.equal([1, 2, 3].map((at) => start + at * minute))
      expect([...rings.view(rings.close, slot)]).to.deep.equal([slot, slot, slot])
      expect(ledger.ageMs('1m', slot, start + slot)).to.equal(0)
      const longer = ledger.candles('1h')
      expect([...longer.view(longer.close, slot)]).to.deep.equal([-slot, -slot, -slot])
      expect([ledger.bid[slot], ledger.askSize[slot]]).to.deep.equal([slot, 2])
      expect(ledger.live('1m', slot)).to.include({ high: Math.max(2, slot) })
    }
    const changed: number[] = []
    ledger.takeChanged((slot) => changed.push(slot))
    expect(changed).to.have.length(count)
  })

  it('follows no more symbols than a venue can have', () => {
    const ledger = new Ledger({ capacity: 1, intervals: ['1m'], length: 2 })
    for (let index = 0; index < mostSymbols; index++) ledger.add({ symbol: `S${index}`, index })
    expect(ledger.add({ symbol: 'LAST', index: mostSymbols })).to.equal(-1)
    expect(ledger.slotOf('LAST')).to.equal(-1)
    expect(ledger.add({ symbol: 'S3', index: 9_999 })).to.equal(3)
  })

  it('keeps a symbol in its slot when its index changes, and takes two that swapped theirs apart', () => {
    const ledger = ledgerOf(['A', 1], ['B', 2])
    ledger.add({ symbol: 'A', index: 2 })
    ledger.add({ symbol: 'B', index: 1 })
    ledger.ticker(1, start, 10, 1, 11, 1)
    ledger.ticker(2, start, 20, 1, 21, 1)
    expect([ledger.bid[ledger.slotOf('A')], ledger.bid[ledger.slotOf('B')]]).to.deep.equal([20, 10])
  })
})

import { expect } from 'chai'
import type { Kline } from '../../../lib/model/kline.ts'
import { candleChart } from '../../../scripts/cli/candle-chart.ts'
import type { Terminal } from '../../../scripts/cli/terminal.ts'

function terminal(width: number): Terminal {
  return {
    live: false,
    colours: false,
    width: () => width,
    height: () => undefined,
    paint: (_, text) => text,
    line: () => {},
    write: () => {},
  }
}

function kline(i: number, prices: [open: number, high: number, low: number, close: number]): Kline {
  const [open = '', high = '', low = '', close = ''] = prices.map(String)
  const openTime = 1_764_000_000_000 + i * 60_000
  return { openTime, open, high, low, close, volume: '1', class: 2, time: openTime + 60_000, source: 'rest' }
}

describe('the chart of candles', () => {
  it('draws bodies and wicks to half a line, prices beside them and the way of each candle below', () => {
    const klines = [kline(0, [1, 8, 1, 4]), kline(1, [8, 8, 5, 6]), kline(2, [3, 3, 3, 3])]
    expect(candleChart(terminal(80), klines, 4)).to.deep.equal([
      '8 ┤│┃ ',
      '6 ┤│╿ ',
      '  │┃ ╻',
      '1 ┤┃  ',
      '   +-+',
      '   11-24 16:00',
    ])
  })

  it('stays within the width, with the newest candles', () => {
    const klines = Array.from({ length: 500 }, (_, i) => kline(i, [i + 1, i + 3.25, i + 0.5, i + 2]))
    for (const width of [30, 80, 200]) {
      const lines = candleChart(terminal(width), klines, 12)
      expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(width)
      expect(lines[0]).to.contain('502.25')
    }
  })

  it('draws a market that stands still', () => {
    const lines = candleChart(terminal(80), [kline(0, [5, 5, 5, 5])], 4)
    expect(lines.join('')).to.match(/[╻╹┃]/)
  })

  it('is empty without candles', () => {
    expect(candleChart(terminal(80), [], 4)).to.deep.equal([])
  })
})

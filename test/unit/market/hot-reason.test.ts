import { expect } from 'chai'
import fc from 'fast-check'
import type { HotFacts, HotKline } from '../../../lib/market/hot-facts.ts'
import { hotReason, minutesBack, recentMove, recentVolume } from '../../../lib/market/hot-reason.ts'
import type { HotCondition } from '../../../lib/model/hot-condition.ts'

const minuteMs = 60_000
const openTime = 29_000_000 * minuteMs

/** A candle so many minutes before the newest. */
function kline(minutesAgo: number, of: Partial<HotKline> = {}): HotKline {
  return {
    openTime: openTime - minutesAgo * minuteMs,
    open: 100,
    high: 100,
    low: 100,
    close: 100,
    volume: 1,
    ...of,
  }
}

function facts(of: Partial<HotFacts> = {}): HotFacts {
  return {
    symbol: 'BTCUSDT',
    now: openTime + 20_000,
    intervalMs: minuteMs,
    klines: [kline(2), kline(1), kline(0)],
    quoteVolume24h: 5_000_000,
    openPosition: false,
    ...of,
  }
}

const never = () => false
const isHot = (condition: HotCondition, of: HotFacts) => hotReason(condition, of, never) !== undefined

describe('hotReason', () => {
  it('judges a move by its size, up or down, from where the candle of so many minutes ago opened', () => {
    const risen = facts({
      klines: [kline(2, { open: 50 }), kline(1, { open: 100 }), kline(0, { close: 102 })],
    })
    const fallen = facts({ klines: [kline(1, { open: 100 }), kline(0, { close: 98 })] })
    const condition: HotCondition = { move: { minutes: 1, atLeast: 0.02 } }
    expect(hotReason(condition, risen, never)).to.equal('move 0.0200 in 1 min')
    expect(hotReason(condition, fallen, never)).to.equal('move -0.0200 in 1 min')
    expect(isHot({ move: { minutes: 1, atLeast: 0.021 } }, risen)).to.equal(false)
    expect(recentMove(risen, 2)).to.be.closeTo(1.04, 1e-12)
  })

  it('takes volume times close of the newest candles for the quote volume', () => {
    const of = facts({
      klines: [kline(2, { volume: 50 }), kline(1, { volume: 2, close: 90 }), kline(0, { volume: 3 })],
    })
    expect(recentVolume(of, 2)).to.equal(2 * 90 + 3 * 100)
    expect(isHot({ quoteVolume: { minutes: 2, atLeast: 480 } }, of)).to.equal(true)
    expect(isHot({ quoteVolume: { minutes: 2, atLeast: 481 } }, of)).to.equal(false)
  })

  it('counts a longer candle for as many minutes as it has', () => {
    const fiveMs = 5 * minuteMs
    const newest = openTime - (openTime % fiveMs)
    const five = (ago: number, close: number) =>
      kline(0, { openTime: newest - ago * fiveMs, open: 100, close })
    const of = facts({
      intervalMs: fiveMs,
      now: newest + 1_000,
      klines: [five(2, 100), five(1, 100), five(0, 103)],
    })
    expect(recentMove(of, 1)).to.be.closeTo(0.03, 1e-12)
    expect(recentVolume(of, 6)).to.equal(203)
  })

  it('makes no symbol hot by what is not known', () => {
    const move: HotCondition = { move: { minutes: 1, atLeast: 0 } }
    expect(isHot(move, facts({ klines: [] }))).to.equal(false)
    expect(isHot(move, facts({ klines: [kline(0)] }))).to.equal(false)
    expect(isHot(move, facts({ klines: [kline(3), kline(2)] }))).to.equal(false)
    expect(isHot({ quoteVolume: { minutes: 5, atLeast: 0 } }, facts({ klines: [kline(3)] }))).to.equal(false)
    expect(isHot({ quoteVolume24h: { atLeast: 0 } }, facts({ quoteVolume24h: undefined }))).to.equal(false)
  })

  it('judges on by the candle that has just closed until the next one is known', () => {
    const of = facts({ now: openTime + minuteMs + 3_000, klines: [kline(1), kline(0, { close: 105 })] })
    expect(recentMove(of, 1)).to.be.closeTo(0.05, 1e-12)
  })

  it('knows 24-hour volume, open positions and hand-kept lists', () => {
    expect(isHot({ quoteVolume24h: { atLeast: 5_000_000 } }, facts())).to.equal(true)
    expect(isHot({ quoteVolume24h: { atLeast: 5_000_001 } }, facts())).to.equal(false)
    expect(isHot({ openPosition: true }, facts())).to.equal(false)
    expect(isHot({ openPosition: true }, facts({ openPosition: true }))).to.equal(true)
    expect(isHot({ symbols: ['BTCUSDT'] }, facts())).to.equal(true)
    expect(isHot({ symbols: ['ETHUSDT'] }, facts())).to.equal(false)
  })

  it('joins by and, and by or', () => {
    const yes: HotCondition = { symbols: ['BTCUSDT'] }
    const no: HotCondition = { openPosition: true }
    const big: HotCondition = { quoteVolume24h: { atLeast: 1 } }
    expect(hotReason({ all: [yes, big] }, facts(), never)).to.equal(
      'listed by hand and 24-hour volume 5000000',
    )
    expect(hotReason({ all: [yes, no] }, facts(), never)).to.equal(undefined)
    expect(hotReason({ any: [no, big] }, facts(), never)).to.equal('24-hour volume 5000000')
    expect(hotReason({ any: [no, { all: [big, yes] }] }, facts(), never)).to.be.a('string')
  })

  it('agrees with and, or of its parts, however deep', () => {
    const { tree } = fc.letrec<{ tree: HotCondition }>((tie) => {
      const several = fc.array(tie('tree'), { minLength: 1, maxLength: 4 })
      const leaf = fc.constantFrom<HotCondition>({ symbols: ['BTCUSDT'] }, { openPosition: true })
      return {
        tree: fc.oneof(
          { depthSize: 'small' },
          leaf,
          several.map((all): HotCondition => ({ all })),
          several.map((any): HotCondition => ({ any })),
        ),
      }
    })
    const truth = (condition: HotCondition): boolean => {
      if ('all' in condition) return condition.all.every(truth)
      if ('any' in condition) return condition.any.some(truth)
      return 'symbols' in condition
    }
    fc.assert(fc.property(tree, (condition) => isHot(condition, facts()) === truth(condition)))
  })

  it('asks the function of a file', () => {
    const judged: string[] = []
    const judge = (path: string, of: HotFacts) => {
      judged.push(`${path} ${of.symbol}`)
      return true
    }
    expect(hotReason({ module: './mine.js' }, facts(), judge)).to.equal('./mine.js')
    expect(judged).to.deep.equal(['./mine.js BTCUSDT'])
  })

  it('looks back as far as any of its parts', () => {
    const deep: HotCondition = {
      any: [{ move: { minutes: 3, atLeast: 0 } }, { all: [{ quoteVolume: { minutes: 7, atLeast: 0 } }] }],
    }
    expect(minutesBack(deep)).to.equal(7)
    expect(minutesBack({ openPosition: true })).to.equal(0)
  })
})

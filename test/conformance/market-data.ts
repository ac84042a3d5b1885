import { expect } from 'chai'
import { compareDecimals, signOf } from '../../lib/model/decimal.ts'
import type { Conformance } from './conforming-venue.ts'

const minute = 60_000

/** What every venue must tell of its market. */
export function itTellsTheMarket(of: () => Conformance): void {
  it('lists its perpetuals in USDT, each with its steps and the size of a contract', async () => {
    const instruments = await of().market.fetchInstruments()
    const perpetuals = instruments.filter((each) => each.contract === 'perpetual' && each.settle === 'USDT')
    expect(perpetuals.length).to.be.greaterThan(0)
    for (const { symbol, tickSize, lotSize, contractSize, linear } of perpetuals) {
      expect(linear, symbol).to.equal(true)
      for (const step of [tickSize, lotSize, contractSize]) expect(signOf(step ?? '0'), symbol).to.equal(1)
    }
    expect(new Set(instruments.map(({ symbol }) => symbol)).size).to.equal(instruments.length)
  })

  it('tells the best bid and ask of all symbols at once, of now', async () => {
    const { market, clock, instrument } = of()
    const ticker = (await market.fetchTickers()).get(instrument.symbol)
    expect(ticker, 'a ticker').not.to.equal(undefined)
    if (ticker === undefined) return
    expect(compareDecimals(ticker.bid, ticker.ask)).to.be.lessThan(0)
    expect(ticker.time).to.be.closeTo(clock.now(), minute)
  })

  it('tells marks with their funding', async () => {
    const { market, clock, instrument } = of()
    const mark = (await market.fetchMarks()).get(instrument.symbol)
    expect(signOf(mark?.markPrice ?? '0')).to.equal(1)
    expect(mark?.fundingRate, 'a funding rate').not.to.equal(undefined)
    expect(mark?.fundingTime).to.be.greaterThan(clock.now() - minute)
  })

  it('gives candles oldest first, a minute apart, up to the one that is open', async () => {
    const { market, clock, instrument } = of()
    const rows = await market.fetchKlines(instrument.symbol, '1m', { limit: 5 })
    expect(rows).to.have.length(5)
    const [first] = rows
    expect(rows.map(({ openTime }) => openTime)).to.deep.equal(
      rows.map((_, i) => (first?.openTime ?? 0) + i * minute),
    )
    expect(rows.at(-1)?.openTime).to.be.closeTo(clock.now(), 2 * minute)
    for (const { open, high, low, close } of rows) {
      for (const price of [open, close]) {
        expect(compareDecimals(low, price)).to.be.at.most(0)
        expect(compareDecimals(high, price)).to.be.at.least(0)
      }
    }
  })

  it('gives candles from a time on', async () => {
    const { market, instrument } = of()
    const [first] = await market.fetchKlines(instrument.symbol, '1m', { limit: 10 })
    const startTime = first?.openTime ?? 0
    const rows = await market.fetchKlines(instrument.symbol, '1m', { limit: 3, startTime })
    expect(rows.map(({ openTime }) => openTime)).to.deep.equal([0, 1, 2].map((i) => startTime + i * minute))
    expect(rows[0]).to.deep.equal(first)
  })

  it('tells what is traded, and its time', async () => {
    const { market, clock, instrument } = of()
    expect(signOf((await market.fetchQuoteVolumes()).get(instrument.symbol) ?? '0')).to.equal(1)
    expect(await market.fetchTime()).to.be.closeTo(clock.now(), minute)
  })
}

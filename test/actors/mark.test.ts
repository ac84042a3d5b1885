import { expect } from 'chai'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readMarks, readMarksPolledAt } from '../../lib/market/marks.ts'
import { venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const share = 0.5
const settings = { SLUICE_MARK_SHARE: String(share) }

async function marksPolled(system: System): Promise<number> {
  const { addresses } = await system.simulator.stats()
  return Object.values(addresses).reduce(
    (sum, { byPath }) => sum + (byPath['GET /fapi/v1/premiumIndex'] ?? byPath['/fapi/v1/premiumIndex'] ?? 0),
    0,
  )
}

describe('marks', function () {
  this.timeout(60_000)
  const opened = withSystem({ rate: 10, klines: 0, listed: true })

  it('of every symbol are in Redis, with index, funding and a time of their own', async () => {
    const system = opened()
    await system.start('mark', settings)
    const polled = async () => (await readMarksPolledAt(system.hub, venue)) !== undefined
    await until('the market is asked for its marks', polled, 10_000)
    const marks = await readMarks(system.hub, venue)
    const instruments = await readInstruments(system.hub, venue)
    expect(marks.size).to.be.at.least(system.symbols)
    for (const [symbol, { markPrice, indexPrice, fundingRate, fundingTime, time }] of marks) {
      expect(Number(markPrice), symbol).to.be.above(0)
      expect(Number(indexPrice), symbol).to.be.above(0)
      expect(time, symbol).to.be.closeTo(system.simulator.now(), 20_000)
      if (instruments.get(symbol)?.contract !== 'perpetual') continue
      expect(fundingRate, symbol).to.match(/^-?\d/)
      expect(fundingTime, symbol).to.be.above(system.simulator.now())
    }
  })

  it('are asked for by two processes at the pace of one, and never too often', async () => {
    const system = opened()
    const missing = Array.from({ length: 2 - system.marks.length })
    await Promise.all(missing.map(() => system.start('mark', settings)))
    // 95 % of 2,400 weight a minute, half of it, 10 each, ten times as fast.
    const perSecond = ((2400 * 0.95 * share) / 10 / 60) * 10
    const [before, since] = [await marksPolled(system), Date.now()]
    const enough = async () => (await marksPolled(system)) - before >= 60
    const tookMs = await until('60 more polls', enough, 30_000)
    const rate = (60 * 1000) / (Date.now() - since)
    tell(`${rate.toFixed(1)} polls a second where ${perSecond.toFixed(1)} are permitted; ${tookMs} ms`)
    expect(rate).to.be.within(perSecond * 0.6, perSecond * 1.1)
    const { addresses } = await system.simulator.stats()
    for (const { http429, http418 } of Object.values(addresses)) expect(http429 + http418).to.equal(0)
  })
})

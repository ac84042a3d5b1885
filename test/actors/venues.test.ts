import { expect } from 'chai'
import { readBudgets } from '../../lib/egress/budgets.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readKlines } from '../../lib/market/klines.ts'
import { readMarks } from '../../lib/market/marks.ts'
import { readTickers } from '../../lib/market/tickers.ts'
import { runProgram } from '../support/run-program.ts'
import { tell, until, watch } from '../support/until.ts'
import { startVenues } from '../support/venue-system.ts'
import type { FollowedVenue } from '../support/venue-system.ts'

const symbols = 30
// The part of a limit that is used: Bybit's address lets more requests leave than a test should make.
const okx = { venue: 'okx', rate: 2, share: 0.95, symbols } as const
const bybit = { venue: 'bybit', rate: 2, share: 0.3, symbols } as const

for (const [of, klines, perSecond] of [
  [okx, '/api/v5/market/candles', 38],
  [bybit, '/v5/market/kline', 72],
] as const) {
  describe(`the market of ${of.venue}, in a process for each kind of actor`, function () {
    this.timeout(120_000)
    let venue: FollowedVenue
    let stop: (() => Promise<void>) | undefined

    before(async () => {
      const started = await startVenues([of])
      stop = () => started.stop()
      venue = started.followed[0] as FollowedVenue
    })
    after(() => stop?.())

    it('has every instrument, its best bid and ask, and its mark', async () => {
      const { hub } = venue
      expect((await readInstruments(hub, of.venue)).size).to.equal(symbols)
      const all = async () => {
        const [tickers, marks] = await Promise.all([readTickers(hub, of.venue), readMarks(hub, of.venue)])
        return tickers.size === symbols && marks.size === symbols
      }
      await until('tickers and marks of all symbols', all, 15_000)
    })

    it('has a lap within a tenth of its bound, and no request is refused', async () => {
      const { market } = venue
      const asked = () => market.requests.get(klines) ?? 0
      const [before, startedAt] = [asked(), Date.now()]
      await watch(8_000, () => Promise.resolve(venue.requireAlive()))
      const [polls, elapsedMs] = [asked() - before, Date.now() - startedAt]
      const { boundMs = NaN, lapMs = NaN } = (await venue.lane()) ?? {}
      const measuredMs = (elapsedMs * symbols) / polls
      tell(
        `a lap in ${measuredMs.toFixed(0)} ms, told ${lapMs}, bound ${boundMs}; ${((polls * 1000) / elapsedMs).toFixed(1)} polls/s`,
      )
      expect(market.refused()).to.equal(0)
      // What the venue allows in a real second, less what the tickers and marks take of the same limit.
      const leastMs = Math.floor((symbols * 1000) / perSecond)
      expect(boundMs).to.be.within(leastMs, leastMs * 1.4)
      expect(measuredMs).to.be.at.most(boundMs * 1.1)
    })

    it('has the candles that the venue has, to the letter, those that closed meanwhile too', async () => {
      const { hub, market } = venue
      const closedFrom = market.now() - (market.now() % 60_000)
      const names = [...(await readInstruments(hub, of.venue)).keys()]
      await until('another minute is over', async () => market.now() > closedFrom + 65_000, 60_000)
      const exact = async () => {
        for (const symbol of names) {
          const stored = await readKlines(hub, { venue: of.venue, interval: '1m' }, symbol, 60)
          const closed = stored.filter(({ openTime }) => openTime <= closedFrom)
          expect(closed.length).to.be.above(50)
          expect(closed.at(-1)?.openTime).to.equal(closedFrom)
          for (const { openTime, open, high, low, close, volume } of closed)
            expect([openTime, open, high, low, close, volume]).to.deep.equal(market.truth(symbol, openTime))
        }
        return true
      }
      await until('every candle is the true one', exact, 10_000)
      expect(market.refused()).to.equal(0)
    })

    it('is told by the commands', async () => {
      const names = [...(await readInstruments(venue.hub, of.venue)).keys()]
      const [status, shown] = await Promise.all([
        runProgram('scripts/sluice.js', ['status', '--json'], venue.environment),
        runProgram('scripts/sluice.js', ['klines', names[0] ?? '', '--limit', '3'], venue.environment),
      ])
      expect([status.code, shown.code]).to.deep.equal([0, 0])
      expect(status.stdout).to.contain(of.venue)
      expect(shown.stdout).to.contain(names[0])
    })
  })
}

describe('two venues in one Redis', function () {
  this.timeout(120_000)
  let venues: FollowedVenue[] = []
  let stop: (() => Promise<void>) | undefined

  before(async () => {
    const started = await startVenues([okx, bybit])
    stop = () => started.stop()
    venues = started.followed
  })
  after(() => stop?.())

  it('do not touch each other when one of them bans the address', async () => {
    const [open, banned] = venues as [FollowedVenue, FollowedVenue]
    banned.market.ban()
    const isClosed = async () => {
      const budgets = await readBudgets(banned.hub, banned.venue)
      return budgets.some(({ cooldownMs, closedBy }) => cooldownMs > 60_000 && closedBy === 403)
    }
    await until('everybody knows of the ban', isClosed, 5_000)
    // What was under way when the first answer came.
    const refusedAtOnce = banned.market.refused()
    const before = open.market.requests.get('/api/v5/market/candles') ?? 0
    await watch(5_000, async () => {
      for (const each of venues) each.requireAlive()
      expect((await open.lane())?.freshness).to.equal('fresh')
    })
    expect(banned.market.refused() - refusedAtOnce).to.be.at.most(8)
    expect(open.market.refused()).to.equal(0)
    // 38 a second.
    expect((open.market.requests.get('/api/v5/market/candles') ?? 0) - before).to.be.above(5 * 38 * 0.8)
    expect((await readBudgets(open.hub, open.venue)).every(({ cooldownMs }) => cooldownMs === 0)).to.equal(
      true,
    )
  })
})

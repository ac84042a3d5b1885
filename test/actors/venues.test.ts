import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readKlines } from '../../lib/market/klines.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import { readMarks } from '../../lib/market/marks.ts'
import { readTickers } from '../../lib/market/tickers.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { startMarketVenue } from '../support/market-venue.ts'
import type { MarketVenue } from '../support/market-venue.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { cleanEnvironment } from '../support/run-program.ts'
import { tell, until, watch } from '../support/until.ts'

const symbols = 30
// The part of a limit that is used: Bybit's address lets more requests leave than a test should make.
const venues = [
  { venue: 'okx', rate: 2, share: 0.95, perSecond: 38 },
  { venue: 'bybit', rate: 2, share: 0.3, perSecond: 72 },
] as const

for (const { venue, rate, share, perSecond } of venues) {
  describe(`the market of ${venue} in a process for each kind of actor`, function () {
    this.timeout(120_000)
    const stops: (() => Promise<void> | void)[] = []
    const children: Child[] = []
    let hub: Hub
    let market: MarketVenue

    before(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-venues-'))
      stops.push(() => rmSync(folder, { recursive: true, force: true }))
      const configFile = join(folder, 'sluice.json')
      writeFileSync(configFile, '{}')
      const redis = await startRedisProcess()
      stops.push(() => redis.stop())
      market = await startMarketVenue(venue, { symbols, rate })
      stops.push(() => market.close())
      const { host, port, password } = redis.endpoint
      const environment = cleanEnvironment({
        REDIS_URL: `redis://:${password}@${host}:${port}`,
        SLUICE_CONFIG: configFile,
        SLUICE_EXCHANGE: venue,
        [`SLUICE_EXCHANGE_URL_${venue.toUpperCase()}`]: market.url,
        SLUICE_RATE: String(rate),
        SLUICE_SHARE: String(share),
        SLUICE_TICKER_SHARE: '0.2',
        SLUICE_LOG_LEVEL: 'warn',
        SLUICE_SYMBOLS_FILE: join(folder, 'symbols.json'),
      })
      const { config } = readConfig(
        { exchange: venue, logLevel: 'error', rate: String(rate) },
        { SLUICE_CONFIG: configFile },
      )
      hub = await openHub(config, redis.endpoint, openLog('error', { test: 1 }), 'test')
      stops.push(() => hub.close())
      for (const kind of ['symbol-cursor', 'kline', 'ticker', 'mark']) {
        const child = startChild(kind, process.execPath, [`actors/${kind}`], environment)
        children.push(child)
        stops.push(() => child.signal('SIGKILL'))
      }
      const complete = async () => {
        requireAlive()
        const status = await lane()
        return status?.symbols === symbols && status.missing === 0
      }
      await until(`a lane of ${symbols} symbols that were polled`, complete, 40_000)
    })
    after(async () => {
      for (const stop of stops.toReversed()) await stop()
    })

    function requireAlive(): void {
      const crash = children.map((child) => child.crash()).find((each) => each !== undefined)
      if (crash !== undefined) throw new Error(crash)
    }

    async function lane(): Promise<LaneStatus | undefined> {
      return (await readLaneStatus(hub, venue)).find((each) => each.lane === '1m:all')
    }

    it('knows every instrument, its best bid and ask, and its mark', async () => {
      expect((await readInstruments(hub, venue)).size).to.equal(symbols)
      const all = async () => {
        const [tickers, marks] = await Promise.all([readTickers(hub, venue), readMarks(hub, venue)])
        return tickers.size === symbols && marks.size === symbols
      }
      await until('tickers and marks of all symbols', all, 15_000)
    })

    it('has a lap within a tenth of its bound, and no request is refused', async () => {
      const path = venue === 'okx' ? '/api/v5/market/candles' : '/v5/market/kline'
      const asked = () => market.requests.get(path) ?? 0
      const [before, startedAt] = [asked(), Date.now()]
      await watch(8_000, () => Promise.resolve(requireAlive()))
      const [polls, elapsedMs] = [asked() - before, Date.now() - startedAt]
      const { boundMs = NaN, lapMs = NaN } = (await lane()) ?? {}
      const measuredMs = (elapsedMs * symbols) / polls
      tell(
        `a lap in ${measuredMs.toFixed(0)} ms, told ${lapMs}, bound ${boundMs}; ${((polls * 1000) / elapsedMs).toFixed(1)} polls/s`,
      )
      expect(market.refused()).to.equal(0)
      // What the venue allows in a real second, less what the tickers and marks take of the same limit.
      expect(boundMs).to.be.within(
        Math.floor((symbols * 1000) / perSecond),
        ((symbols * 1000) / perSecond) * 1.4,
      )
      expect(measuredMs).to.be.at.most(boundMs * 1.1)
    })

    it('has the candles that the venue has, to the letter, those that closed meanwhile too', async () => {
      const closedFrom = market.now() - (market.now() % 60_000)
      const names = [...(await readInstruments(hub, venue)).keys()]
      await until('another minute is over', async () => market.now() > closedFrom + 65_000, 60_000)
      const exact = async () => {
        const found = await Promise.all(
          names.map(async (symbol) => {
            const klines = await readKlines(hub, { venue, interval: '1m' }, symbol, 60)
            const closed = klines.filter(({ openTime }) => openTime <= closedFrom)
            expect(closed.length).to.be.above(50)
            expect(closed.at(-1)?.openTime).to.equal(closedFrom)
            for (const { openTime, open, high, low, close, volume } of closed)
              expect([openTime, open, high, low, close, volume]).to.deep.equal(market.truth(symbol, openTime))
            return closed.length
          }),
        )
        return found.length === symbols
      }
      await until('every candle is the true one', exact, 10_000)
      expect(market.refused()).to.equal(0)
    })
  })
}

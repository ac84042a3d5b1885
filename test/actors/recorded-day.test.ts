import { expect } from 'chai'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { Market } from '../../lib/market/follow-market.ts'
import { backfillAll } from '../support/backfill-all.ts'
import { openLossyFeed } from '../support/lossy-feed.ts'
import { findRecorded, readRecording, recordedTruth } from '../support/recording.ts'
import { venue, withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import type { Truth } from '../support/truth.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// The same whatever the number of symbols, of which each costs as much as the next.
const file = soak
  ? 'klines/binance-spot_1m_2021-05-07_to_05-13_64sym.csv.gz'
  : 'klines/binance-usdm_1m_2025-06-02_10sym.csv.gz'
const rate = 60
const minuteMs = 60_000
const length = 500
// A whole day of the market, or 12 minutes of it; market minutes. After each storm the ledger must come right.
const stormMinutes = soak ? 110 : 8
const totalMinutes = soak ? 24 * 60 : stormMinutes
// Longer than what a poll repairs by itself, so that only a backfill brings what was not asked for.
const outageMinutes = 6
const settings = { SLUICE_CANDLES_PER_POLL: '4' }
// Some 3 polls a second for each symbol: a lap of 20 market seconds, and a machine that keeps up.
const share = soak ? 0.08 : 0.0125
// Of the messages, each of losing, doubling and swapping; in minutes there are few.
const lossShare = soak ? 0.03 : 0.08
const repairedWithinMs = 10_000

interface Watch {
  /** how long each stretch of missing candles lasted */
  readonly repairsMs: number[]
  /** part of the time in which a symbol's history was known, and in which all of them were */
  known(): { one: number; all: number }
  stop(): void
}

/** Watches every symbol for candles that are missing between others, and for what is known. */
function watchSymbols(market: Market): Watch {
  const rings = market.ledger.candles('1m')
  const since = new Map<number, number>()
  const repairsMs: number[] = []
  let looks = 0
  let [one, all] = [0, 0]
  const timer = setInterval(() => {
    const slots = market.ledger.symbols.length
    const known = market.ledger.symbols.filter((_, slot) => market.isLoaded(slot)).length
    looks += 1
    one += known / slots
    all += known === slots ? 1 : 0
    for (const slot of market.ledger.symbols.keys()) {
      const from = since.get(slot)
      if (rings.isWhole(slot)) {
        if (from === undefined) continue
        repairsMs.push(Date.now() - from)
        since.delete(slot)
      } else if (from === undefined) since.set(slot, Date.now())
    }
  }, 20)
  return {
    repairsMs,
    known: () => ({ one: one / looks, all: all / looks }),
    stop: () => clearInterval(timer),
  }
}

/** What a ledger has otherwise than the recording; counts what is equal. */
async function compare(
  system: System,
  market: Market,
  truth: Truth,
): Promise<{ equal: number; differs: string[] }> {
  const rings = market.ledger.candles('1m')
  const differs: string[] = []
  let equal = 0
  for (const { symbol } of market.ledger.symbols) {
    const slot = market.ledger.slotOf(symbol)
    const recorded = await truth(symbol)
    if (rings.count(slot) !== length || !rings.isWhole(slot)) {
      differs.push(`${symbol}: ${rings.count(slot)} candles, ${rings.isWhole(slot) ? '' : 'not '}whole`)
    }
    const newest = rings.openTime[rings.at(slot)] as number
    if (system.simulator.now() - newest > 3 * minuteMs) differs.push(`${symbol}: ends at ${newest}`)
    for (let back = 0; back < rings.count(slot); back++) {
      const at = rings.at(slot, back)
      const openTime = rings.openTime[at] as number
      // The last minute is open, and the one before it may have closed just now.
      if (rings.class[at] !== 2 && back < 2) continue
      const fields = [rings.open, rings.high, rings.low, rings.close, rings.volume]
      const found = `${rings.class[at]} ${fields.map((values) => values[at]).join(' ')}`
      const wanted = `2 ${recorded.get(openTime)?.map(Number).join(' ')}`
      if (found === wanted) equal += 1
      else differs.push(`${symbol} ${openTime}: expected ${wanted}, found ${found}`)
    }
  }
  return { equal, differs }
}

describe('the ledger beside a recording', function () {
  this.timeout(120_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })
  // After the hook above, because what follows a system must stop before it.
  const open = withSystems()

  it(`equals it after ${soak ? 'a day' : 'minutes'} of lost, doubled and swapped messages and of outages, without a gap`, async function () {
    const path = findRecorded(file)
    if (path === undefined) {
      console.log('      skipped: no recorded data')
      return this.skip()
    }
    const recording = readRecording(path)
    const system = await open({
      rate,
      share,
      symbols: recording.size,
      simulatorFlags: ['--replay', path],
      settings,
    })
    await system.start('ticker')
    const recorded = await recordedTruth(system, recording)
    const known = new Map(
      await Promise.all([...recording.keys()].map(async (each) => [each, await recorded(each)] as const)),
    )
    const truth: Truth = async (symbol) => known.get(symbol) ?? new Map()
    await backfillAll(system, length + 5)
    const lossy = await openLossyFeed(system.hub, venue, { share: lossShare })
    const market = await followMarket(
      { ...lossy.hub, clock: await readVenueClock(system.hub, venue) },
      venue,
      { intervals: ['1m'], length, staleAfterMs: 10 * minuteMs },
      () => {},
    )
    stops.push(
      () => market.stop(),
      () => lossy.stop(),
    )
    const watched = watchSymbols(market)
    stops.push(() => watched.stop())

    const { simulator } = system
    const pass = async (minutes: number) => {
      const end = simulator.now() + minutes * minuteMs
      const passed = async () => {
        system.requireAlive()
        return simulator.now() >= end
      }
      await until(`${minutes} minutes pass`, passed, (2 * minutes * minuteMs) / rate + 10_000)
    }
    const begunAt = simulator.now()
    const settledMs: number[] = []
    let equal = 0
    while (simulator.now() - begunAt < totalMinutes * minuteMs) {
      lossy.storm()
      await pass((stormMinutes - outageMinutes) / 2)
      await simulator.faults({ kind: 'status', status: 503, path: 'klines' })
      await pass(outageMinutes)
      await simulator.faults()
      await pass((stormMinutes - outageMinutes) / 2)
      lossy.calm()
      let differs: string[] = []
      const settled = async () => {
        system.requireAlive()
        if (!market.isComplete() || market.counts().gaps > 0) return false
        ;({ equal, differs } = await compare(system, market, truth))
        return differs.length === 0
      }
      settledMs.push(
        await until('the ledger equals the recording', settled, repairedWithinMs, () => {
          const { missing, gaps: left, absent } = market.counts()
          return `${missing} missing, ${left} gaps, ${absent} absent; ${differs.slice(0, 3).join('; ')}`
        }),
      )
    }
    watched.stop()
    const { resyncs, gaps: left, absent, changes } = market.counts()
    tell(
      `${changes} changes, ${lossy.faults()} faults, ${resyncs} times anew; ${equal} candles equal at the end`,
    )
    const { one, all } = watched.known()
    tell(`a symbol was known ${Math.round(one * 100)} % of the time, all together ${Math.round(all * 100)} %`)
    tell(`settled in ${Math.max(...settledMs)} ms at most, of ${settledMs.length}`)
    tell(`${watched.repairsMs.length} repairs in ${Math.max(...watched.repairsMs)} ms at most`)
    expect([left, absent]).to.deep.equal([0, 0])
    expect(resyncs).to.be.greaterThan(3)
    expect(equal).to.be.at.least(recording.size * (length - 2))
    expect(watched.repairsMs.length).to.be.at.least(recording.size / 2)
    expect(Math.max(...watched.repairsMs)).to.be.at.most(repairedWithinMs)
  })
})

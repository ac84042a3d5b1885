import { writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readHeads } from '../../lib/market/klines.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { writeSymbolsFile } from '../../lib/market/symbols-file.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// Each second the instruments are read again, which weighs 41: so fast a clock has weight for it, at an address that
// candles do not share.
const options = {
  rate: 5,
  share: 0.06,
  symbols: 6,
  cursors: 0,
  settings: { SLUICE_UNIVERSE_SCHEDULE: '* * * * * *' },
}
const cursorSettings = { SLUICE_SHARE: '0.35', SLUICE_ADDRESS: 'cursor', SLUICE_LOCAL_ADDRESS: '127.0.0.9' }

// A second of the schedule or of the look at the file, the time of two requests, and patience.
const pickedUpWithinMs = 10_000

function untilLane(
  system: System,
  what: string,
  fits: (symbols: string[]) => boolean,
  withinMs = pickedUpWithinMs,
): Promise<number> {
  const look = async () => {
    system.requireAlive()
    return fits(await readLane(system.hub, lane))
  }
  return until(what, look, withinMs)
}

async function indexes(system: System): Promise<Record<string, number>> {
  const instruments = await readInstruments(system.hub, venue)
  return Object.fromEntries([...instruments.values()].map(({ symbol, index }) => [symbol, index]))
}

/** No poll of the symbols is answered from now on. */
async function requireOff(system: System, ...symbols: string[]): Promise<void> {
  const polledAt = () => system.hub.redis.hmget(system.hub.keys.polls(venue, lane.interval), ...symbols)
  // Whatever was handed out before has come in then.
  await system.untilPolled(Date.now(), 10_000)
  const before = await polledAt()
  await watch(3 * system.lapMs, async () => system.requireAlive())
  expect(await polledAt()).to.deep.equal(before)
}

describe('the universe', () => {
  const opened = withSystem(options)

  before(async function () {
    this.timeout(60_000)
    await opened().start('symbol-cursor', cursorSettings)
    await untilLane(opened(), 'every symbol is followed', ({ length }) => length === opened().symbols)
    await opened().untilPolled(0, 30_000)
  })

  /** Nobody's hand is in it. */
  async function freshen(): Promise<string[]> {
    const system = opened()
    writeSymbolsFile(system.symbolsFile, { allow: [], deny: [] })
    const all = (symbols: string[]) => symbols.length >= system.symbols
    await untilLane(system, 'every symbol is followed', all)
    return readLane(system.hub, lane)
  }

  /** Another one that stands by takes the lead. */
  async function killLeader(): Promise<void> {
    const system = opened()
    const leader = await system.leader()
    await leader.signal('SIGKILL')
    await system.untilPolled(Date.now() + 2_500, 15_000)
  }

  it('leaves out indices, shares, premarket, quarterlies, settling symbols and other quote assets', async () => {
    const system = opened()
    const { symbols } = await system.simulator.market()
    const plain = symbols.filter((each) => each.plain).map(({ symbol }) => symbol)
    expect((await readLane(system.hub, lane)).toSorted()).to.deep.equal(plain.toSorted())
    const instruments = await readInstruments(system.hub, venue)
    expect([...instruments.keys()].toSorted()).to.deep.equal(symbols.map(({ symbol }) => symbol).toSorted())
    expect(instruments.get('DEFIUSDT')).to.include({ underlying: 'index', status: 'trading' })
    expect(instruments.get('TSLAUSDT')).to.include({ underlying: 'equity', status: 'trading' })
    expect(instruments.get('PREMARKETUSDT')).to.include({ underlying: 'premarket', status: 'trading' })
    expect(instruments.get('SETTLINGUSDT')).to.include({ underlying: 'coin', status: 'settling' })
    expect(instruments.get('BTCUSDC')).to.include({ quote: 'USDC', contract: 'perpetual', status: 'trading' })
    const quarterly = [...instruments.values()].find(({ symbol }) => symbol.startsWith('BTCUSDT_'))
    expect(quarterly).to.include({ contract: 'delivery', quote: 'USDT', status: 'trading' })
    expect([...(await readHeads(system.hub, lane)).keys()].toSorted()).to.deep.equal(plain.toSorted())
  })

  it('picks up what is listed, delisted and paused while it runs, and every symbol keeps its index', async function () {
    this.timeout(60_000)
    const system = opened()
    const before = await indexes(system)
    const [gone = '', paused = ''] = await readLane(system.hub, lane)
    await system.simulator.change({ add: 'NEWUSDT' }, { remove: gone }, { symbol: paused, status: 'BREAK' })
    const isThere = (symbols: string[], symbol: string) => symbols.includes(symbol)
    const changed = (symbols: string[]) =>
      isThere(symbols, 'NEWUSDT') && !isThere(symbols, gone) && !isThere(symbols, paused)
    tell(`picked up after ${await untilLane(system, 'the changes are in the lane', changed)} ms`)
    await until(
      'the new symbol has candles',
      async () => (await readHeads(system.hub, lane)).has('NEWUSDT'),
      pickedUpWithinMs,
    )
    await requireOff(system, gone, paused)
    const instruments = await readInstruments(system.hub, venue)
    expect(instruments.get(gone)?.status).to.equal('delisted')
    expect(instruments.get(paused)?.status).to.equal('paused')
    const next = Math.max(...Object.values(before)) + 1
    expect(await indexes(system)).to.deep.equal({ ...before, NEWUSDT: next })

    await system.simulator.change(
      { remove: 'NEWUSDT' },
      { add: gone },
      { symbol: paused, status: 'TRADING' },
      { add: 'NEWERUSDT' },
    )
    const back = (symbols: string[]) =>
      isThere(symbols, gone) &&
      isThere(symbols, paused) &&
      isThere(symbols, 'NEWERUSDT') &&
      !isThere(symbols, 'NEWUSDT')
    await untilLane(system, 'the changes back are in the lane', back)
    await system.untilPolled(Date.now(), 10_000)
    expect(await indexes(system)).to.deep.equal({ ...before, NEWUSDT: next, NEWERUSDT: next + 1 })
  })

  it('leaves a symbol off that a person switched off, also after FLUSHALL and under another leader, until it is switched on', async function () {
    this.timeout(60_000)
    const system = opened()
    await system.start('symbol-cursor', cursorSettings)
    const all = await freshen()
    const [off = '', other = ''] = all
    writeSymbolsFile(system.symbolsFile, { allow: [], deny: [off] })
    const isOff = (symbols: string[]) => symbols.length === all.length - 1 && !symbols.includes(off)
    tell(`switched off after ${await untilLane(system, `${off} is off`, isOff)} ms`)
    await requireOff(system, off)

    await system.hub.redis.flushall()
    tell(
      `again without it ${await untilLane(system, `a lane without ${off}`, isOff, 30_000)} ms after FLUSHALL`,
    )
    await system.untilPolled(Date.now(), 10_000)
    expect(await system.hub.redis.hexists(system.hub.keys.polls(venue, lane.interval), off)).to.equal(0)

    await killLeader()
    expect(await readLane(system.hub, lane)).to.satisfy(isOff)

    writeSymbolsFile(system.symbolsFile, { allow: [off, other], deny: [] })
    const onlyTwo = (symbols: string[]) =>
      symbols.length === 2 && symbols.includes(off) && symbols.includes(other)
    tell(`an allow list counts after ${await untilLane(system, 'the allow list counts', onlyTwo)} ms`)
    await system.untilPolled(Date.now(), 10_000)
  })

  it(`stays as it is while the file of a person is half written${soak ? ', also under another leader' : ''}`, async function () {
    this.timeout(60_000)
    const system = opened()
    if (soak) await system.start('symbol-cursor', cursorSettings)
    const symbols = await freshen()
    writeFileSync(system.symbolsFile, '{ "deny": [')
    await watch(1_500, async () => system.requireAlive())
    await system.untilPolled(Date.now(), 15_000)
    if (soak) await killLeader()
    expect(await readLane(system.hub, lane)).to.deep.equal(symbols)
    writeSymbolsFile(system.symbolsFile, { allow: [], deny: symbols.slice(0, 1) })
    await untilLane(system, 'the whole file counts', (now) => !now.includes(symbols[0] ?? ''))
  })
})

import { expect } from 'chai'
import { isBareTooLong } from '../../../lib/risk/ladder-cover.ts'
import type { LadderSight } from '../../../lib/risk/judge-ladder.ts'
import { hearStopWord } from '../../../lib/risk/ladder-state.ts'
import { Stops, long } from '../../support/judged-stops.ts'

const places = [0, 1, 2, 3, 4, 5].map((rung) => `place ${rung}`)

describe('the judgement of a ladder', () => {
  it('sends all stops of a new position at once, the one that closes everything first, and each once', () => {
    const stops = new Stops()
    expect(stops.judge()).to.deep.equal(places)
    expect(stops.judge(100)).to.deep.equal([])
    stops.told('standing', [0, 1, 2, 3, 4, 5])
    const { isSettled, cover, actions } = stops.judgement(100)
    expect({ isSettled, actions }).to.deep.equal({ isSettled: true, actions: [] })
    expect(cover).to.deep.equal({ needed: '1', rungs: '1', closeAll: '0', isCovered: true })
  })

  it('gives the same position the same ids, so that two who protect it send the same', () => {
    const ids = [new Stops(), new Stops()].map((stops) => {
      stops.judge()
      return [...stops.state.stops.keys()]
    })
    expect(ids[0]).to.deep.equal(ids[1])
  })

  it('asks after a stop that is stuck for ever, but less and less, and gives it up at last', () => {
    const stops = new Stops()
    stops.judge()
    stops.told('standing', [0, 1, 2, 3, 4, 5])
    stops.told('triggering', [1])
    const stuck = stops.idsOf([1])[0] ?? ''
    const asks = (forMs: number) => {
      let count = 0
      for (let ms = 0; ms < forMs; ms += 100)
        count += stops.judgement(100).actions.filter((each) => each.do === 'ask' && each.id === stuck).length
      return count
    }
    expect(asks(5_000)).to.be.within(7, 10)
    asks(60_000)
    expect(asks(60_000)).to.be.within(4, 9)
    stops.judge(500_000, { position: { ...long, size: '0', time: stops.sight.now } })
    stops.judge(100)
    expect(stops.state.stops.has(stuck)).to.equal(false)
  })

  it('asks after a stop of unknown outcome until it is known, and never sends another for it', () => {
    const stops = new Stops()
    stops.judge()
    stops.told('standing', [0, 1, 2, 4, 5])
    expect(stops.judge(500)).to.deep.equal(['ask 1000/3'])
    for (let at = 0; at < 12; at++) expect(stops.judge(500)).to.deep.equal(['ask 1000/3'])
    const [id = ''] = stops.idsOf([3])
    stops.state = hearStopWord(stops.state, { word: 'absent', id, time: stops.sight.now })
    expect(stops.judge(100)).to.deep.equal(['place 3 again'])
    // It stood after all: now it is one too many.
    stops.told('standing', [3])
    stops.state = hearStopWord(stops.state, { word: 'told', id, state: 'standing', time: stops.sight.now })
    expect(stops.judge(100)).to.deep.equal(['cancel 1000/3'])
  })

  it('counts a stop that was triggered as cover for a second, and sends it again when it has not traded by then', () => {
    const stops = Stops.standing()
    stops.told('triggered', [1])
    expect(stops.judgement(900).cover).to.include({ rungs: '1' })
    expect(stops.judge(200)).to.deep.equal(['place 1 again'])
    expect(stops.judgement(0).cover).to.include({ rungs: '0.8', closeAll: '0.2', isCovered: true })
  })

  it('sends a stop again at once that was rejected, expired, or cancelled by somebody', () => {
    for (const state of ['rejected', 'expired', 'cancelled'] as const) {
      const stops = Stops.standing()
      stops.told(state, [2])
      expect(stops.judge(100), state).to.deep.equal(['place 2 again'])
    }
  })

  it('needs no other for a stop that has traded, whether its trade or the position is told first', () => {
    const tradeFirst = Stops.standing()
    tradeFirst.told('finished', [1], '0.2')
    expect(tradeFirst.judge(100)).to.deep.equal([])
    expect(tradeFirst.judge(100, { position: { ...long, size: '0.8', time: 1_100 } })).to.deep.equal([])
    const positionFirst = Stops.standing()
    expect(positionFirst.judge(0, { position: { ...long, size: '0.8', time: 1_100 } })).to.deep.equal([])
    positionFirst.told('finished', [1], '0.2')
    expect(positionFirst.judge(1_100)).to.deep.equal([])
    const triggeredFirst = Stops.standing()
    triggeredFirst.told('triggered', [1])
    expect(triggeredFirst.judge(100, { position: { ...long, size: '0.8', time: 1_100 } })).to.deep.equal([])
  })

  it('leaves a ladder that differs by no more than 5 %, and begins another beside it for more', () => {
    const stops = Stops.standing()
    for (const size of ['1.05', '0.95'])
      expect(stops.judge(100, { position: { ...long, size, time: 1_200 } })).to.deep.equal([])
    expect(stops.judge(100, { position: { ...long, size: '1.06', time: 1_300 } })).to.deep.equal(
      places.slice(1),
    )
    stops.told('standing', [1, 2, 3, 4])
    expect(stops.judge(100)).to.deep.equal([])
    stops.told('standing', [5])
    expect(stops.judge(100)).to.deep.equal([1, 2, 3, 4, 5].map((rung) => `cancel 1000/${rung}`))
    expect(stops.judge(100)).to.deep.equal([])
    expect(stops.judge(500).filter((action) => action.startsWith('cancel'))).to.have.length(5)
  })

  it('replaces a ladder when entry or liquidation moved so that a rung is out of its place', () => {
    const moved = { ...long, entryPrice: '1010', time: 1_200 }
    expect(Stops.standing().judge(100, { position: { ...moved, entryPrice: '1002' } })).to.deep.equal([])
    expect(Stops.standing().judge(100, { position: moved })).to.deep.equal(places.slice(1))
    const near = Stops.standing().judge(100, { position: { ...long, liquidationPrice: '890', time: 1_000 } })
    expect(near).to.deep.equal(['exit 0.895', ...places.slice(1)])
  })

  it('swaps the stop that closes the rest while the new rungs stand, before the old ones go', () => {
    const stops = Stops.standing()
    const grown = { ...long, size: '2', entryPrice: '1010', time: 1_200 }
    expect(stops.judge(100, { position: grown })).to.deep.equal(places.slice(1))
    stops.told('standing', [1, 2, 3, 4])
    expect(stops.judge(100)).to.deep.equal([])
    stops.told('standing', [5])
    expect(stops.judge(100)).to.deep.equal(['cancel 1000/0'])
    stops.told('cancelled', [0])
    expect(stops.judge(100)).to.deep.equal(['place 0'])
    stops.told('standing', [0])
    expect(stops.judge(100)).to.deep.equal([1, 2, 3, 4, 5].map((rung) => `cancel 1000/${rung}`))
  })

  it('goes rung by rung where the venue has no room for two ladders', () => {
    const stops = Stops.standing()
    stops.judge(100, { position: { ...long, size: '2', time: 1_200 } })
    stops.told('standing', [1, 2])
    stops.refused('no room', [3, 4, 5])
    expect(stops.judge(100)).to.deep.equal(['cancel 1000/5'])
    expect(stops.judge(100)).to.deep.equal([])
    const old = [...stops.state.stops.values()].find(
      ({ generation, rung }) => generation === 1_000 && rung === 5,
    )
    stops.state = hearStopWord(stops.state, {
      word: 'told',
      id: old?.id ?? '',
      state: 'cancelled',
      time: stops.sight.now,
    })
    expect(stops.judge(100)).to.deep.equal(['place 3 again'])
    expect(stops.judge(100)).to.deep.equal(['cancel 1000/4'])
  })

  it('makes do with fewer rungs where there is no room and nothing of its own to give up', () => {
    const stops = new Stops()
    stops.judge()
    stops.told('standing', [0, 1, 2, 3])
    stops.refused('no room', [4, 5])
    expect(stops.judge(900)).to.deep.equal([])
    expect(stops.judge(200)).to.deep.equal([])
    expect(stops.judge(100)).to.deep.equal(['place 1', 'place 2', 'place 3'])
  })

  it('begins another when a position is as it was before its stops traded, or before one was cut down', () => {
    const traded = Stops.standing()
    traded.told('finished', [1, 2, 3, 4, 5], '0.2')
    expect(traded.judge(3_000, { position: { ...long, time: 3_000 } })).to.include.members(places.slice(1))
    const cut = new Stops()
    cut.judge()
    cut.told('standing', [0])
    cut.refused('other', [1, 2, 3, 4, 5])
    const small = { ...long, size: '0.1', time: 1_500 }
    expect(cut.judge(100, { position: small })).to.deep.equal(['place 1 again'])
    cut.told('standing', [1])
    expect(cut.judge(100, { position: { ...long, time: 1_700 } })).to.deep.equal(places.slice(1))
  })

  it('closes a position of which a stop is refused because its price has passed', () => {
    for (const rung of [0, 3]) {
      const stops = new Stops()
      stops.judge()
      stops.refused('passed', [rung])
      stops.told(
        'standing',
        [0, 1, 2, 3, 4, 5].filter((other) => other !== rung),
      )
      expect(stops.judge(100)).to.deep.equal(['exit 0'])
    }
  })

  it('closes a position whose mark is beyond its last rung by two fresh sources that agree, and by no less', () => {
    const at = (price: string, source: string, ageMs = 0) => ({ source, price, time: 1_100 - ageMs })
    const exits = (...marks: LadderSight['marks']) => {
      const stops = Stops.standing()
      return stops.judge(0, { marks }).some((action) => action === 'exit 0')
    }
    expect(exits(at('925.3', 'stream'), at('925', 'rest'))).to.equal(true)
    expect(exits(at('925', 'stream'))).to.equal(false)
    expect(exits(at('925', 'stream'), at('924', 'stream'))).to.equal(false)
    expect(exits(at('925', 'stream'), at('925', 'rest', 15_001))).to.equal(false)
    expect(exits(at('925', 'stream'), at('900', 'rest'))).to.equal(false)
    expect(exits(at('925', 'stream'), at('925.4', 'rest'))).to.equal(false)
  })

  it('does nothing while nobody knows what is held, or from what entry', () => {
    const stops = Stops.standing()
    expect(stops.judge(100, { position: undefined })).to.deep.equal([])
    expect(
      stops.judge(100, { position: { ...long, size: '3', entryPrice: undefined, time: 1_300 } }),
    ).to.deep.equal([])
    const marks = ['a', 'b'].map((source) => ({ source, price: '1', time: 1_300 }))
    expect(stops.judgement(0, { marks }).problem).to.contain('entry')
    expect(stops.judge(0).filter((action) => action.startsWith('exit'))).to.deep.equal([])
  })

  it('cancels all stops of a position that is flat, and is settled when all have ended', () => {
    const stops = Stops.standing()
    const flat = { ...long, size: '0', entryPrice: undefined, time: 1_200 }
    expect(stops.judge(100, { position: flat }).toSorted()).to.deep.equal(
      [0, 1, 2, 3, 4, 5].map((rung) => `cancel 1000/${rung}`),
    )
    stops.told('cancelled', [0, 1, 2, 3, 4])
    expect(stops.judgement(100).isSettled).to.equal(false)
    stops.told('cancelled', [5])
    expect(stops.judgement(100).isSettled).to.equal(true)
  })

  it('cancels the stops of the other side when a position turned, and protects it anew', () => {
    const stops = Stops.standing()
    const short = { ...long, size: '-1', liquidationPrice: '1500', time: 1_200 }
    const actions = stops.judge(100, { position: short })
    expect(actions).to.include.members([...places, 'cancel 1000/0', 'cancel 1000/5'])
  })

  it('learns of stops from a list, and doubts what a list lacks, but believes neither', () => {
    const known = Stops.standing()
    const rows = [...known.state.stops.values()]
    const fresh = new Stops()
    fresh.state = hearStopWord(fresh.state, { word: 'listed', stops: rows, askedAt: 1_000 })
    expect(fresh.judge().toSorted()).to.deep.equal([0, 1, 2, 3, 4, 5].map((rung) => `ask 1000/${rung}`))
    fresh.told('standing', [0, 1, 2, 3, 4, 5])
    expect(fresh.judgement(100)).to.deep.include({ isSettled: true, actions: [] })
    known.state = hearStopWord(known.state, {
      word: 'listed',
      stops: rows.filter(({ rung }) => rung > 0),
      askedAt: 2_000,
    })
    expect(known.judge(1_000)).to.deep.equal(['ask 1000/0'])
    expect(known.judgement(0)).to.deep.include({ isSettled: true, actions: [] })
  })

  it('asks after a stop in a list that it thinks was refused, and has it stand when it does', () => {
    const stops = new Stops()
    stops.judge()
    const rows = [...stops.state.stops.values()]
    stops.told('standing', [0, 1, 2, 3, 4])
    stops.refused('other', [5])
    expect(stops.judge(100)).to.deep.equal(['place 5 again'])
    stops.told('standing', [5])
    stops.state = hearStopWord(stops.state, { word: 'listed', stops: rows, askedAt: 1_050 })
    expect(stops.judge(100)).to.deep.equal(['ask 1000/5'])
    const [first] = rows.filter(({ rung }) => rung === 5)
    stops.state = hearStopWord(stops.state, {
      word: 'told',
      id: first?.id ?? '',
      state: 'standing',
      time: 1_250,
    })
    expect(stops.judge(100)).to.deep.equal(['cancel 1000/5'])
  })

  it('tells since when a position is without cover, and forgets it when it is covered', () => {
    const stops = new Stops()
    stops.judge()
    stops.judge(2_000)
    expect(stops.state.uncoveredSince).to.equal(1_000)
    expect(isBareTooLong(stops.state, 4_000)).to.equal(false)
    expect(isBareTooLong(stops.state, 4_001)).to.equal(true)
    stops.told('standing', [0])
    stops.judge(100)
    expect(stops.state.uncoveredSince).to.equal(undefined)
  })

  it('counts the stop behind the rungs as cover up to what the venue takes in one market order', () => {
    const stops = new Stops()
    const instrument = { ...stops.sight.instrument, maxMarketQty: '0.4' }
    stops.judge(0, { instrument })
    stops.told('standing', [0])
    expect(stops.judgement(100).cover).to.deep.equal({
      needed: '1',
      rungs: '0',
      closeAll: '0.4',
      isCovered: false,
    })
  })
})

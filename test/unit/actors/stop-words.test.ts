import { expect } from 'chai'
import { positionFor } from '../../../actors/risk/kept-ladder.ts'
import { openStopWords } from '../../../actors/risk/stop-words.ts'
import type { OrderReport, StopReport, StopState } from '../../../lib/model/order-report.ts'
import type { PositionReport } from '../../../lib/model/position-report.ts'
import { stopIdOf } from '../../../lib/model/stop-id.ts'
import { noLadder, toSentStop } from '../../../lib/risk/ladder-state.ts'

const owner = { account: 'main', symbol: 'AUSDT', side: 'both' } as const
const name = { generation: 5_000, rung: 1, attempt: 0 }
const id = stopIdOf(owner, name)
const common = { symbol: 'AUSDT', side: 'sell', positionSide: 'both', reduceOnly: true } as const

function stop(state: StopState, childOrderId: string | undefined, time = 6_000): StopReport {
  const terms = { size: '2', triggerPrice: '90', reason: '' }
  return { ...common, clientOrderId: id, orderId: '7', state, childOrderId, time, ...terms }
}

function child(filled: string, state: OrderReport['state'], time = 6_010): OrderReport {
  const terms = { type: 'market', timeInForce: 'IOC', postOnly: false, price: undefined } as const
  const trades = { size: '2', filled, averagePrice: '90' }
  return { ...common, ...terms, ...trades, clientOrderId: 'algo_7', orderId: '8', state, time }
}

describe('words on stops', () => {
  const filled = { word: 'told', id, state: 'triggered', time: 6_010, filled: '2' }

  it('tell what its child has traded, whichever news comes first', () => {
    const after = openStopWords('main')
    after.ofStop(stop('triggered', '8'))
    expect(after.ofOrder(child('2', 'filled')).map(({ word }) => word)).to.deep.equal([filled])
    const before = openStopWords('main')
    expect(before.ofOrder(child('2', 'filled'))).to.deep.equal([])
    const words = before.ofStop(stop('triggered', '8')).map(({ word }) => word)
    expect(words[0]).to.deep.equal(filled)
    expect(words[1]).to.deep.include({ state: 'triggered', time: 6_000 })
  })

  it('are asked for while the child of a stop was not heard of to its end', () => {
    const words = openStopWords('main')
    expect(words.lacksChild(stop('standing', undefined))).to.equal(false)
    expect(words.lacksChild(stop('triggered', '8'))).to.equal(true)
    words.ofOrder(child('1', 'open'))
    expect(words.lacksChild(stop('triggered', '8'))).to.equal(false)
    expect(words.lacksChild(stop('finished', '8'))).to.equal(true)
  })

  it('are none of what is not ours', () => {
    expect(openStopWords('other').ofStop(stop('standing', undefined))).to.deep.equal([])
  })
})

describe('the position that stops are judged by', () => {
  const standing = toSentStop({ ...name, id, stopSide: 'sell', size: '2', triggerPrice: '90' }, 5_000)
  const state = { ...noLadder, stops: new Map([[id, standing]]) }
  const own = (of: Partial<PositionReport>) => ({
    word: { symbol: 'AUSDT', side: 'both', size: '0', time: 4_000, askedAt: 6_000, ...of } as PositionReport,
    sizeBefore: undefined,
    entryPrice: undefined,
    liquidationPrice: undefined,
    liquidationAt: 0,
  })

  it('is not flat by a word that is older than the position the stops were made for', () => {
    expect(positionFor({ state }, own({}))).to.equal(undefined)
    expect(positionFor({ state }, own({ time: 5_001 }))?.size).to.equal('0')
    expect(positionFor({ state }, own({ size: '1' }))?.size).to.equal('1')
    expect(positionFor({ state }, undefined)).to.equal(undefined)
  })

  it('is flat by any word that was asked for a minute later, and where no stop may stand', () => {
    expect(positionFor({ state }, own({ askedAt: 65_000 }))?.size).to.equal('0')
    expect(positionFor({ state: noLadder }, own({}))?.size).to.equal('0')
  })
})

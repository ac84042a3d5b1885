import { expect } from 'chai'
import { decodeLadder, encodeLadder } from '../../../lib/orders/ladders.ts'
import { Stops } from '../../support/judged-stops.ts'

describe('a ladder in store', () => {
  it('comes back as it was, whatever had happened to its stops', () => {
    const stops = new Stops()
    stops.judge()
    stops.told('standing', [0, 1, 2, 3])
    stops.refused('no room', [4])
    stops.told('triggered', [1], '0.1')
    stops.judge(2_000)
    expect(stops.state.stops.size).to.be.greaterThan(5)
    expect(decodeLadder(encodeLadder(stops.state))).to.deep.equal(stops.state)
  })

  it('comes back when there is none', () => {
    const stops = new Stops()
    expect(decodeLadder(encodeLadder(stops.state))).to.deep.equal(stops.state)
  })
})

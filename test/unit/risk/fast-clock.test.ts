import { expect } from 'chai'
import { Stops } from '../../support/judged-stops.ts'

describe('the judgement of a ladder where the clock runs fast', () => {
  it('waits for an answer no shorter than it takes in real time, however fast the clock runs', () => {
    const stops = new Stops()
    stops.judge(0, { rate: 60 })
    stops.told('standing', [0, 1, 2, 4, 5])
    expect(stops.judge(2_900)).to.deep.equal([])
    expect(stops.judge(100)).to.deep.equal(['ask 1000/3'])
    stops.told('standing', [3])
    stops.told('triggered', [1])
    expect(stops.judgement(5_900).cover).to.include({ rungs: '1' })
    expect(stops.judge(200)).to.include('place 1 again')
  })
})

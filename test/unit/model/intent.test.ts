import { expect } from 'chai'
import { toIntent } from '../../../lib/model/intent.ts'
import type { AskedOrder } from '../../../lib/model/intent.ts'

const asked: AskedOrder = {
  signalId: 'one',
  class: 'open',
  symbol: 'AUSDT',
  side: 'buy',
  type: 'limit',
  size: 1.5,
  price: '100.0',
}
const of = { account: 'main', strategy: 'example', deadline: 7 }

describe('an intent', () => {
  it('has one id for one signal of a strategy on an account, whatever else it says', () => {
    const id = (more: object, by: object = {}) => {
      const intent = toIntent({ ...asked, ...more }, { ...of, ...by })
      return 'denied' in intent ? intent.denied : intent.id
    }
    expect(id({ size: 9, side: 'sell' }, { deadline: 8 })).to.equal(id({}))
    expect(
      new Set([id({}), id({ signalId: 'two' }), id({}, { account: 'b' }), id({}, { strategy: 'b' })]).size,
    ).to.equal(4)
    expect(id({})).to.match(/^[a-z0-9]{30}$/)
  })

  it('holds decimals, and what was left open as it is meant', () => {
    expect(toIntent(asked, of)).to.deep.include({
      size: '1.5',
      notional: undefined,
      price: '100',
      timeInForce: 'GTC',
      positionSide: 'both',
      postOnly: false,
      reduceOnly: false,
    })
    const market = { signalId: 'two', symbol: 'AUSDT', side: 'sell', type: 'market', notional: '5' } as const
    expect(toIntent({ ...market, class: 'reduce' }, of)).to.include({
      timeInForce: 'IOC',
      reduceOnly: true,
      price: undefined,
    })
  })

  it('is denied when it is not whole, whatever its types promised', () => {
    for (const wrong of [
      { signalId: '' },
      { class: 'cancel' },
      { side: 'up' },
      { type: 'stop' },
      { timeInForce: 'GTX' },
      { positionSide: 'net' },
      { notional: 5 },
      { size: undefined },
      { price: undefined },
      { size: '' },
      { price: NaN },
      { postOnly: true, timeInForce: 'IOC' },
    ]) {
      const answer = toIntent({ ...asked, ...(wrong as object) }, of)
      expect(answer, JSON.stringify(wrong)).to.have.property('denied')
    }
  })
})

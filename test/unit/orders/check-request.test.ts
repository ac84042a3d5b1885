import { expect } from 'chai'
import { checkRequest } from '../../../lib/orders/check-request.ts'
import type { RequestSight } from '../../../lib/orders/check-request.ts'
import type { OrderRequest } from '../../../lib/orders/order-port.ts'
import { toPerpetual } from '../../support/instrument.ts'

const request: OrderRequest = {
  signalId: 'one',
  class: 'open',
  symbol: 'AUSDT',
  side: 'buy',
  type: 'limit',
  price: '100',
  size: '1',
}
const sight: RequestSight = {
  instrument: toPerpetual('AUSDT'),
  quote: { bid: '99.9', ask: '100.1' },
  noRisk: undefined,
  held: '0',
}

function denied(of: object, by: object = {}): string {
  const answer = checkRequest({ ...request, ...of }, { ...sight, ...by })
  if (!('denied' in answer)) throw new Error(`expected a denial, was ${JSON.stringify(answer)}`)
  return answer.denied
}

describe('a request of a strategy', () => {
  it('is cut to lots and ticks, away from the market', () => {
    expect(checkRequest({ ...request, price: 100.07, size: 1.2345 }, sight)).to.include({
      price: '100',
      size: '1.234',
    })
    expect(checkRequest({ ...request, side: 'sell', price: 100.01 }, sight)).to.include({ price: '100.1' })
  })

  it('by notional is sized at its own price, or at the opposite quote', () => {
    const rest = { signalId: 'one', class: 'open', symbol: 'AUSDT', side: 'buy', type: 'limit' } as const
    expect(checkRequest({ ...rest, price: '100', notional: 250 }, sight)).to.include({ size: '2.5' })
    expect(checkRequest({ ...rest, type: 'market', notional: 250 }, sight)).to.include({
      size: '2.497',
      timeInForce: 'IOC',
    })
    const instrument = {
      ...toPerpetual('AUSDT'),
      contractSize: '0.01',
      lotSize: '1',
      minQty: '1',
      minNotional: undefined,
    }
    expect(checkRequest({ ...rest, price: '100', notional: '7.9' }, { ...sight, instrument })).to.include({
      size: '7',
    })
  })

  it('for new risk is denied on stale data; one that reduces is not', () => {
    const noRisk = 'stale data: no quotes came of late'
    expect(denied({}, { noRisk })).to.equal(noRisk)
    const answer = checkRequest(
      { ...request, class: 'reduce', side: 'sell' },
      { ...sight, noRisk, held: '3' },
    )
    expect(answer).to.include({ reduceOnly: true })
  })

  it('is denied when there is nothing to reduce', () => {
    for (const held of ['0', '2'])
      expect(denied({ class: 'reduce' }, { held })).to.equal('there is nothing to reduce')
  })

  it('is denied when the venue would not take it', () => {
    expect(denied({ size: '0.0004' })).to.contain('lot')
    expect(denied({ size: '0.01' })).to.contain('notional 1 is below the least, 5')
    expect(denied({ price: undefined, type: 'market', size: '101' })).to.contain('market order')
    expect(denied({}, { instrument: { ...toPerpetual('AUSDT'), status: 'settling' } })).to.contain('settling')
    expect(denied({}, { instrument: undefined })).to.contain('AUSDT')
    expect(denied({ price: undefined, type: 'market' }, { quote: undefined })).to.contain('quote')
    expect(denied({ price: '0.01' })).to.contain('price')
  })

  it('is denied when it is not whole, whatever a strategy without types sends', () => {
    for (const wrong of [
      { signalId: '' },
      { class: 'protect' },
      { notional: 5 },
      { size: undefined },
      { price: undefined },
      { type: 'market' },
      { size: 'much' },
      { price: NaN },
      { postOnly: true, timeInForce: 'IOC' },
      { size: -1 },
    ]) {
      expect(denied(wrong), JSON.stringify(wrong)).to.be.a('string')
    }
  })
})

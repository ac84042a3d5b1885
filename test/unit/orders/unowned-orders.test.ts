import { expect } from 'chai'
import type { OrderReport, StopReport } from '../../../lib/model/order-report.ts'
import { toUnownedConditions, unownedEntries } from '../../../lib/orders/unowned-orders.ts'
import { exposureOf } from '../../../lib/risk/exposure.ts'
import { toPerpetual } from '../../support/instrument.ts'

const order: OrderReport = {
  clientOrderId: 'web_1',
  orderId: '7',
  symbol: 'AUSDT',
  side: 'buy',
  positionSide: 'both',
  reduceOnly: false,
  type: 'limit',
  timeInForce: 'GTC',
  postOnly: false,
  state: 'open',
  size: '5',
  price: '100',
  filled: '2',
  averagePrice: undefined,
  time: 1_000,
}
const stop: StopReport = {
  clientOrderId: 'web_2',
  orderId: '8',
  symbol: 'AUSDT',
  side: 'sell',
  positionSide: 'both',
  reduceOnly: false,
  state: 'standing',
  size: '1',
  triggerPrice: '90',
  childOrderId: undefined,
  reason: '',
  time: 1_000,
}
const prices = { instrumentOf: toPerpetual, markOf: () => '100' }
const exposureBy = (orders: readonly OrderReport[], stops: readonly StopReport[] = []) =>
  exposureOf([], unownedEntries(toUnownedConditions(orders, stops, 5_000)), prices)

describe('orders that nobody owns', () => {
  it('are named with what is left of them', () => {
    const named = toUnownedConditions([order], [stop, { ...stop, orderId: '9', size: undefined }], 5_000)
    expect([...named].map(([name, { since, text }]) => [name, since, text])).to.deep.equal([
      ['unowned order AUSDT 7', 5_000, 'nobody here owns the order web_1: buy 3 AUSDT at 100'],
      ['unowned stop AUSDT 8', 5_000, 'nobody here owns the stop web_2: sell 1 AUSDT once 90 is reached'],
      ['unowned stop AUSDT 9', 5_000, 'nobody here owns the stop web_2: sell all AUSDT once 90 is reached'],
    ])
  })

  it('count against the limits where they may open a position, and else do not', () => {
    expect(exposureBy([order], [stop])).to.deep.include({ gross: '390', orders: 2 })
    expect(exposureBy([{ ...order, reduceOnly: true }], [{ ...stop, size: undefined }])).to.deep.include({
      gross: '0',
      orders: 0,
    })
    const hedged = { ...order, positionSide: 'short' } as const
    expect(exposureBy([hedged]).orders).to.equal(0)
    expect(exposureBy([{ ...hedged, side: 'sell' }]).orders).to.equal(1)
  })

  it('are worth nobody knows how much when they are too many to be named', () => {
    const many = Array.from({ length: 501 }, (_, at) => ({ ...order, orderId: String(at) }))
    expect(exposureBy(many.slice(1)).gross).to.equal('150000')
    const exposure = exposureOf([], unownedEntries(toUnownedConditions(many, [], 5_000)), {
      ...prices,
      instrumentOf: (symbol) => (symbol === '' ? undefined : toPerpetual(symbol)),
    })
    expect(exposure.gross).to.equal(undefined)
  })

  it('are read back from conditions alone, of which others say nothing of orders', () => {
    const conditions = new Map([
      ['difference AUSDT/both', { since: 1, text: '', symbol: 'AUSDT', size: '1' }],
    ])
    expect(unownedEntries(conditions)).to.deep.equal([])
  })
})

import { expect } from 'chai'
import { clientOrderIdOf } from '../../../lib/model/client-order-id.ts'
import { InvariantError } from '../../../lib/model/errors.ts'
import { decodeOrder, encodeOrder } from '../../../lib/model/order.ts'
import { limitOrder } from '../../support/paper.ts'

describe('an order', () => {
  it('is read as it was stored, with a price and a cancel or without', () => {
    const order = limitOrder({ cancelAt: 7, reason: 'a, b' })
    const market = { ...order, type: 'market' as const, price: undefined, cancelAt: undefined }
    for (const each of [order, market]) expect(decodeOrder(encodeOrder(each))).to.deep.equal(each)
  })

  it('that lacks a field is not guessed at', () => {
    const fields = Object.entries(encodeOrder(limitOrder({}))).filter(([name]) => name !== 'size')
    expect(() => decodeOrder(Object.fromEntries(fields))).to.throw(InvariantError, 'size')
  })
})

describe('the client order id', () => {
  it('is one for one signal, another for any other, and fits every venue', () => {
    const id = clientOrderIdOf('paper', 'example', 'BTCUSDT-1')
    expect(clientOrderIdOf('paper', 'example', 'BTCUSDT-1')).to.equal(id)
    expect(id).to.match(/^[A-Za-z0-9]{1,32}$/)
    const others = [
      clientOrderIdOf('main', 'example', 'BTCUSDT-1'),
      clientOrderIdOf('paper', 'exampleB', 'TCUSDT-1'),
      clientOrderIdOf('paper', 'example', 'BTCUSDT-2'),
    ]
    expect(new Set([id, ...others]).size).to.equal(4)
  })
})

import { expect } from 'chai'
import { intentIdOf, sliceId } from '../../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../../lib/model/client-order-id.ts'
import { exitIdOf, isExitId } from '../../../lib/model/exit-id.ts'
import { isStrategyName, nameOfOwner, ownerOf } from '../../../lib/model/order-owner.ts'
import type { OrderMaker } from '../../../lib/model/order-report.ts'
import { stopIdOf } from '../../../lib/model/stop-id.ts'

const place = { account: 'main', symbol: 'BTCUSDT', side: 'both' } as const
const exitId = exitIdOf({ ...place, startedAt: 1_790_000_000_000, nth: 0 })
const intentId = clientOrderIdOf('main', 'test', 'one')

describe('the owner of an order', () => {
  const of = (clientOrderId: string, madeBy?: OrderMaker, price?: string) =>
    ownerOf({ clientOrderId, price, ...(madeBy && { madeBy }) }, false)

  it('is told by claims and ids, and nobody is the owner of what neither names', () => {
    expect(ownerOf({ clientOrderId: intentId, price: '1' }, true)).to.equal('intent')
    expect(of(intentId, undefined, '1')).to.equal('nobody')
    expect(of('web_1', undefined, '1')).to.equal('nobody')
    expect(of(exitId)).to.equal('exit')
    expect(of(stopIdOf(place, { generation: 1, rung: 2, attempt: 0 }))).to.equal('stop')
  })

  it('is a stop where a conditional order made it at the market; one at a price is nobody of ours', () => {
    expect(of('algo_7', 'stop')).to.equal('stop')
    expect(of('algo_7', 'stop', '100')).to.equal('nobody')
  })

  it('is the venue where it closed the position itself', () => {
    for (const maker of ['liquidation', 'deleveraging', 'settlement'] as const)
      expect(of('x', maker, '100')).to.equal(maker)
  })

  it('has a name in records that no strategy can have', () => {
    expect(isStrategyName(nameOfOwner('stop'))).to.equal(false)
    expect(isStrategyName('stop')).to.equal(true)
  })
})

describe('the ids of orders', () => {
  it('tell the intent of each slice', () => {
    for (const at of [0, 1, 35, 1_295]) expect(intentIdOf(sliceId(intentId, at))).to.equal(intentId)
    for (const id of ['', 'web_1', exitId, `${intentId}0`, `${intentId}000`, 'algo_1'])
      expect(intentIdOf(id), id).to.equal(undefined)
  })

  it('tell exits from everything else, and each exit has its own', () => {
    expect(isExitId(exitId)).to.equal(true)
    expect(isExitId(intentId)).to.equal(false)
    expect(exitIdOf({ ...place, startedAt: 1_790_000_000_000, nth: 1 })).not.to.equal(exitId)
    expect(exitId.length).to.equal(30)
  })
})

import { expect } from 'chai'
import { add, compareDecimals, floorTo, mul } from '../../lib/model/decimal.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { untilFound } from '../support/until.ts'
import { withinMs } from './conforming-venue.ts'
import type { Conformance } from './conforming-venue.ts'

/** How every venue must keep stops. */
export function itKeepsStops(of: () => Conformance): void {
  async function hold(): Promise<void> {
    const { orders, instrument, size, newId, ended } = of()
    const clientOrderId = newId()
    await orders.createOrder(toSend({ symbol: instrument.symbol, clientOrderId, size: add(size, size) }))
    await ended(clientOrderId)
  }
  const listed = (clientOrderId: string) =>
    untilFound(
      `${clientOrderId} in the list`,
      async () =>
        (await of().orders.fetchOpenStops(of().instrument.symbol)).find(
          (each) => each.clientOrderId === clientOrderId,
        ),
      withinMs,
    )

  it('lets one of a size and one of everything stand, apart from orders, until they are cancelled', async () => {
    const { orders, instrument, size, newId, priceAt } = of()
    const { symbol } = instrument
    await hold()
    const triggerPrice = await priceAt('0.8')
    const part = stopToSend({ symbol, clientOrderId: newId(), triggerPrice, size })
    const all = stopToSend({ symbol, clientOrderId: newId(), triggerPrice, size: undefined })
    for (const stop of [part, all]) {
      const taken = await orders.createStop(stop)
      const told = await listed(stop.clientOrderId)
      const expected = { state: 'standing', size: stop.size, triggerPrice, side: 'sell' }
      expect(taken).to.include(expected)
      expect(told).to.include({ ...expected, orderId: taken.orderId, childOrderId: undefined })
      expect(await orders.fetchStop(symbol, stop.clientOrderId)).to.deep.equal(told)
    }
    expect(await orders.fetchOpenOrders(symbol)).to.deep.equal([])
    for (const { clientOrderId } of [part, all]) {
      expect(await orders.cancelStop(symbol, clientOrderId)).to.equal(true)
      const { state } = await untilFound(
        'its end',
        async () => {
          const told = await orders.fetchStop(symbol, clientOrderId)
          return told === undefined || told.state === 'standing' ? undefined : told
        },
        withinMs,
      )
      expect(state).to.equal('cancelled')
      expect(await orders.cancelStop(symbol, clientOrderId)).to.equal(false)
    }
  })

  it('makes an order of one that the mark comes to, by which the position is known to end', async function () {
    const { site, orders, account, instrument, newId, mark } = of()
    // Elsewhere nobody can wait for a price.
    if (site.simulated === undefined) return this.skip()
    const { symbol, tickSize = '1' } = instrument
    await hold()
    const high = await untilFound(
      'a mark from which it falls',
      async () => {
        const price = await mark()
        return compareDecimals(price, '99.2') > 0 ? price : undefined
      },
      withinMs,
    )
    const triggerPrice = floorTo(mul(high, '0.995'), tickSize)
    const stop = stopToSend({ symbol, clientOrderId: newId(), triggerPrice, size: undefined })
    await orders.createStop(stop)
    const triggered = await untilFound(
      'its child',
      async () => {
        const told = await orders.fetchStop(symbol, stop.clientOrderId)
        return told?.childOrderId === undefined ? undefined : told
      },
      withinMs,
    )
    expect(['triggered', 'finished']).to.include(triggered.state)
    const child = await untilFound(
      'the end of its child',
      async () => {
        const told = await orders.fetchOrderById(symbol, triggered.childOrderId ?? '')
        return told?.state === 'open' ? undefined : told
      },
      withinMs,
    )
    expect(child).to.include({ side: 'sell', state: 'filled', type: 'market', madeBy: 'stop' })
    const { positions } = await account.fetchPosition(symbol)
    expect(positions.filter(({ size }) => size !== '0')).to.deep.equal([])
    expect(await orders.cancelStop(symbol, stop.clientOrderId)).to.equal(false)
  })
}

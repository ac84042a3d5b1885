import { expect } from 'chai'
import { VenueRejectedError } from '../../lib/model/errors.ts'
import { add, compareDecimals, signOf } from '../../lib/model/decimal.ts'
import type { OrderToSend } from '../../lib/exchange/order-exchange.ts'
import { toSend } from '../support/order-account.ts'
import { untilFound } from '../support/until.ts'
import { withinMs } from './conforming-venue.ts'
import type { Conformance } from './conforming-venue.ts'

/** How every venue must take orders. */
export function itTakesOrders(of: () => Conformance): void {
  const order = (more: Partial<OrderToSend> = {}): OrderToSend =>
    toSend({ symbol: of().instrument.symbol, clientOrderId: of().newId(), size: of().size, ...more })
  const standing = async (clientOrderId: string) =>
    untilFound(
      `${clientOrderId} in the list`,
      async () =>
        (await of().orders.fetchOpenOrders(of().instrument.symbol)).find(
          (each) => each.clientOrderId === clientOrderId,
        ),
      withinMs,
    )

  it('fills a market order, all of it, at trades that add up to it', async () => {
    const { orders, size, ended, instrument, clock } = of()
    const sent = order()
    const taken = await orders.createOrder(sent)
    expect(taken).to.include({ clientOrderId: sent.clientOrderId, symbol: sent.symbol, size })
    const report = await ended(sent.clientOrderId)
    expect(report).to.include({
      orderId: taken.orderId,
      side: 'buy',
      positionSide: 'both',
      type: 'market',
      timeInForce: 'IOC',
      state: 'filled',
      size,
      filled: size,
      price: undefined,
      reduceOnly: false,
    })
    expect(signOf(report.averagePrice ?? '0')).to.equal(1)
    expect(report.time).to.be.closeTo(clock.now(), 5 * 60_000)
    expect(compareDecimals(String(report.time), String(taken.time))).to.be.at.least(-1)
    expect(await orders.fetchOrderById(instrument.symbol, report.orderId)).to.deep.equal(report)
    const trades = await untilFound(
      'its trades',
      async () => {
        const told = await orders.fetchTradesSince(instrument.symbol, report.time - 1_000)
        const own = told.filter(({ orderId }) => orderId === report.orderId)
        return own.reduce((sum, each) => add(sum, each.size), '0') === size ? own : undefined
      },
      withinMs,
    )
    for (const each of trades) {
      expect(each).to.include({
        side: 'buy',
        feeAsset: 'USDT',
        liquidity: 'taker',
        symbol: instrument.symbol,
      })
      expect(signOf(each.fee)).to.equal(1)
    }
    const told = await orders.fetchOrdersSince(instrument.symbol, report.time - 60_000)
    expect(told.map(({ orderId }) => orderId)).to.include(report.orderId)
  })

  it('lets an order rest that takes nothing, lists it and cancels it once', async () => {
    const { orders, instrument, size, priceAt, ended } = of()
    const { symbol } = instrument
    const sent = order({ price: await priceAt('0.9'), type: 'limit', timeInForce: 'GTC', postOnly: true })
    const taken = await orders.createOrder(sent)
    const listed = await standing(sent.clientOrderId)
    expect(listed).to.include({
      orderId: taken.orderId,
      state: 'open',
      type: 'limit',
      timeInForce: 'GTC',
      postOnly: true,
      price: sent.price,
      size,
      filled: '0',
      averagePrice: undefined,
    })
    expect((await orders.fetchOpenOrders()).map(({ orderId }) => orderId)).to.include(taken.orderId)
    expect(await orders.cancelOrder(symbol, sent.clientOrderId)).to.equal(true)
    expect(await ended(sent.clientOrderId)).to.include({ state: 'cancelled', filled: '0' })
    expect(await orders.cancelOrder(symbol, sent.clientOrderId)).to.equal(false)
  })

  it('ends an order at once that may not rest', async () => {
    const { orders, priceAt, ended } = of()
    const sent = order({ price: await priceAt('0.9'), type: 'limit', timeInForce: 'IOC' })
    await orders.createOrder(sent)
    expect(await ended(sent.clientOrderId)).to.include({ state: 'expired', filled: '0', timeInForce: 'IOC' })
  })

  it('lets an order that only reduces end a position and never turn it', async () => {
    const { orders, account, instrument, size, ended } = of()
    const opening = order()
    await orders.createOrder(opening)
    await ended(opening.clientOrderId)
    const closing = order({ side: 'sell', reduceOnly: true, size: add(size, size) })
    await orders.createOrder(closing)
    expect((await ended(closing.clientOrderId)).filled).to.equal(size)
    const { positions } = await account.fetchPosition(instrument.symbol)
    expect(positions.filter((each) => each.size !== '0')).to.deep.equal([])
  })

  it('cancels all orders of a symbol', async () => {
    const { orders, instrument, priceAt } = of()
    const price = await priceAt('0.9')
    for (let i = 0; i < 2; i++) {
      const sent = order({ price, type: 'limit', timeInForce: 'GTC', postOnly: true })
      await orders.createOrder(sent)
      await standing(sent.clientOrderId)
    }
    await orders.cancelOrders(instrument.symbol)
    await untilFound(
      'an empty list',
      async () => (await orders.fetchOpenOrders(instrument.symbol)).length === 0 || undefined,
      withinMs,
    )
  })

  it('takes no order that would only reduce what is not there', async () => {
    const { orders, ended } = of()
    const sent = order({ side: 'sell', reduceOnly: true })
    // Some venues refuse it, others take and end it; none trades.
    try {
      await orders.createOrder(sent)
      expect((await ended(sent.clientOrderId)).filled).to.equal('0')
    } catch (error) {
      expect(error).to.be.instanceOf(VenueRejectedError)
    }
  })
}

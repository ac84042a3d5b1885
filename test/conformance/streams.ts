import { expect } from 'chai'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import { add } from '../../lib/model/decimal.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { until } from '../support/until.ts'
import { withinMs } from './conforming-venue.ts'
import type { Conformance } from './conforming-venue.ts'

/** What every venue must tell by its private stream. */
export function itTellsEvents(of: () => Conformance): void {
  it('tells orders, trades, positions, balances and stops as its answers do', async () => {
    const { account, orders, instrument, size, newId, priceAt, ended } = of()
    const { symbol } = instrument
    const events: UserEvent[] = []
    const lost: string[] = []
    let isOpen = false
    const key = await account.openStreamKey()
    const connection = key.connect({
      onOpen: () => (isOpen = true),
      onEvent: (event) => events.push(event),
      onSign: () => {},
      onLost: (reason) => lost.push(reason),
      onEnd: (reason) => lost.push(reason),
    })
    try {
      await until(
        'the stream is open',
        async () => isOpen,
        withinMs,
        () => lost.join('; '),
      )
      const [orderId, stopId] = [newId(), newId()]
      await orders.createOrder(toSend({ symbol, clientOrderId: orderId, size }))
      const report = await ended(orderId)
      await orders.createStop(
        stopToSend({ symbol, clientOrderId: stopId, triggerPrice: await priceAt('0.8'), size }),
      )
      const heard = () => events.flatMap((event) => orders.readEvent(event) ?? [])
      const heardOrders = () => heard().flatMap((each) => ('order' in each ? [each.order] : []))
      const states = () =>
        heardOrders().flatMap(({ order }) => (order?.clientOrderId === orderId ? [order.state] : []))
      const stops = () => heard().flatMap((each) => ('stop' in each ? [each.stop] : []))
      const trades = () =>
        heardOrders().flatMap(({ trade }) => (trade?.orderId === report.orderId ? [trade] : []))
      const traded = () => {
        const byId = new Map(trades().map((each) => [each.id, each.size]))
        return [...byId.values()].reduce((sum, each) => add(sum, each), '0')
      }
      await until('the order is filled', async () => states().at(-1) === 'filled', withinMs)
      await until('its trades add up', async () => traded() === size, withinMs, traded)
      await until(
        'the stop stands',
        async () => stops().some((each) => each.clientOrderId === stopId),
        withinMs,
      )
      expect(stops().find((each) => each.clientOrderId === stopId)).to.include({ state: 'standing', size })
      const reports = () => events.flatMap((event) => (event.kind === 'report' ? [event.report] : []))
      const sizes = () =>
        reports().flatMap(({ positions }) =>
          positions.flatMap((each) => (each.symbol === symbol ? [each] : [])),
        )
      await until('the position is told', async () => sizes().some((each) => each.size === size), withinMs)
      const told = sizes().findLast((each) => each.size === size)
      const [asked] = (await account.fetchPosition(symbol)).positions
      // One version of both, so that the newer one wins whoever tells it.
      expect(told?.time).to.equal(asked?.time)
      await until(
        'a balance is told',
        async () => reports().some(({ balances }) => balances.some(({ asset }) => asset === 'USDT')),
        withinMs,
      )
      const fetched = await orders.fetchTradesSince(symbol, report.time - 1_000)
      const ids = new Set(trades().map(({ id }) => id))
      expect(fetched.filter((each) => each.orderId === report.orderId).map(({ id }) => id)).to.have.members([
        ...ids,
      ])
      expect(lost).to.deep.equal([])
    } finally {
      connection.close()
    }
  })
}

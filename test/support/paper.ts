import type { Order } from '../../lib/model/order.ts'
import type { PaperSight } from '../../lib/orders/match-paper-order.ts'

/** A paper order for 2 contracts at 100, resting since time 1,000, with what is given instead. */
export function limitOrder(instead: Partial<Order>): Order {
  return {
    id: 'sl1',
    account: 'paper',
    strategy: 'test',
    signalId: 'one',
    class: 'open',
    symbol: 'AUSDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
    size: '2',
    price: '100',
    state: 'open',
    filled: '0',
    filledNotional: '0',
    fees: '0',
    reason: '',
    submittedAt: 850,
    activeAt: 1_000,
    cancelAt: undefined,
    time: 1_000,
    revision: 2,
    ...instead,
  }
}

/**
 * A market at 101 to 102 that has shown nothing to an order at 100, at time 2,000, with what is given
 * instead.
 */
export function sightOf(instead: Partial<PaperSight>): PaperSight {
  return {
    now: 2_000,
    quote: { bid: 101, bidLeft: 5, ask: 102, askLeft: 5, asOf: 2_000 },
    tradedThrough: 0,
    candlesAsOf: 2_000,
    held: '0',
    tickSize: '0.1',
    lotSize: '0.001',
    contractSize: '1',
    ...instead,
  }
}

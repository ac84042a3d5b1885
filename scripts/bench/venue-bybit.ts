import type { BenchVenue } from './bench-venue.ts'

/** Bybit linear: 600 requests of any kind in 5 s and address. A stop is an order like another. */
export const bybitVenue: BenchVenue = {
  id: 'bybit',
  polls: { path: '/v5/market/kline', limit: 600, windowMs: 5_000 },
  marketName: (symbol) => symbol,
  orderPauseMs: 500,
  places: {
    createOrder: 'POST /v5/order/create',
    readOrder: 'GET /v5/order/',
    createStop: 'POST /v5/order/create',
    readStop: 'GET /v5/order/',
    cancelStop: 'POST /v5/order/cancel',
    listStops: 'GET /v5/order/realtime',
    stopEvents: 'stream/private/order',
    positionEvents: 'stream/private/position',
  },
  codes: { refused: 110_007, stopFilter: 110_094, stopRoom: 110_009, absent: 110_001 },
}

import type { BenchVenue } from './bench-venue.ts'

/** OKX swaps: 40 lists of candles in 2 s. */
export const okxVenue: BenchVenue = {
  id: 'okx',
  polls: { path: '/api/v5/market/candles', limit: 40, windowMs: 2_000 },
  marketName: (symbol) => symbol.replace(/-SWAP$/, '').replaceAll('-', ''),
  orderPauseMs: 0,
  places: {
    createOrder: 'POST /api/v5/trade/order',
    readOrder: 'GET /api/v5/trade/order',
    createStop: 'POST /api/v5/trade/order-algo',
    readStop: 'GET /api/v5/trade/order-algo',
    cancelStop: 'POST /api/v5/trade/cancel-algos',
    listStops: 'GET /api/v5/trade/orders-algo-pending',
    stopEvents: 'stream/private/orders-algo',
    positionEvents: 'stream/private/positions',
  },
  codes: { refused: 51_008, stopFilter: 51_121, stopRoom: 51_117, absent: 51_400 },
}

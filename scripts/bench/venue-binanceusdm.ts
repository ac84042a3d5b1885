import type { BenchVenue } from './bench-venue.ts'

/** Binance USDⓈ-M: 2,400 weight in a minute, of which a short list of candles weighs one. */
export const binanceVenue: BenchVenue = {
  id: 'binanceusdm',
  polls: { path: '/fapi/v1/klines', limit: 2_400, windowMs: 60_000 },
  marketName: (symbol) => symbol,
  orderPauseMs: undefined,
  places: {
    createOrder: 'POST /fapi/v1/order',
    readOrder: 'GET /fapi/v1/order',
    createStop: 'POST /fapi/v1/algoOrder',
    readStop: 'GET /fapi/v1/algoOrder',
    cancelStop: 'DELETE /fapi/v1/algoOrder',
    listStops: 'GET /fapi/v1/openAlgoOrders',
    stopEvents: 'stream/private/ALGO_UPDATE',
    positionEvents: 'stream/private/ACCOUNT_UPDATE',
  },
  codes: { refused: -2010, stopFilter: -1111, stopRoom: -4045, absent: -2011 },
}

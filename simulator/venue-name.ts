// Binance's own takes every path that begins with /ws, and is silent there: it is asked last.
export const venueNames = ['okx', 'bybit', 'binanceusdm'] as const

/** A venue in whose words the simulator speaks. */
export type VenueName = (typeof venueNames)[number]

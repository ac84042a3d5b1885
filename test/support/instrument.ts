import type { Instrument } from '../../lib/model/instrument.ts'

/** An ordinary perpetual with a symbol of one's choice. */
export function toPerpetual(symbol: string): Instrument {
  return {
    symbol,
    base: symbol.replace(/USDT$/, ''),
    quote: 'USDT',
    settle: 'USDT',
    contract: 'perpetual',
    linear: true,
    underlying: 'coin',
    status: 'trading',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.001',
    minQty: '0.001',
    minNotional: '5',
    maxMarketQty: '100',
    percentPrice: undefined,
    maxStops: undefined,
    deliveryTime: undefined,
  }
}

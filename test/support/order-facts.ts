import { limitsOf } from '../../lib/risk/limits.ts'
import type { AccountFacts, OrderFacts, OrderToCheck } from '../../lib/risk/order-facts.ts'
import { toPerpetual } from './instrument.ts'

/** An ordinary order that goes through: 1,000 of notional. */
export const order: OrderToCheck = {
  class: 'open',
  symbol: 'AUSDT',
  side: 'buy',
  type: 'limit',
  price: '100',
  size: '10',
  slices: 1,
}

/** An account that holds nothing. */
export const account: AccountFacts = {
  equity: '20000',
  maintenance: '0',
  gross: '0',
  symbolNotional: '0',
  foreignOrders: 0,
  reserved: {},
  held: { size: '0', entryPrice: undefined, liquidationPrice: undefined },
  maintenanceRate: undefined,
  slots: { ofPosition: 100, setAside: 0, free: 200 },
}

/** Facts under which that order goes through. */
export const facts: OrderFacts = {
  now: 1_000_000,
  limits: limitsOf({}),
  rules: { state: 'active', symbolBan: undefined, accountBan: undefined },
  instrument: toPerpetual('AUSDT'),
  freshness: {
    markAgeMs: 0,
    marketAgeMs: 0,
    accountAgeMs: 0,
    incomeAgeMs: 0,
    riskBeatAgeMs: 0,
    orderBeatAgeMs: 0,
  },
  prices: { markPrice: '100', opposite: '100.1', percentPrice: { up: '1.05', down: '0.95' } },
  account,
  rates: [
    { windowMs: 10_000, limit: 300, used: 0 },
    { windowMs: 60_000, limit: 1_200, used: 0 },
  ],
}

import { expect } from 'chai'
import { checkOrder } from '../../../lib/risk/check-order.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import type { AccountFacts, OrderFacts, OrderToCheck } from '../../../lib/risk/order-facts.ts'
import { account, facts, order } from '../../support/order-facts.ts'

interface Changes {
  readonly order?: Partial<OrderToCheck>
  readonly facts?: Partial<OrderFacts>
  readonly account?: Partial<AccountFacts>
  readonly limits?: Parameters<typeof limitsOf>[0]
  readonly freshness?: Partial<OrderFacts['freshness']>
  readonly prices?: Partial<OrderFacts['prices']>
}

function check(by: Changes = {}) {
  return checkOrder(
    { ...order, ...by.order },
    {
      ...facts,
      ...by.facts,
      ...(by.limits !== undefined && { limits: limitsOf(by.limits) }),
      freshness: { ...facts.freshness, ...by.freshness },
      prices: { ...facts.prices, ...by.prices },
      account: { ...account, ...by.account },
    },
  )
}

function outcome(by: Changes = {}): string {
  const verdict = check(by)
  if (verdict.verdict === 'approved') return 'approved'
  expect(verdict.reason).to.match(/^\S.{8,}/)
  return verdict.code
}

const reduce: Changes['order'] = { class: 'reduce', side: 'sell' }
const held = { size: '10', entryPrice: '100', liquidationPrice: undefined }
const ban = { reason: 'lost 150', since: 0, until: 2_000_000 }

describe('the check of an order', () => {
  it('says what the claim of an order must hold, and of how much', () => {
    expect(check()).to.deep.equal({
      verdict: 'approved',
      reservations: [
        { counter: 'orders', amount: 1, room: 200 },
        { counter: 'symbol:AUSDT', amount: 10_000_000, room: 100_000_000 },
        { counter: 'gross', amount: 10_000_000, room: 500_000_000 },
        { counter: 'slots', amount: 11, room: 200 },
      ],
    })
  })

  it('holds new risk against every limit, to the unit', () => {
    const cases: [Changes, Changes, string][] = [
      [{ order: { size: '50' } }, { order: { size: '50.001' } }, 'order notional'],
      [
        { account: { symbolNotional: '9000' } },
        { account: { symbolNotional: '9000.0001' } },
        'position notional',
      ],
      [
        { account: { reserved: { 'symbol:AUSDT': 90_000_000 } } },
        { account: { reserved: { 'symbol:AUSDT': 90_000_001 } } },
        'position notional',
      ],
      [{ account: { gross: '49000' } }, { account: { gross: '49000.0001' } }, 'gross'],
      [
        { account: { equity: '2000', gross: '9000', symbolNotional: '0' } },
        { account: { equity: '1999.99', gross: '9000' } },
        'leverage',
      ],
      [{ account: { foreignOrders: 199 } }, { account: { foreignOrders: 200 } }, 'open orders'],
      [{ account: { reserved: { orders: 199 } } }, { account: { reserved: { orders: 200 } } }, 'open orders'],
      [{ order: { price: '105', side: 'sell' } }, { order: { price: '110.1', side: 'sell' } }, 'price'],
      [{ order: { price: '90', size: '10' } }, { order: { price: '89.9' } }, 'price'],
      [{ order: { price: '105' } }, { order: { price: '105.1' } }, 'price'],
      [{ order: { price: '95', side: 'sell' } }, { order: { price: '94.9', side: 'sell' } }, 'price'],
      [
        { order: { price: undefined, type: 'market' } },
        { order: { price: undefined, type: 'market' }, prices: { opposite: '105.1' } },
        'price',
      ],
      [
        { account: { slots: { ofPosition: 11, setAside: 0, free: 11 } } },
        { account: { slots: { ofPosition: 2, setAside: 0, free: 200 } } },
        'slots',
      ],
      [
        { account: { slots: { ofPosition: 100, setAside: 0, free: 3 } } },
        { account: { slots: { ofPosition: 100, setAside: 0, free: 2 } } },
        'slots',
      ],
    ]
    for (const [within, beyond, code] of cases) {
      expect(outcome(within), JSON.stringify(within)).to.equal('approved')
      expect(outcome(beyond), JSON.stringify(beyond)).to.equal(code)
    }
  })

  it('keeps 30 % of the venue’s order rates for what protects', () => {
    const rates = (used: number) => ({ facts: { rates: [{ windowMs: 10_000, limit: 300, used }] } })
    expect(outcome(rates(209))).to.equal('approved')
    expect(outcome(rates(210))).to.equal('rate')
    expect(outcome({ ...rates(299), order: { class: 'protect' } })).to.equal('approved')
    expect(outcome({ ...rates(300), order: { class: 'protect' } })).to.equal('rate')
    expect(outcome({ ...rates(209), order: { slices: 2, size: '20' } })).to.equal('rate')
  })

  it('opens nothing on what is stale or unknown, nor without living actors', () => {
    for (const [name, most, code] of [
      ['markAgeMs', 15_000, 'stale'],
      ['marketAgeMs', 20_000, 'stale'],
      ['accountAgeMs', 20_000, 'stale'],
      ['incomeAgeMs', 300_000, 'stale'],
      ['riskBeatAgeMs', 3_000, 'actor'],
      ['orderBeatAgeMs', 3_000, 'actor'],
    ] as const) {
      expect(outcome({ freshness: { [name]: most } }), name).to.equal('approved')
      for (const age of [most + 1, undefined, NaN])
        expect(outcome({ freshness: { [name]: age } }), `${name} ${age}`).to.equal(code)
    }
    for (const name of ['equity', 'maintenance', 'gross', 'symbolNotional'] as const)
      expect(outcome({ account: { [name]: undefined } }), name).to.equal('unknown')
    expect(outcome({ prices: { markPrice: undefined } })).to.equal('unknown')
    const atMarket = { order: { price: undefined, type: 'market' as const } }
    expect(outcome({ ...atMarket, prices: { opposite: undefined } })).to.equal('unknown')
    expect(outcome({ account: { held: { ...held, entryPrice: undefined } } })).to.equal('unknown')
  })

  it('obeys the trading state and the bans', () => {
    const under = (rules: object) => ({ facts: { rules: { ...facts.rules, ...rules } } })
    for (const rules of [
      { state: 'halted' },
      { state: 'reducing' },
      { state: undefined },
      { symbolBan: ban },
      { accountBan: ban },
    ])
      expect(outcome(under(rules)), JSON.stringify(rules)).to.equal('state')
    const reducing = { order: reduce, account: { held } }
    expect(outcome({ ...reducing, ...under({ state: 'reducing', accountBan: ban }) })).to.equal('approved')
    expect(outcome({ ...reducing, ...under({ state: 'halted' }) })).to.equal('state')
    expect(outcome({ order: { class: 'protect' }, ...under({ state: 'halted' }) })).to.equal('approved')
  })

  it('opens only where the stops would be within their part of the way to liquidation', () => {
    // 1,000 of notional: at 167 of equity liquidation is 14 % away, and the last rung at 7 % is half the way there.
    expect(outcome({ account: { equity: '1000' } })).to.equal('approved')
    expect(outcome({ account: { equity: '210' } })).to.equal('approved')
    expect(outcome({ account: { equity: '204', maintenance: '60' } })).to.equal('liquidation')
    expect(outcome({ account: { equity: '1000', maintenance: '1000' } })).to.equal('liquidation')
    expect(outcome({ account: { equity: '20000', maintenance: '19880' } })).to.equal('liquidation')
    expect(outcome({ account: { held: { ...held, liquidationPrice: '89' } } })).to.equal('liquidation')
    expect(outcome({ account: { held: { ...held, liquidationPrice: '88.3' } } })).to.equal('approved')
  })

  it('needs slots beyond what is set aside for a position only where its ladder grows', () => {
    const slots = { ofPosition: 100, setAside: 11, free: 0 }
    const verdict = check({ account: { held, slots, symbolNotional: '1000', gross: '1000' } })
    expect(verdict).to.deep.include({ verdict: 'approved' })
    expect(verdict.verdict === 'approved' && verdict.reservations.at(-1)).to.deep.equal({
      counter: 'slots',
      amount: 0,
      room: 0,
    })
  })

  it('lets a reduction through on stale data, but no more than there is', () => {
    const stale = { markAgeMs: undefined, accountAgeMs: undefined, riskBeatAgeMs: undefined }
    expect(outcome({ order: reduce, account: { held }, freshness: stale })).to.equal('approved')
    const atMarket = { ...reduce, price: undefined, type: 'market' as const }
    const blind = { prices: { markPrice: undefined, opposite: undefined } }
    expect(outcome({ order: atMarket, account: { held }, ...blind })).to.equal('approved')
    expect(outcome({ order: reduce })).to.equal('nothing to reduce')
    expect(outcome({ order: { ...reduce, side: 'buy' }, account: { held } })).to.equal('nothing to reduce')
    expect(outcome({ order: { ...reduce, size: '10.001' }, account: { held } })).to.equal('nothing to reduce')
    expect(outcome({ order: { ...reduce, price: '80' }, account: { held } })).to.equal('price')
  })

  it('asks no stops of an order that makes a position smaller, and new ones of one that turns it', () => {
    const bare = { ofPosition: 0, setAside: 0, free: 0 }
    const smaller = { order: { side: 'sell' as const, size: '9' }, account: { held, slots: bare } }
    expect(outcome(smaller)).to.equal('approved')
    expect(outcome({ ...smaller, order: { side: 'sell', size: '12' } })).to.equal('slots')
  })

  it('is denied without an instrument that trades', () => {
    expect(outcome({ facts: { instrument: undefined } })).to.equal('instrument')
    for (const status of ['paused', 'settling', 'pending', 'delisted'] as const) {
      const instrument = facts.instrument && { ...facts.instrument, status }
      expect(outcome({ facts: { instrument } }), status).to.equal('instrument')
    }
  })
})

import { expect } from 'chai'
import type { Hub } from '../../../lib/hub/hub.ts'
import { clientOrderIdOf } from '../../../lib/model/client-order-id.ts'
import type { Instrument } from '../../../lib/model/instrument.ts'
import type { OrderIntent } from '../../../lib/model/intent.ts'
import type { AccountSight } from '../../../lib/orders/account-sight.ts'
import { judgeIntent } from '../../../lib/orders/judge-intent.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { toPerpetual } from '../../support/instrument.ts'

const symbol = 'AUSDT'
const now = 1_000_000

/** What an order that makes nothing bigger is judged by. */
const sight = {
  revision: 0,
  reserved: {},
  positions: new Map([[`${symbol}/both`, { symbol, side: 'both', size: '10', time: now, margin: {} }]]),
  marks: new Map([[symbol, { markPrice: '100', time: now }]]),
  exposure: { gross: '1000', symbols: new Map(), orders: 0, unknown: [] },
  state: 'active',
  bans: new Map(),
  differences: new Set(),
} as unknown as AccountSight

const intent: OrderIntent = {
  id: clientOrderIdOf('main', 'test', 'one'),
  account: 'main',
  strategy: 'test',
  signalId: 'one',
  class: 'reduce',
  symbol,
  side: 'sell',
  positionSide: 'both',
  size: '1',
  notional: undefined,
  type: 'limit',
  price: '97',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: true,
  deadline: now + 1_000,
}

function judged(instrument: Instrument) {
  const instruments = { of: () => instrument, all: () => new Map(), reload: () => {}, stop: () => {} }
  const hub = { clock: { now: () => now } } as unknown as Hub
  const parts = { hub, venue: 'binanceusdm', instruments, limits: limitsOf({}) }
  return judgeIntent(parts, intent, sight, { bid: '99.9', ask: '100.1', polledAt: now })
}

describe('the judgement of an intent', () => {
  it('holds its price against the band that the venue tells of the instrument', () => {
    const plain = toPerpetual(symbol)
    expect(judged(plain)).to.have.property('intent')
    expect(judged({ ...plain, percentPrice: { up: '1.05', down: '0.95' } })).to.have.property('intent')
    const narrow = judged({ ...plain, percentPrice: { up: '1.02', down: '0.98' } })
    expect(narrow).to.deep.equal({ denied: 'the venue takes no sell below 0.98 of the mark 100, was 97' })
  })
})

import { expect } from 'chai'
import { InvariantError } from '../../../lib/model/errors.ts'
import type { IntentClass } from '../../../lib/model/order.ts'
import {
  decodeBan,
  decodeTradingState,
  encodeBan,
  forbids,
  mustCancel,
} from '../../../lib/model/trading-state.ts'
import type { TradingRules } from '../../../lib/model/trading-state.ts'

const now = 1_000
const none: TradingRules = { state: 'active', symbolBan: undefined, accountBan: undefined }
const ban = { reason: 'lost 150', since: 500, until: 2_000 }

function allowed(rules: Partial<TradingRules>, at = now): IntentClass[] {
  const classes: IntentClass[] = ['open', 'reduce', 'protect', 'cancel']
  return classes.filter((each) => forbids({ ...none, ...rules }, each, at) === undefined)
}

describe('the trading state', () => {
  it('lets everything through when active, no new risk when reducing, and the way out only when halted', () => {
    expect(allowed({})).to.deep.equal(['open', 'reduce', 'protect', 'cancel'])
    expect(allowed({ state: 'reducing' })).to.deep.equal(['reduce', 'protect', 'cancel'])
    expect(allowed({ state: 'halted' })).to.deep.equal(['protect', 'cancel'])
  })

  it('means halted when it is missing or not understood', () => {
    expect(allowed({ state: undefined })).to.deep.equal(['protect', 'cancel'])
    for (const text of [null, undefined, '', 'Active', 'on'])
      expect(decodeTradingState(text)).to.equal(undefined)
    expect(decodeTradingState('reducing')).to.equal('reducing')
  })

  it('has bans that stop new risk until their time, or until somebody lifts them', () => {
    for (const each of [{ symbolBan: ban }, { accountBan: ban }]) {
      expect(allowed(each, 1_999)).to.deep.equal(['reduce', 'protect', 'cancel'])
      expect(allowed(each, 2_000)).to.contain('open')
      expect(forbids({ ...none, ...each }, 'open', now)).to.contain('lost 150')
    }
    expect(allowed({ symbolBan: { ...ban, until: null } }, 1e15)).not.to.contain('open')
  })

  it('lets no entry rest that could not be placed, and every reduction', () => {
    for (const each of [{ state: 'halted' as const }, { state: 'reducing' as const }, { symbolBan: ban }]) {
      expect(mustCancel({ ...none, ...each }, 'open', now)).to.equal(true)
      for (const other of ['reduce', 'protect'] as const)
        expect(mustCancel({ ...none, ...each }, other, now)).to.equal(false)
    }
    expect(mustCancel(none, 'open', now)).to.equal(false)
  })

  it('stores bans and guesses at none', () => {
    for (const until of [2_000, null])
      expect(decodeBan(encodeBan({ ...ban, until }))).to.deep.equal({ ...ban, until })
    expect(() => decodeBan('{"reason":"x","since":1}')).to.throw(InvariantError)
  })
})

import { expect } from 'chai'
import { readBans } from '../../lib/account/listing-bans.ts'
import { dropEndedBans, liftBan, readForgiven, setBan } from '../../lib/account/loss-bans.ts'
import { isRestricted, readAccountRules, rulesOf } from '../../lib/account/trading-rules.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const now = 1_764_000_000_000
const ban = { reason: 'lost 200', since: now, until: now + 1_000 }

describe('bans for losses', () => {
  const redis = withRedis({ cluster: true })

  it('stand until their time, are set once, and give way to a new one when they are over', async () => {
    const hub = await redis.hub()
    expect(await setBan(hub, of, 'BTCUSDT', ban, now)).to.equal(true)
    expect(await setBan(hub, of, 'BTCUSDT', { ...ban, reason: 'lost 300' }, now + 999)).to.equal(false)
    expect((await readBans(hub, of)).get('BTCUSDT')).to.deep.equal(ban)
    const later = { reason: 'lost 400', since: now + 1_000, until: null }
    expect(await setBan(hub, of, 'BTCUSDT', later, now + 1_000)).to.equal(true)
    expect((await readBans(hub, of)).get('BTCUSDT')).to.deep.equal(later)
  })

  it('are dropped when they are over, and no others are', async () => {
    const hub = await redis.hub()
    await setBan(hub, of, 'BTCUSDT', ban, now)
    await setBan(hub, of, 'ETHUSDT', { ...ban, until: null }, now)
    expect(await dropEndedBans(hub, of, now + 999)).to.deep.equal([])
    expect(await dropEndedBans(hub, of, now + 1_000)).to.deep.equal(['BTCUSDT'])
    expect([...(await readBans(hub, of)).keys()]).to.deep.equal(['ETHUSDT'])
  })

  it('are forgiven when a person lifts them; those by the listing stay', async () => {
    const hub = await redis.hub()
    await setBan(hub, of, 'BTCUSDT', ban, now)
    const listing = { reason: 'settled', since: 1, until: null, by: 'listing' }
    await hub.redis.hset(hub.keys.bans(of.venue, of.account), 'ETHUSDT', JSON.stringify(listing))
    expect(await liftBan(hub, of, 'BTCUSDT', now + 7)).to.deep.equal(ban)
    expect(await liftBan(hub, of, 'ETHUSDT', now + 7)).to.deep.equal(listing)
    expect(await liftBan(hub, of, 'SOLUSDT', now + 7)).to.equal(undefined)
    expect([...(await readForgiven(hub, of))]).to.deep.equal([['BTCUSDT', now + 7]])
    expect([...(await readBans(hub, of)).keys()]).to.deep.equal(['ETHUSDT'])
  })

  it('and the trading state are read in one step', async () => {
    const hub = await redis.hub()
    expect(isRestricted(await readAccountRules(hub, of), now)).to.equal(true)
    await hub.redis.set(hub.keys.tradingState(of.venue, of.account), 'active')
    expect(isRestricted(await readAccountRules(hub, of), now)).to.equal(false)
    await setBan(hub, of, 'ALL', ban, now)
    const rules = await readAccountRules(hub, of)
    expect(rulesOf(rules, 'BTCUSDT')).to.deep.equal({
      state: 'active',
      symbolBan: undefined,
      accountBan: ban,
    })
    expect(isRestricted(rules, now)).to.equal(true)
    expect(isRestricted(rules, now + 1_000)).to.equal(false)
  })
})

import { expect } from 'chai'
import { Redis } from 'ioredis'
import { readTradingState, writeTradingState } from '../../lib/account/trading-states.ts'
import { blockingOptions } from '../../lib/hub/redis.ts'
import { claimIntent } from '../../lua/claim-intent.ts'
import { until } from '../support/until.ts'
import { claimKeys } from '../../lib/orders/claims.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }

describe('trading states', () => {
  const redis = withRedis({ cluster: true })

  it('are missing at first, without an epoch', async () => {
    const hub = await redis.hub()
    expect(await readTradingState(hub, of)).to.deep.equal({
      state: undefined,
      epoch: undefined,
      change: undefined,
    })
  })

  it('begin an epoch where none stood, and keep it while one stands', async () => {
    const hub = await redis.hub()
    const start = Math.floor(Date.now())
    expect(await writeTradingState(hub, of, 'active', 'begin')).to.deep.equal({
      before: undefined,
      isWritten: true,
    })
    const first = await readTradingState(hub, of)
    expect(first.state).to.equal('active')
    expect(first.epoch).to.be.within(start, Date.now())
    hub.clock.correct(Date.now() + 60_000, Date.now(), Date.now())
    expect(await writeTradingState(hub, of, 'halted', 'enough')).to.deep.include({ before: 'active' })
    expect((await readTradingState(hub, of)).epoch).to.equal(first.epoch)
    await hub.redis.del(hub.keys.tradingState(of.venue, of.account))
    await writeTradingState(hub, of, 'active', 'again')
    expect((await readTradingState(hub, of)).epoch).to.be.greaterThan(first.epoch ?? 0)
  })

  it('tell who changed them last and why, whatever the reason is made of', async () => {
    const hub = await redis.hub()
    const reason = 'say "no" \\ — now'
    await writeTradingState(hub, of, 'halted', reason)
    const { change } = await readTradingState(hub, of)
    expect(change).to.deep.include({ state: 'halted', reason, by: 'person' })
    expect(change?.time).to.be.closeTo(Date.now(), 5_000)
  })

  it('yield to a rule only where it may follow what stands', async () => {
    const hub = await redis.hub()
    const reduce = () => writeTradingState(hub, of, 'reducing', 'drawdown', { from: ['active'] })
    expect(await reduce()).to.deep.equal({ before: undefined, isWritten: false })
    await writeTradingState(hub, of, 'halted', 'by hand')
    expect(await reduce()).to.deep.equal({ before: 'halted', isWritten: false })
    expect((await readTradingState(hub, of)).change?.reason).to.equal('by hand')
    await writeTradingState(hub, of, 'active', 'by hand')
    expect(await reduce()).to.deep.equal({ before: 'active', isWritten: true })
    expect((await readTradingState(hub, of)).change).to.deep.include({ state: 'reducing', by: 'rule' })
  })

  it('are published on the feed of the account', async () => {
    const hub = await redis.hub()
    const heard: string[] = []
    const subscriber = new Redis(blockingOptions(hub.endpoint, 'test'))
    try {
      subscriber.on('message', (_channel, text) => heard.push(text))
      await subscriber.subscribe(hub.keys.accountFeed(of.venue, of.account))
      await writeTradingState(hub, of, 'reducing', 'slowly')
      await until('it was published', async () => heard.length === 1, 5_000)
      const { tradingState } = JSON.parse(heard[0] ?? '') as { tradingState: Record<string, unknown> }
      expect(tradingState).to.deep.include({ state: 'reducing', reason: 'slowly', by: 'person' })
      expect(tradingState['time']).to.be.a('number')
    } finally {
      subscriber.disconnect()
    }
  })

  it('hold for a claim at once, and forbid opening when they are missing or unreadable', async () => {
    const hub = await redis.hub()
    const { keys } = hub
    const claim = async (id: string) => {
      const args = { id, claim: '{"reserved":{}}', class: 'open', symbol: 'AUSDT', now: 1, revision: 0 }
      return (await claimIntent(hub.redis, claimKeys(hub, of), args, [])).outcome
    }
    expect(await claim('before')).to.equal('state forbids')
    await writeTradingState(hub, of, 'active', 'go')
    expect(await claim('active')).to.equal('claimed')
    await writeTradingState(hub, of, 'halted', 'stop')
    expect(await claim('halted')).to.equal('state forbids')
    await hub.redis.set(keys.tradingState(of.venue, of.account), 'nonsense')
    expect((await readTradingState(hub, of)).state).to.equal(undefined)
    expect(await claim('nonsense')).to.equal('state forbids')
  })
})

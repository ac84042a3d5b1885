import { expect } from 'chai'
import { clearCondition, raiseCondition, readConditions } from '../../lib/hub/conditions.ts'
import { main, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

describe('conditions', () => {
  const redis = withRedis({ cluster: true })

  it('stand since they were raised first, and tell who raised and who cleared them', async () => {
    const hub = await redis.hub()
    const text = 'BTCUSDT is "settled"'
    expect(await raiseCondition(hub, main, 'listing BTCUSDT', { since: start + 5, text })).to.deep.equal({
      raised: ['listing BTCUSDT'],
      cleared: [],
    })
    await raiseCondition(hub, main, 'listing BTCUSDT', { since: start + 9, text, until: start + 99 })
    expect(await readConditions(hub, main)).to.deep.equal(
      new Map([['listing BTCUSDT', { since: start + 5, text, until: start + 99 }]]),
    )
    expect(await readConditions(hub, { venue: main.venue })).to.deep.equal(new Map())
    expect((await clearCondition(hub, main, 'listing BTCUSDT')).cleared).to.deep.equal(['listing BTCUSDT'])
    expect((await clearCondition(hub, main, 'listing BTCUSDT')).cleared).to.deep.equal([])
    expect(await readConditions(hub, main)).to.deep.equal(new Map())
  })

  it('of an account are published when they change, and only then', async () => {
    const hub = await redis.hub()
    const heard: unknown[] = []
    const subscriber = hub.redis.duplicate()
    await subscriber.connect()
    await subscriber.subscribe(hub.keys.accountFeed(main.venue, main.account))
    subscriber.on('message', (_, message) => {
      const { sequence, conditions } = JSON.parse(message) as Record<string, unknown>
      heard.push([sequence, conditions])
    })
    await raiseCondition(hub, main, 'x', { since: 1, text: 'one' })
    await raiseCondition(hub, main, 'x', { since: 2, text: 'one' })
    await raiseCondition(hub, { venue: main.venue }, 'y', { since: 2, text: 'of the venue' })
    await clearCondition(hub, main, 'x')
    await clearCondition(hub, main, 'x')
    await subscriber.ping()
    subscriber.disconnect()
    expect(heard).to.deep.equal([
      [1, { x: { since: 1, text: 'one' } }],
      [2, { x: null }],
    ])
  })
})

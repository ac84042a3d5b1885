import { expect } from 'chai'
import fc from 'fast-check'
import type { Hub } from '../../lib/hub/hub.ts'
import { claimChange } from '../../lua/claim-change.ts'
import { claimIntent } from '../../lua/claim-intent.ts'
import type { ClaimAnswer, Reservation } from '../../lua/claim-intent.ts'
import { encodeBan } from '../../lib/model/trading-state.ts'
import { claimKeys, readOpenClaims } from '../../lib/orders/claims.ts'
import { withRedis } from '../support/with-redis.ts'

const runs = Number(process.env['SOAK_RUNS'] ?? 1) * 60

describe('claims', () => {
  const redis = withRedis({ cluster: true })

  const keysOf = (hub: Hub) => claimKeys(hub, { venue: 'v', account: 'main' })
  const goesOn = { endedAt: 0, keepMs: 1_000, channel: 'released' }

  async function open(state?: string): Promise<Hub> {
    const hub = await redis.hub()
    if (state !== undefined) await hub.redis.set(keysOf(hub).state, state)
    return hub
  }

  function claim(
    hub: Hub,
    id: string,
    reservations: readonly Reservation[] = [],
    of: { class?: string; symbol?: string; revision?: number } = {},
  ): Promise<ClaimAnswer> {
    const reserved = Object.fromEntries(reservations.map(({ counter, amount }) => [counter, amount]))
    const text = JSON.stringify({ id, reserved })
    const args = { id, claim: text, class: 'open', symbol: 'AUSDT', now: 5_000, revision: 0, ...of }
    return claimIntent(hub.redis, keysOf(hub), args, reservations)
  }

  it('are made once, and whoever comes later is given what was claimed', async () => {
    const hub = await open('active')
    const gross = [{ counter: 'gross', amount: 5, room: 8 }]
    expect(await claim(hub, 'one', gross)).to.deep.equal({ outcome: 'claimed' })
    expect(await claim(hub, 'one', gross)).to.deep.equal({
      outcome: 'claimed before',
      claim: '{"id":"one","reserved":{"gross":5}}',
    })
    expect(await hub.redis.hget(keysOf(hub).reserved, 'gross')).to.equal('5')
  })

  it('are refused without room, and then hold nothing of any counter', async () => {
    const hub = await open('active')
    const both = [
      { counter: 'orders', amount: 1, room: 9 },
      { counter: 'gross', amount: 9, room: 8 },
    ]
    expect(await claim(hub, 'one', both)).to.deep.equal({ outcome: 'no room', counter: 'gross', left: 8 })
    expect(await hub.redis.hgetall(keysOf(hub).reserved)).to.deep.equal({})
  })

  for (const [state, allowed] of [
    [undefined, ['protect', 'cancel']],
    ['halted', ['protect', 'cancel']],
    ['reducing', ['reduce', 'protect', 'cancel']],
    ['active', ['open', 'reduce', 'protect', 'cancel']],
  ] as const) {
    it(`pass while the trading state is ${state ?? 'missing'} for ${allowed.join(', ')} only`, async () => {
      const hub = await open(state)
      const passed: string[] = []
      for (const kind of ['open', 'reduce', 'protect', 'cancel']) {
        const { outcome } = await claim(hub, kind, [], { class: kind })
        if (outcome === 'claimed') passed.push(kind)
        else expect(outcome).to.equal('state forbids')
      }
      expect(passed).to.deep.equal([...allowed])
    })
  }

  it('open nothing on a banned symbol, nor on any while all are banned', async () => {
    const hub = await open('active')
    const ban = encodeBan({ reason: 'loss', since: 1, until: 5_001 })
    await hub.redis.hset(keysOf(hub).bans, 'AUSDT', ban)
    expect(await claim(hub, 'one')).to.deep.equal({ outcome: 'banned', ban })
    expect(await claim(hub, 'two', [], { symbol: 'BUSDT' })).to.deep.equal({ outcome: 'claimed' })
    expect(await claim(hub, 'three', [], { class: 'reduce' })).to.deep.equal({ outcome: 'claimed' })
    const all = encodeBan({ reason: 'account', since: 1, until: null })
    await hub.redis.hset(keysOf(hub).bans, 'ALL', all)
    expect(await claim(hub, 'four', [], { symbol: 'BUSDT' })).to.deep.equal({
      outcome: 'banned',
      ban: all,
    })
  })

  it('open on a symbol whose ban has ended', async () => {
    const hub = await open('active')
    const ban = encodeBan({ reason: 'loss', since: 1, until: 5_000 })
    await hub.redis.hset(keysOf(hub).bans, 'AUSDT', ban)
    expect(await claim(hub, 'one')).to.deep.equal({ outcome: 'claimed' })
  })

  it('are judged again when something was released after the rooms were judged', async () => {
    const hub = await open('active')
    await claim(hub, 'one', [{ counter: 'gross', amount: 5, room: 8 }])
    const before = '{"id":"one","reserved":{"gross":5}}'
    const after = '{"id":"one","reserved":{"gross":2}}'
    expect(await claimChange(hub.redis, keysOf(hub), { id: 'one', before, after, ...goesOn })).to.equal(
      'written',
    )
    const more = [{ counter: 'gross', amount: 6, room: 8 }]
    expect(await claim(hub, 'two', more)).to.deep.equal({ outcome: 'judge again', revision: 1 })
    expect(await claim(hub, 'two', more, { revision: 1 })).to.deep.equal({ outcome: 'claimed' })
  })

  it('tell of each release, and of nothing else, as it happens', async () => {
    const hub = await open('active')
    const heard: string[] = []
    const subscriber = hub.redis.duplicate()
    await subscriber.connect()
    await subscriber.subscribe(goesOn.channel)
    subscriber.on('message', (_, message) => heard.push(message))
    await claim(hub, 'one', [{ counter: 'gross', amount: 5, room: 8 }])
    let before = '{"id":"one","reserved":{"gross":5}}'
    for (const after of [
      '{"id":"one","asked":1,"reserved":{"gross":5}}',
      '{"id":"one","reserved":{"gross":2}}',
      '{"id":"one"}',
    ]) {
      await claimChange(hub.redis, keysOf(hub), { id: 'one', before, after, ...goesOn })
      before = after
    }
    await subscriber.ping()
    expect(heard).to.deep.equal(['1', '2'])
    subscriber.disconnect()
  })

  it('change by one who saw them last only, and never take more', async () => {
    const hub = await open('active')
    await claim(hub, 'one', [{ counter: 'gross', amount: 5, room: 8 }])
    const before = '{"id":"one","reserved":{"gross":5}}'
    const change = (from: string, to: string) =>
      claimChange(hub.redis, keysOf(hub), { id: 'one', before: from, after: to, ...goesOn })
    expect(await change('{}', '{}')).to.equal('changed since')
    expect(
      await change(before, '{"reserved":{"gross":6}}').catch((error: Error) => error.message),
    ).to.include('may not take more of gross')
    expect(await change(before, '{"reserved":{"gross":5,"orders":1}}').catch(String)).to.include(
      'begin to hold',
    )
    expect(await change(before, '{}')).to.equal('written')
    expect(await hub.redis.hgetall(keysOf(hub).reserved)).to.deep.equal({ revision: '1' })
  })

  it('are listed while they go on, and forgotten a while after their end', async () => {
    const hub = await open('active')
    const of = { venue: 'v', account: 'main' }
    for (const id of ['one', 'two', 'three']) await claim(hub, id)
    const end = (id: string, endedAt: number) => {
      const before = `{"id":"${id}","reserved":{}}`
      return claimChange(hub.redis, keysOf(hub), { id, before, after: '{}', ...goesOn, endedAt })
    }
    expect(await end('one', 6_000)).to.equal('written')
    expect((await readOpenClaims(hub, of)).map(([id]) => id)).to.deep.equal(['three', 'two'])
    expect(await claim(hub, 'one')).to.deep.equal({ outcome: 'claimed before', claim: '{}' })
    expect(await end('two', 7_000)).to.equal('written')
    expect(await hub.redis.hkeys(keysOf(hub).claims)).to.have.members(['two', 'three'])
  })

  it('pass no limit by a single unit, however claims and releases of several processes interleave', async () => {
    const step = fc.record({
      by: fc.nat({ max: 3 }),
      symbol: fc.constantFrom('A', 'B'),
      amount: fc.integer({ min: 1, max: 9_007_199_254 }),
      release: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 40 }),
        fc.integer({ min: 5_000_000_000, max: 30_000_000_000 }),
        async (steps, room) => {
          const hub = await open('active')
          const keys = keysOf(hub)
          const standing = new Map<string, number>()
          const sum = () => [...standing.values()].reduce((total, amount) => total + amount, 0)
          await Promise.all(
            [0, 1, 2, 3].map(async (process) => {
              for (const [at, { by, symbol, amount, release }] of steps.entries()) {
                if (by !== process) continue
                const id = `${symbol}${at}`
                const limits = [
                  { counter: 'gross', amount, room },
                  { counter: `symbol:${symbol}`, amount, room: Math.floor(room / 2) },
                ]
                const revision = Number((await hub.redis.hget(keys.reserved, 'revision')) ?? 0)
                const { outcome } = await claim(hub, id, limits, { revision })
                if (outcome !== 'claimed') continue
                standing.set(id, amount)
                // What is told after the claim was answered is a lower bound of what stands.
                expect(sum()).to.be.at.most(room)
                const left = Math.floor(amount * release)
                const reserved = (of: number) =>
                  JSON.stringify({ id, reserved: { gross: of, [`symbol:${symbol}`]: of } })
                standing.set(id, left)
                const args = { id, before: reserved(amount), after: reserved(left), ...goesOn }
                expect(await claimChange(hub.redis, keys, args)).to.equal('written')
              }
            }),
          )
          expect(Number((await hub.redis.hget(keys.reserved, 'gross')) ?? 0)).to.equal(sum())
          expect(sum()).to.be.at.most(room)
        },
      ),
      { numRuns: runs },
    )
  }).timeout(30_000)
})

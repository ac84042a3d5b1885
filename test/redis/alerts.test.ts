import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { clearAlert, raiseAlert, readAlert, readAlerts } from '../../lib/alert/alerts.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { causeOf } from '../../lib/model/alert.ts'
import type { Alert, AlertState, Told } from '../../lib/model/alert.ts'
import { alertLook } from '../../lua/alert-look.ts'
import { alertTold } from '../../lua/alert-told.ts'
import { tell } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const windowMs = 15
const channels = ['lark', 'console'] as const
const token = 'leader'

function alertOf(cause: number): Alert {
  return { kind: 'error', subject: `c${cause}`, severity: 'warning', text: `of ${cause}` }
}

const causes = [0, 1, 2].map((cause) => causeOf(alertOf(cause)))

async function look(
  hub: Hub,
  cause: string,
  to: readonly string[] = channels,
): Promise<string[] | undefined> {
  const keys = { lease: hub.keys.alertLease(), alert: hub.keys.alert(cause), due: hub.keys.alerts('due') }
  return alertLook(hub.redis, keys, { token, cause, windowMs, againMs: 1, keepMs: 60_000 }, to)
}

interface Telling {
  readonly channel: string
  readonly state: AlertState
  readonly told: Told
  readonly at: number
}

/** What a channel does with its queue, in two steps, so that alerts may come in between. */
function openTeller(hub: Hub) {
  const queues = new Map<string, string[]>(channels.map((channel) => [channel, []]))
  const under = new Map<string, { cause: string; state: AlertState; told: Told }>()
  const tellings: Telling[] = []
  return {
    tellings,
    async hand(cause: string): Promise<void> {
      for (const channel of (await look(hub, cause)) ?? []) {
        const queue = queues.get(channel) ?? []
        if (!queue.includes(cause)) queue.push(cause)
      }
    },
    async begin(channel: string): Promise<void> {
      const cause = queues.get(channel)?.[0]
      if (cause === undefined || under.has(channel)) return
      const known = await readAlert(hub, cause)
      if (known !== undefined) under.set(channel, { cause, state: known.state, told: known.toldOf(channel) })
    },
    async end(channel: string): Promise<void> {
      const telling = under.get(channel)
      if (telling === undefined) return
      under.delete(channel)
      queues.get(channel)?.shift()
      const { cause, state, told } = telling
      if (told.news === state.news) return
      const { bornAt, news, count } = state
      await alertTold(hub.redis, { alert: hub.keys.alert(cause) }, { channel, bornAt, news, count })
      const at = Number(await hub.redis.hget(hub.keys.alert(cause), `toldAt:${channel}`))
      tellings.push({ channel, state, told, at })
    },
  }
}

describe('alerts', function () {
  this.timeout(120_000)
  const redis = withRedis({ cluster: true })

  async function opened(): Promise<Hub> {
    const hub = await redis.hub()
    await hub.redis.set(hub.keys.alertLease(), token)
    return hub
  }

  it('are told to every channel, none lost and none twice, and of each cause once in a window', async () => {
    const which = fc.integer({ min: 0, max: 2 })
    const channel = fc.constantFrom(...channels)
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('raise' as const), cause: which, stands: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), cause: which }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('hand' as const), cause: which }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'end' as const), channel }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: windowMs }) }),
      },
    )
    const run = async (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
      const hub = await opened()
      const teller = openTeller(hub)
      const counted = [0, 0, 0]
      const stands = [false, false, false]
      for (const each of steps) {
        if (each.do === 'raise') {
          if (!each.stands || !stands[each.cause]) counted[each.cause]! += 1
          stands[each.cause] ||= each.stands
          await raiseAlert(hub, { ...alertOf(each.cause), stands: each.stands })
        } else if (each.do === 'clear') {
          stands[each.cause] = false
          await clearAlert(hub, alertOf(each.cause))
        } else if (each.do === 'hand') await teller.hand(causes[each.cause] ?? '')
        else if (each.do === 'wait') await sleep(each.ms)
        else await teller[each.do](each.channel)
      }
      // Whatever was left under way is told in the end, and then nothing is due any more.
      while ((await hub.redis.zcard(hub.keys.alerts('due'))) > 0) {
        for (const cause of causes) await teller.hand(cause)
        for (const each of channels) {
          await teller.end(each)
          await teller.begin(each)
          await teller.end(each)
        }
        await sleep(2)
      }
      for (const to of channels)
        for (const [i, cause] of causes.entries()) {
          const tellings = teller.tellings.filter(
            ({ channel: by, state }) => by === to && state.cause === cause,
          )
          const told = tellings.reduce((all, { state, told: before }) => all + state.count - before.count, 0)
          expect(told, `${to} ${cause}`).to.equal(counted[i])
          expect(tellings.at(-1)?.state.stands ?? false).to.equal(stands[i])
          tellings
            .slice(1)
            .forEach(({ at }, n) => expect(at - (tellings[n]?.at ?? 0)).to.be.at.least(windowMs))
        }
      hub.close()
    }
    const runs = Number(process.env['SOAK_RUNS'] ?? 15)
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), run), { numRuns: runs })
  })

  it('of one cause are counted, whoever raises them and however many at once', async () => {
    const hub = await opened()
    const others = await Promise.all([1, 2, 3].map(() => redis.hub({ namespace: hub.config.namespace })))
    const startedAt = Date.now()
    await Promise.all(
      [hub, ...others].flatMap((each) => Array.from({ length: 500 }, () => raiseAlert(each, alertOf(0)))),
    )
    tell(`2,000 alerts of one cause from 4 connections in ${Date.now() - startedAt} ms`)
    // One whose answer did not come in time is raised again, once more if that comes late, too.
    expect((await readAlert(hub, causes[0] ?? ''))?.state.count).to.be.within(2_000, 2_400)
    expect(await hub.redis.zcard(hub.keys.alerts('due'))).to.equal(1)
  })

  it('are due in the order in which their causes were first raised', async () => {
    const hub = await opened()
    for (const cause of [2, 0, 1, 2, 0]) await raiseAlert(hub, alertOf(cause))
    const due = await hub.redis.zrange(hub.keys.alerts('due'), '0', '-1')
    expect(due).to.deep.equal([causes[2], causes[0], causes[1]])
    expect((await readAlerts(hub, 2)).map(({ cause }) => cause)).to.deep.equal([causes[0], causes[2]])
  })

  it('are handed over to nobody but the holder of the lease', async () => {
    const hub = await opened()
    await raiseAlert(hub, alertOf(0))
    await hub.redis.set(hub.keys.alertLease(), 'another')
    expect(await look(hub, causes[0] ?? '')).to.equal(undefined)
    expect(await hub.redis.zcard(hub.keys.alerts('due'))).to.equal(1)
  })

  it('that stand are news once, and their end is, too', async () => {
    const hub = await opened()
    const standing = { ...alertOf(0), stands: true }
    const news = async () => (await readAlert(hub, causes[0] ?? ''))?.state.news
    await clearAlert(hub, standing)
    expect(await news()).to.equal(undefined)
    for (const expected of [1, 1]) {
      await raiseAlert(hub, standing)
      expect(await news()).to.equal(expected)
    }
    for (const expected of [2, 2]) {
      await clearAlert(hub, standing, 'mended')
      expect(await news()).to.equal(expected)
    }
    const state = (await readAlert(hub, causes[0] ?? ''))?.state
    expect(state?.ending).to.equal('mended')
    expect(state?.endedAt).to.be.at.least(state?.sinceAt ?? Infinity)
  })

  it('are bounded: in the number of causes that wait, in length, and in time', async () => {
    const hub = await redis.hub({ logLevel: 'error' })
    hub.log.level = 'silent'
    await Promise.all(Array.from({ length: 1_005 }, (_, cause) => raiseAlert(hub, alertOf(cause))))
    expect(await hub.redis.zcard(hub.keys.alerts('due'))).to.equal(1_000)
    expect(await hub.redis.zcard(hub.keys.alerts('recent'))).to.equal(1_000)
    // One that waits already goes on counting, here and where an answer came late.
    const before = (await readAlert(hub, causes[0] ?? ''))?.state.count ?? 0
    await raiseAlert(hub, { ...alertOf(0), text: 'x'.repeat(100_000) })
    const known = await readAlert(hub, causes[0] ?? '')
    expect(known?.state.count).to.be.greaterThan(before)
    expect(known?.state.text.length).to.be.at.most(2_000)
    expect(await hub.redis.pttl(hub.keys.alert(causes[0] ?? ''))).to.be.within(1, 24 * 3_600_000)
  })

  it('hold no secret in Redis', async () => {
    const hub = await opened()
    const { password = '' } = hub.endpoint
    await raiseAlert(hub, {
      ...alertOf(0),
      subject: `redis ${password}`,
      text: `cannot reach redis://:${password}@host, signature=${'ab'.repeat(32)}`,
    })
    const [state] = await readAlerts(hub, 1)
    expect(JSON.stringify(state))
      .to.contain('cannot reach')
      .and.to.not.contain(password)
      .and.to.not.contain('abab')
  })

  it('that are raised while Redis is away are written when it is back, in order', async () => {
    const hub = await redis.hub()
    hub.log.level = 'silent'
    const standing = { ...alertOf(0), stands: true }
    hub.redis.disconnect(true)
    const writes = [
      raiseAlert(hub, standing),
      raiseAlert(hub, alertOf(1)),
      clearAlert(hub, standing, 'over'),
      raiseAlert(hub, standing),
    ]
    await Promise.all(writes)
    const { state } = (await readAlert(hub, causes[0] ?? '')) ?? {}
    expect([state?.stands, state?.count, state?.news]).to.deep.equal([true, 2, 3])
    expect((await readAlerts(hub, 5)).map(({ cause }) => cause)).to.deep.equal([causes[0], causes[1]])
  })
})

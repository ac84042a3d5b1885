import { expect } from 'chai'
import { raiseAlert, readAlert } from '../../lib/alert/alerts.ts'
import { causeOf } from '../../lib/model/alert.ts'
import { withAlertSystems } from '../support/alert-system.ts'
import { errorOf, subjectsIn } from '../support/alerts.ts'
import type { LarkMessage, Outage } from '../support/lark-server.ts'
import { tell, until, watch } from '../support/until.ts'

// Ten minutes, with ALERT_OUTAGE_S=600; windows shrink with it, so that there are ten of them in any outage.
const outageMs = Number(process.env['ALERT_OUTAGE_S'] ?? 3) * 1_000
const windowMs = outageMs / 10

describe('the alert actor', function () {
  this.timeout(outageMs + 120_000)
  const open = withAlertSystems()

  // Of one that is gone or answers nonsense the actor hears at once.
  const ways: readonly Outage[] =
    process.env['SOAK_RUNS'] === undefined ? ['silent'] : ['gone', 'silent', 'broken']
  for (const how of ways) {
    it(`tells every cause once, in order, 10 s after a Lark that was ${how} is back`, async () => {
      const system = await open({
        SLUICE_ALERT_CHANNELS: 'lark,lark-webhook',
        SLUICE_ALERT_WINDOW_MS: String(windowMs),
      })
      const { hub, lark } = system
      await system.start()
      await raiseAlert(hub, errorOf('before'))
      await until('both channels work', async () => lark.messages.length === 2, 15_000)
      await lark.fail(how)
      const subjects = Array.from({ length: 30 }, (_, i) => `s${i}`)
      const startedAt = Date.now()
      let raised = 0
      const raiseUpTo = async (part: number) => {
        for (const subject of subjects.slice(0, Math.ceil(part * subjects.length))) {
          await raiseAlert(hub, errorOf(subject))
          raised += 1
        }
      }
      await watch(outageMs, () => raiseUpTo((Date.now() - startedAt) / outageMs))
      // The last look may have come before the last of them.
      await raiseUpTo(1)
      const backAt = Date.now()
      await lark.recover()
      const told = (by: LarkMessage['by']) => lark.messages.slice(2).filter((each) => each.by === by)
      const all = async () =>
        (['app', 'webhook'] as const).every((by) => new Set(subjectsIn(told(by))).size === subjects.length)
      const tookMs = await until('all are told', all, 10_000, () => subjectsIn(told('app')).join())
      for (const by of ['app', 'webhook'] as const) expect(subjectsIn(told(by))).to.deep.equal(subjects)
      tell(
        `${how}: ${raised} alerts of 30 causes in ${outageMs / 1000} s; all told ${tookMs} ms after, in ` +
          `${lark.messages.length - 2} messages; ${lark.counts.requests} requests, ${lark.counts.limited} limited`,
      )
      expect((lark.messages.at(-1)?.at ?? 0) - backAt).to.be.at.most(10_000)
    })
  }

  it('makes at most one message a minute of 10,000 repeats of one error', async () => {
    const { hub, lark, start } = await open({ SLUICE_ALERT_WINDOW_MS: '60000' })
    await start()
    const startedAt = Date.now()
    for (let i = 0; i < 100; i++)
      await Promise.all(Array.from({ length: 100 }, () => raiseAlert(hub, errorOf('one'))))
    await until('the first is told', async () => lark.messages.length > 0, 10_000)
    await watch(2_000, async () => void expect(lark.messages.length).to.equal(1))
    const known = await readAlert(hub, causeOf(errorOf('one')))
    expect(known?.state.count).to.equal(10_000)
    expect(known?.toldOf('lark').count).to.be.within(1, 10_000)
    // The rest is told when the minute is over, and not before.
    const inAMinute = async () => {
      const [, dueAt] = await hub.redis.zrange(hub.keys.alerts('due'), '0', '0', 'WITHSCORES')
      return Number(dueAt) / 1000 - startedAt > 55_000
    }
    await until('the rest is put off', inAMinute, 10_000)
    expect(lark.messages.length).to.equal(1)
  })
})

import { expect } from 'chai'
import { raiseAlert, readAlert } from '../../lib/alert/alerts.ts'
import { causeOf } from '../../lib/model/alert.ts'
import { withAlertSystems } from '../support/alert-system.ts'
import { errorOf, subjectsIn } from '../support/alerts.ts'
import { startCaptureServer } from '../support/capture-server.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const rounds = soak ? 2 : 1

describe('the alert actor that is killed', function () {
  this.timeout(120_000)
  const open = withAlertSystems()

  it('at any moment loses nothing, doubles nothing and keeps the order', async () => {
    const { hub, lark, start } = await open()
    let actor = await start()
    let kills = 0
    let cut: string | undefined
    // Lark has taken the message, and nobody hears of it.
    lark.beforeAnswer = (message) => {
      // Of this one alone: the actor tells of dead actors, too.
      if (cut === undefined || !subjectsIn([message]).includes(cut)) return true
      cut = undefined
      kills += 1
      void actor.signal('SIGKILL')
      return false
    }
    const subjects = Array.from({ length: 4 * rounds }, (_, i) => `s${i}`)
    for (const [i, subject] of subjects.entries()) {
      const between = i % 4 === 1
      const before = i % 4 === 2
      cut = between ? subject : undefined
      if (before) {
        kills += 1
        await actor.signal('SIGKILL')
      }
      await raiseAlert(hub, errorOf(subject))
      if (before) actor = await start()
      const told = async () => subjectsIn(lark.messages).includes(subject)
      await until(`${subject} is told`, told, 30_000, () => subjectsIn(lark.messages).join())
      if (between) {
        await actor.ended
        actor = await start()
      }
    }
    // What was taken and not heard of comes again, and Lark knows it by its id.
    const noNews = async () => {
      const due = await hub.redis.zrange(hub.keys.alerts('due'), '0', '-1')
      return due.every((cause) => !cause.startsWith('error:'))
    }
    await until('nothing is left to be told', noNews, 30_000)
    expect(subjectsIn(lark.messages)).to.deep.equal(subjects)
    tell(`${kills} kills; ${lark.counts.repeats} messages came again and were not shown`)
    // Those at least; the others were killed when they may have had no time to note it.
    expect(lark.counts.repeats).to.be.at.least(rounds)
  })

  it('between sending and hearing the answer repeats that one message, with its id', async () => {
    const server = await startCaptureServer()
    try {
      const { hub, start } = await open({
        SLUICE_ALERT_CHANNELS: 'webhook',
        SLUICE_ALERT_WEBHOOK: `${server.url}/hook`,
      })
      const first = await start()
      await raiseAlert(hub, errorOf('one'))
      await until('it is told', async () => server.requests.length === 1, 15_000)
      const noted = async () =>
        Number((await readAlert(hub, causeOf(errorOf('one'))))?.toldOf('webhook').news) === 1
      await until('it is noted', noted, 5_000)
      server.answers.push('none')
      await raiseAlert(hub, errorOf('two'))
      await until('the second came', async () => server.requests.length === 2, 15_000)
      await first.signal('SIGKILL')
      await start()
      await raiseAlert(hub, errorOf('three'))
      const last = async () => String(server.requests.at(-1)?.body['text']).includes('three')
      await until('the third came', last, 20_000)
      const ids = server.requests.map(({ body }) => String(body['id']))
      expect(ids).to.deep.equal([ids[0], ids[1], ids[1], ids[3]])
      expect(new Set(ids).size).to.equal(3)
    } finally {
      await server.close()
    }
  })
})

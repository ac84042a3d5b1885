import { expect } from 'chai'
import { raiseAlert, clearAlert } from '../../lib/alert/alerts.ts'
import type { Channel, Message } from '../../lib/alert/channel.ts'
import { serveAlerts } from '../../lib/alert/serve-alerts.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Alert } from '../../lib/model/alert.ts'
import { RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { tell, until, watch } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

function alertOf(subject: string, text = `something about ${subject}`): Alert {
  return { kind: 'error', subject, severity: 'warning', text }
}

/** The subjects that a message speaks of, in order. */
function subjectsIn(messages: readonly Message[]): string[] {
  return messages.flatMap(({ text }) =>
    [...text.matchAll(/^(?:WARNING|RECOVERED) [\w ]+: (\S+)$/gm)].map((m) => m[1] ?? ''),
  )
}

/** How often a cause was raised, as the messages tell. */
function countIn(messages: readonly Message[]): number {
  return messages.reduce((all, { text }) => all + Number(/^(\d+) (?:times|more)/m.exec(text)?.[1] ?? 1), 0)
}

/** A channel that a test holds in its hand: it keeps what it gets, or fails as it is told. */
function openHand(everyMs: number, mostCharacters = 2_000) {
  const got: Message[] = []
  const hand = {
    got,
    tries: 0,
    fail: undefined as ((message: Message) => Error | undefined) | undefined,
    channel: {
      name: 'webhook',
      limits: { everyMs, perMinute: 10_000, mostCharacters },
      send(message) {
        hand.tries += 1
        const failure = hand.fail?.(message)
        if (failure !== undefined) return Promise.reject(failure)
        got.push(message)
        return Promise.resolve()
      },
    } as Channel,
  }
  return hand
}

describe('the delivery of alerts', function () {
  this.timeout(60_000)
  const running: { stop(): Promise<void> }[] = []
  // Before the hubs are closed, which what follows sees to.
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()))
  })
  const redis = withRedis({ cluster: true })

  async function serve(windowMs: number, ...channels: Channel[]): Promise<Hub> {
    const hub = await redis.hub()
    hub.log.level = 'silent'
    running.push(await serveAlerts(hub, channels, windowMs))
    return hub
  }

  const later = () => new RetryLaterError('away', { retryAt: Date.now() })

  it('keeps the order of the causes, also over failures and between two processes', async () => {
    const hand = openHand(0)
    const hub = await serve(60_000, hand.channel)
    const second = await redis.hub({ namespace: hub.config.namespace })
    second.log.level = 'silent'
    running.push(await serveAlerts(second, [hand.channel], 60_000))
    hand.fail = () => (Math.random() < 0.3 ? later() : undefined)
    const subjects = Array.from({ length: 25 }, (_, i) => `s${i}`)
    for (const subject of subjects) await raiseAlert(hub, alertOf(subject))
    await until(
      'all are told',
      async () => hand.got.length >= 25,
      40_000,
      () => `${hand.got.length}`,
    )
    expect(subjectsIn(hand.got)).to.deep.equal(subjects)
    expect(hand.tries).to.be.greaterThan(25)
  })

  it('folds repeats of one cause into a message a window, and those of two never', async () => {
    const windowMs = 1_000
    const repeats = 40
    const hand = openHand(0)
    const hub = await serve(windowMs, hand.channel)
    const startedAt = Date.now()
    let raised = 0
    const messagesOf = (subject: string) => hand.got.filter(({ text }) => text.includes(`: ${subject}\n`))
    const raise = async () => {
      await Promise.all(Array.from({ length: repeats }, () => raiseAlert(hub, alertOf('one'))))
      await raiseAlert(hub, alertOf('two'))
      raised += 1
      return Date.now() > startedAt + 3_300 && ['one', 'two'].every((each) => messagesOf(each).length > 1)
    }
    await until('two messages of each', raise, 20_000)
    const count = (subject: string) => countIn(messagesOf(subject))
    await until(
      'all are told',
      async () => count('one') === raised * repeats && count('two') === raised,
      10_000,
    )
    const windows = Math.ceil((Date.now() - startedAt) / windowMs)
    for (const subject of ['one', 'two']) expect(messagesOf(subject).length).to.be.at.most(windows + 1)
    expect(new Set(hand.got.map(({ id }) => id)).size).to.equal(hand.got.length)
    tell(
      `${raised * repeats} repeats in ${Date.now() - startedAt} ms made ${hand.got.length} messages of two causes`,
    )
  })

  it('tells every cause once after an outage, with what happened meanwhile, and its end', async () => {
    const hand = openHand(0)
    const windowMs = 300
    const hub = await serve(windowMs, hand.channel)
    hand.fail = later
    const standing = { ...alertOf('halt', 'stands for a while'), stands: true }
    await raiseAlert(hub, standing)
    let repeats = 0
    await watch(2_000, async () => {
      await raiseAlert(hub, alertOf('repeated'))
      repeats += 1
    })
    await clearAlert(hub, standing, 'resumed')
    // What is being sent may have been composed before.
    const tried = hand.tries
    await until('a try that was composed since', async () => hand.tries >= tried + 2, 10_000)
    hand.fail = undefined
    await until('both are told', async () => hand.got.length >= 2, 10_000)
    await watch(2 * windowMs, async () => void expect(hand.got.length).to.equal(2))
    expect(subjectsIn(hand.got)).to.deep.equal(['halt', 'repeated'])
    expect(hand.got[0]?.text).to.match(/^RECOVERED .*\nstands for a while → resumed\nstood [2-9] s/)
    expect(countIn(hand.got.slice(1))).to.equal(repeats)
  })

  it('lets causes share messages when one by one would take too long, each with its own words and count', async () => {
    const hand = openHand(400, 600)
    const hub = await serve(60_000, hand.channel)
    hand.fail = later
    const subjects = Array.from({ length: 40 }, (_, i) => `s${i}`)
    for (const subject of subjects) for (let i = 0; i < 3; i++) await raiseAlert(hub, alertOf(subject))
    await until('a try was made', async () => hand.tries > 1, 5_000)
    hand.fail = undefined
    const tookMs = await until('all are told', async () => subjectsIn(hand.got).length >= 40, 20_000)
    tell(`40 causes in ${hand.got.length} messages, ${tookMs} ms after the outage`)
    expect(subjectsIn(hand.got)).to.deep.equal(subjects)
    for (const { text } of hand.got) {
      expect(text.length).to.be.at.most(600)
      expect([...text.matchAll(/^3 times/gm)].length).to.equal([...text.matchAll(/^WARNING/gm)].length)
    }
    expect(hand.got.length).to.be.below(20)
  })

  it('leaves what is refused for good, and nothing else, also when it would have shared a message', async () => {
    const hand = openHand(400, 600)
    const hub = await serve(60_000, hand.channel)
    hand.fail = later
    const subjects = Array.from({ length: 16 }, (_, i) => `s${i}`)
    for (const subject of subjects) await raiseAlert(hub, alertOf(subject))
    await until('a try was made', async () => hand.tries > 1, 5_000)
    hand.fail = ({ text }) => (/: s5$/m.test(text) ? new VenueRejectedError('no such word') : undefined)
    await until('the others are told', async () => subjectsIn(hand.got).length >= 15, 20_000)
    expect(subjectsIn(hand.got)).to.deep.equal(subjects.filter((subject) => subject !== 's5'))
  })

  it('sends nothing again when Redis goes away between sending and noting', async () => {
    const hand = openHand(0)
    const hub = await serve(60_000, hand.channel)
    hand.fail = () => {
      // The connection is gone as soon as the message has left.
      hub.redis.disconnect(true)
      return undefined
    }
    await raiseAlert(hub, alertOf('one'))
    await until('it is told', async () => hand.got.length > 0, 10_000)
    hand.fail = undefined
    await raiseAlert(hub, alertOf('two'))
    await until('the next one is told', async () => subjectsIn(hand.got).includes('two'), 10_000)
    expect(subjectsIn(hand.got)).to.deep.equal(['one', 'two'])
  })

  it('goes on after a FLUSHALL', async () => {
    const hand = openHand(0)
    const hub = await serve(60_000, hand.channel)
    await raiseAlert(hub, alertOf('before'))
    await until('it is told', async () => hand.got.length === 1, 10_000)
    await hub.redis.flushall()
    await raiseAlert(hub, alertOf('before'))
    await until('it is told again', async () => hand.got.length === 2, 10_000)
    expect(new Set(hand.got.map(({ id }) => id)).size).to.equal(2)
  })

  it('holds one channel up by no other', async () => {
    const [slow, quick] = [openHand(0), openHand(0)]
    slow.fail = later
    const hub = await serve(60_000, slow.channel, { ...quick.channel, name: 'slack' })
    for (const subject of ['one', 'two']) await raiseAlert(hub, alertOf(subject))
    await until('the one that works is told', async () => quick.got.length === 2, 10_000)
    expect(slow.got.length).to.equal(0)
    slow.fail = undefined
    await until('the other one is told, too', async () => slow.got.length === 2, 10_000)
  })
})

import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { writeInstruments } from '../../lib/market/instruments.ts'
import { withAlertSystems } from '../support/alert-system.ts'
import { toPerpetual } from '../support/instrument.ts'
import type { LarkMessage } from '../support/lark-server.ts'
import { runProgram, runSluice } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const venue = 'binanceusdm'

function textsOf(messages: readonly LarkMessage[], pattern: RegExp): string[] {
  return messages.filter(({ text }) => pattern.test(text)).map(({ text }) => text)
}

const soak = process.env['SOAK_RUNS'] !== undefined

describe('the alert actor', function () {
  this.timeout(120_000)
  const open = withAlertSystems()

  it('tells of dead actors, stale data, closed addresses, delistings and conditions, and of their end', async () => {
    const { hub, lark, start } = await open({ SLUICE_ALERT_WINDOW_MS: '500' })
    const { redis, keys } = hub
    await start()
    const beat = async (id: string, livesMs: number) => {
      const now = Date.now()
      await redis.zadd(keys.actors(), now, id)
      await redis.hset(keys.actor(id), { startedAt: now, beatAt: now })
      await redis.pexpire(keys.actor(id), livesMs)
    }
    await beat('risk:test-host:1', 1_000)
    const close = (closedUntil: number) =>
      redis.hset(keys.egress(venue, 'paris'), { closedUntil, closedBy: 418 })
    const conditions = keys.conditions(venue, 'main')
    await redis.hset(
      conditions,
      'uncovered BTCUSDT',
      JSON.stringify({ since: Date.now(), text: 'no stop stands' }),
    )
    await redis.zadd(keys.addresses(venue), Date.now(), 'paris')
    await close(Date.now() + 60_000)
    const listed = {
      ...toPerpetual('GONEUSDT'),
      deliveryTime: Date.UTC(2030, 0, 1),
      index: 0,
      quoteVolume: undefined,
    }
    await writeInstruments(hub, venue, [listed])
    await stale(hub, 120_000)

    const has = (pattern: RegExp) => async () => textsOf(lark.messages, pattern).length > 0
    await until(
      'the condition',
      has(/^WARNING uncovered position: binanceusdm:main uncovered BTCUSDT\nno stop stands/),
      20_000,
    )
    await until('the closed address', has(/^CRITICAL rate limit: binanceusdm paris\n.*by 418/), 10_000)
    await until('the dead actor', has(/^CRITICAL dead actor: risk:test-host:1\n/), 15_000)
    await until('the delisting', has(/^WARNING delisting: binanceusdm GONEUSDT\n.*2030-01-01/), 20_000)
    await until(
      'the stale lane',
      has(/^WARNING stale data: binanceusdm 1m:all\n.*2 symbols: the oldest is 1\d\d s old/),
      25_000,
    )

    await redis.hdel(conditions, 'uncovered BTCUSDT')
    await close(Date.now())
    await beat('risk:test-host:2', 60_000)
    await writeInstruments(hub, venue, [{ ...listed, status: 'delisted' }])
    const fresh = setInterval(() => {
      stale(hub, 0).catch(() => {})
    }, 300)
    try {
      await until('the condition ended', has(/^RECOVERED uncovered position: .*uncovered BTCUSDT/), 10_000)
      await until('the address opened', has(/^RECOVERED rate limit: binanceusdm paris/), 10_000)
      await until(
        'the actor was replaced',
        has(/^RECOVERED dead actor: .*\n.*risk:test-host:2 has taken its place/),
        10_000,
      )
      await until('the delisting came', has(/^RECOVERED delisting: .*\n.*its status is delisted now/), 20_000)
      await until('the lane is fresh', has(/^RECOVERED stale data: .*\n.*2 symbols are fresh/), 20_000)
    } finally {
      clearInterval(fresh)
    }
    // Each stood once, though it was looked at every second.
    for (const kind of ['uncovered position', 'rate limit', 'dead actor', 'delisting', 'stale data'])
      expect(
        textsOf(lark.messages, new RegExp(`^(?:WARNING|CRITICAL) ${kind}: (?!alert:)`)).length,
        kind,
      ).to.equal(1)
  })

  it('tells the end of what ended while no alert actor ran, and of two actors one looks and sends', async () => {
    const { hub, lark, start } = await open({ SLUICE_ALERT_WINDOW_MS: '300' })
    const conditions = hub.keys.conditions(venue, 'main')
    const stand = (name: string) =>
      hub.redis.hset(conditions, name, JSON.stringify({ since: Date.now(), text: 'it stands' }))
    await stand('source risk silent')
    const first = await start()
    const has = (pattern: RegExp) => async () => textsOf(lark.messages, pattern).length > 0
    await until('the condition', has(/^WARNING condition: .*source risk silent/), 20_000)
    await first.signal('SIGKILL')
    await hub.redis.hdel(conditions, 'source risk silent')
    await Promise.all([start(), start()])
    await until('its end', has(/^RECOVERED condition: .*source risk silent/), 20_000)
    await stand('difference BTCUSDT/both')
    await until('the next one', has(/^WARNING disagreement: .*difference BTCUSDT.both/), 20_000)
    const actors = await readLivingActors(hub.redis, hub.keys)
    expect(actors.map(({ fields }) => fields['leads'])).to.have.members(['0', '1'])
    for (const name of ['source risk silent', 'difference BTCUSDT.both'])
      expect(textsOf(lark.messages, new RegExp(`^WARNING .*${name}`)).length).to.equal(1)
  })

  it('refuses channels that lack something, in one sentence and with code 2', async () => {
    const { environment } = await open()
    const refused: [Record<string, string>, string][] = [
      [{ SLUICE_LARK_CHAT_ID: '' }, 'the alert channel lark needs SLUICE_LARK_CHAT_ID'],
      [{ SLUICE_ALERT_CHANNELS: 'lark,pager' }, 'SLUICE_ALERT_CHANNELS does not fit'],
      [
        { SLUICE_ALERT_CHANNELS: 'slack', SLUICE_SLACK_WEBHOOK: 'no-url' },
        'SLUICE_SLACK_WEBHOOK does not fit',
      ],
    ]
    for (const [changes, part] of soak ? refused : refused.slice(-1)) {
      const ended = await runProgram('actors/alert', [], { ...environment, ...changes })
      expect(ended.stderr)
        .to.match(/^sluice alert: [^\n]+\n$/)
        .and.to.contain(part)
        .and.to.not.contain('no-url')
      expect(ended.code).to.equal(2)
    }
  })

  it('is tried out by sluice alert test, without Redis', async () => {
    const { environment, lark } = await open({
      SLUICE_ALERT_CHANNELS: 'lark,lark-webhook',
      REDIS_URL: 'redis://127.0.0.1:1',
    })
    const sluice = (...args: string[]) => runSluice(['alert', ...args], environment)
    const both = await sluice('test')
    expect([both.code, both.stdout]).to.deep.equal([0, 'lark: sent\nlark-webhook: sent\n'])
    expect(lark.messages.every(({ text }) => text.startsWith('TEST of sluice on '))).to.equal(true)
    await lark.fail('gone')
    const one = await sluice('test', '--channel', 'lark')
    expect(one.stdout).to.match(/^lark: not sent, no answer: .*ECONNREFUSED/)
    expect(one.code).to.equal(1)
    const written = await sluice('test', '--channel', 'console')
    expect(written.stdout).to.match(/^TEST of .*\nconsole: sent\n$/)
    for (const [args, part] of [
      [['test', '--channel', 'larc'], 'did you mean "lark"?'],
      [['tset'], 'expected "alert test"'],
      [[], 'command'],
    ] as const) {
      const refused = await sluice(...args)
      expect(refused.stderr)
        .to.match(/^sluice: [^\n]+\n$/)
        .and.to.contain(part)
      expect(refused.code).to.equal(2)
    }
  })
})

/** Makes the lane's two symbols so old. */
async function stale({ redis, keys }: Hub, ageMs: number): Promise<void> {
  const now = Date.now()
  const lap = { interval: '1m', lane: 'all', symbols: 2, lapMs: 5_000, boundMs: 5_000, at: now }
  await redis.del(keys.lane(venue, '1m', 'all'))
  await redis.rpush(keys.lane(venue, '1m', 'all'), 'BTCUSDT', 'ETHUSDT')
  await redis.hset(keys.laps(venue), '1m:all', JSON.stringify(lap))
  await redis.hset(keys.polls(venue, '1m'), { BTCUSDT: now - ageMs, ETHUSDT: now - ageMs })
}

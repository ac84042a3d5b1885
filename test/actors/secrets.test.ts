import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Redis } from 'ioredis'
import { AccountClient } from '../simulator/account-client.ts'
import { longKeys } from '../support/account.ts'
import { of } from '../support/account-system.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { cleanEnvironment, runProgram } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, untilFound, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// A mark and a trader ask for nothing that a ticker does not, or for nothing at all.
const kinds = [
  'symbol-cursor',
  'kline',
  'ticker',
  'position',
  'alert',
  'board',
  ...(soak ? ['mark', 'trader'] : []),
]
// Answers that say the same in other numbers are for the soak.
const bodies = soak ? ['html', 'json', 'none'] : ['html']
const codes = soak ? [-1021, -1022, -1003, -2015, -1102, -2014, -1125, -4046] : [-1022, -2015]

// Everything that the simulator can do wrong: together what leaves room for each other, one after the other what does not.
const faults: readonly (readonly object[])[] = [
  [
    { kind: 'latency', ms: 1_500, probability: 0.3 },
    ...(soak ? [500, 503] : [503]).flatMap((status) =>
      bodies.map((body) => ({ kind: 'status', status, body, probability: 0.5 })),
    ),
    { kind: 'lackRows', share: 0.7 },
    { kind: 'eventTimeBehind', ms: 5_000 },
  ],
  [
    { kind: 'empty', probability: 0.3 },
    { kind: 'empty', body: 'list', probability: 0.4 },
    { kind: 'nonJson', probability: 0.5 },
    { kind: 'drop' },
    { kind: 'duplicate', ms: 50 },
    { kind: 'reorder' },
  ],
  [{ kind: 'cut' }],
  [
    { kind: 'refuse', path: '/fapi/', probability: 0.5 },
    { kind: 'stall', ms: 1_000, probability: 0.5 },
    { kind: 'cut', path: 'stream/private' },
  ],
  [
    { kind: 'refuse', path: 'stream' },
    { kind: 'cut', path: 'stream' },
  ],
  [
    { kind: 'clockOffset', offsetMs: 8_000 },
    { kind: 'delay', ms: 500, spreadMs: 500 },
  ],
  [
    { kind: 'clockOffset', offsetMs: -8_000 },
    { kind: 'freeze', ms: 1_000 },
    { kind: 'lag', ms: 800 },
  ],
  [
    ...codes.map((code) => ({ kind: 'reject', code, msg: 'no', path: '/fapi/', probability: 0.4 })),
    { kind: 'silence' },
  ],
  [{ kind: 'unknown' }, { kind: 'notFoundFor', ms: 500 }, { kind: 'rateLimit', ms: 800 }],
  [{ kind: 'ban', ms: 1_500 }],
]
const steps = soak ? [...faults, ...faults.flat().map((rule) => [rule])] : faults
const eachMs = 500
const answeredWithinMs = 20_000

/** Everything in Redis, as text. */
async function dump(redis: Redis): Promise<string> {
  const parts: string[] = []
  for (const key of await redis.keys('*')) {
    // One that runs out and comes back meanwhile is read again.
    const value = await untilFound(`what ${key} holds`, async () => [await read(redis, key)], 5_000)
    parts.push(key, JSON.stringify(value))
  }
  return parts.join('\n')
}

async function read(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key)
  if (type === 'hash') return redis.hgetall(key)
  if (type === 'zset') return redis.zrange(key, '0', '-1')
  if (type === 'set') return redis.smembers(key)
  if (type === 'list') return redis.lrange(key, '0', '-1')
  if (type === 'stream') return redis.xrange(key, '-', '+')
  return redis.get(key)
}

describe('secrets', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-secrets-'))
  const children: Child[] = []
  after(() => rmSync(folder, { recursive: true, force: true }))
  afterEach(async () => {
    for (const child of children.splice(0)) await child.signal('SIGKILL')
    for (const log of logs()) rmSync(log)
  })
  const account = `${longKeys.key}:${longKeys.secret}:USDT=100000`
  const opened = withSystem({
    symbols: 8,
    klines: 0,
    cursors: 0,
    simulatorFlags: ['--account', account, '--ban-after', '1000'],
  })

  function settingsOf(system: System, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { host, port, password } = system.redis.endpoint
    writeFileSync(join(folder, 'sluice.json'), '{}')
    return {
      REDIS_URL: `redis://:${password}@${host}:${port}`,
      SLUICE_CONFIG: join(folder, 'sluice.json'),
      SLUICE_EXCHANGE_URL: system.simulator.url,
      SLUICE_LOG_LEVEL: 'trace',
      SLUICE_SHARE: '0.2',
      SLUICE_ACCOUNT: of.account,
      SLUICE_KEY_MAIN: longKeys.key,
      SLUICE_SECRET_MAIN: longKeys.secret,
      ...more,
    }
  }

  /** Starts an actor whose whole output goes to a file of its own. */
  function start(
    system: System,
    kind: string,
    flags: readonly string[] = [],
    more: Readonly<Record<string, string>> = {},
  ): Child {
    const file = join(folder, `${kind}-${children.length}.log`)
    const script = 'log=$1; shift; exec "$@" >> "$log" 2>&1'
    const args = ['-c', script, 'sh', file, process.execPath, `actors/${kind}`, ...flags]
    const settings = settingsOf(system, { SLUICE_BOARD_PASSWORD: 'password-of-the-board', ...more })
    const child = startChild(kind, 'sh', args, cleanEnvironment(settings))
    children.push(child)
    return child
  }

  const requireAlive = () => {
    const crash = children.map((child) => child.crash()).find((each) => each !== undefined)
    if (crash !== undefined) throw new Error(crash)
  }

  const logs = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => join(folder, name))

  const written = () =>
    logs()
      .map((log) => readFileSync(log, 'utf8'))
      .join('\n')

  function requireClean(text: string, where: string, secrets: readonly string[]): void {
    for (const secret of secrets) {
      const at = text.indexOf(secret)
      expect(at, `${where}: ${text.slice(Math.max(0, at - 200), at)}`).to.equal(-1)
    }
    // A signature is 64 hexadecimal digits.
    const signature = /[0-9a-f]{64}/i.exec(text)
    expect(
      signature?.index,
      `${where}: ${text.slice(Math.max(0, (signature?.index ?? 0) - 200), signature?.index)}`,
    ).to.equal(undefined)
  }

  it('are in no log, in no key of Redis, in no job, on no page and in no crash, whatever goes wrong', async () => {
    const system = opened()
    for (const kind of kinds) start(system, kind, kind === 'board' ? ['--port', '0'] : [])
    const ready = async () => /^board ready (http:\S+)/m.exec(written())?.[1]
    const board = await untilFound('the board is ready', ready, 60_000)
    const client = await AccountClient.open(system.simulator.url, longKeys.key, longKeys.secret)
    const { listenKey = '' } = await client.ask<{ listenKey?: string }>('POST /fapi/v1/listenKey')
    expect(listenKey).to.have.length.above(20)
    const listenKeys = new Set([listenKey])
    const pages: string[] = []
    let unanswered = 0
    for (const rules of steps) {
      await system.simulator.faults(...rules)
      const side = pages.length % 2 === 0 ? 'BUY' : 'SELL'
      unanswered += 1
      void client
        .market('BTCUSDT', side, '0.01')
        .catch(() => undefined)
        .finally(() => (unanswered -= 1))
      await watch(eachMs, async () => requireAlive())
      pages.push(await page(`${board}/api/status`), await page(`${board}/queues/api/queues`))
    }
    await system.simulator.reset()
    await until('every order has an answer', async () => unanswered === 0, answeredWithinMs)
    // The key that the account has may be another by now.
    const last = await client.ask<{ listenKey: string }>('POST /fapi/v1/listenKey')
    listenKeys.add(last.listenKey)

    const secrets = [longKeys.key, longKeys.secret, ...listenKeys]
    const state = await dump(system.hub.redis)
    const status = await runProgram('scripts/sluice.js', ['status', '--json'], settingsOf(system))
    const config = await runProgram('scripts/sluice.js', ['show-config'], settingsOf(system))
    await Promise.all(children.map((child) => child.signal('SIGTERM')))
    const logged = written()
    tell(`${logged.length} characters of logs, ${state.length} of Redis, ${pages.join('').length} of pages`)
    expect(logged.length).to.be.above(5_000)
    expect(state).to.contain('sluice:positions:{binanceusdm:main}')
    requireClean(logged, 'the logs', secrets)
    requireClean(state, 'Redis', secrets)
    requireClean(pages.join('\n'), 'the board', secrets)
    requireClean(status.stdout + status.stderr + config.stdout + config.stderr, 'the command line', secrets)
  })

  it('are in nothing that a process says when its keys are no use', async () => {
    const system = opened()
    const keysFile = join(folder, 'keys.json')
    // Unknown to the venue.
    const [key, secret] = [backwards(longKeys.key), backwards(longKeys.secret)]
    writeFileSync(keysFile, JSON.stringify({ binanceusdm: { main: { key, secret, more: secret } } }), {
      mode: 0o644,
    })
    const none = { SLUICE_KEY_MAIN: '', SLUICE_SECRET_MAIN: '', SLUICE_KEYS_FILE: keysFile }
    const cases: Readonly<Record<string, string>>[] = [
      none,
      ...(soak
        ? [
            { ...none, SLUICE_KEY_MAIN: key },
            { ...none, SLUICE_SECRET_MAIN: secret },
          ]
        : []),
    ]
    for (const more of cases) {
      const ended = await runProgram('actors/position/index.js', [], settingsOf(system, more))
      expect(ended.code).to.equal(2)
      requireClean(ended.stdout + ended.stderr, 'a refusal to start', [key, secret])
    }
    // Every request is refused.
    start(system, 'position', [], { SLUICE_KEY_MAIN: key, SLUICE_SECRET_MAIN: secret })
    const refused = async () => /-20(?:14|15)/.test(written())
    await until('it is refused', refused, 15_000)
    await Promise.all(children.map((child) => child.signal('SIGTERM')))
    requireClean(written(), 'the log', [key, secret])
  })
})

const backwards = (text: string) => Array.from(text).toReversed().join('')

async function page(url: string): Promise<string> {
  const authorization = `Basic ${Buffer.from('sluice:password-of-the-board').toString('base64')}`
  const answer = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(5_000) })
  return answer.text()
}

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { withFolder } from '../support/folder.ts'
import { runProgram } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { withRedis } from '../support/with-redis.ts'

const soak = process.env['SOAK_RUNS'] !== undefined

/** An actor, its flags and its environment, and what its refusal says. */
type Case = readonly [kind: string, args: string[], environment: Record<string, string>, ...parts: string[]]

/** One sentence on standard error that holds these parts, and code 2. */
function expectRefusal({ code, stderr }: Ended, ...parts: string[]): void {
  expect(stderr).to.match(/^sluice [^\n]+\n$/)
  for (const part of parts) expect(stderr).to.contain(part)
  expect(stderr).to.not.match(/\.ts:\d|\.js:\d|at \w+ \(/)
  expect(code).to.equal(2)
}

describe('an actor that is given what it cannot use', function () {
  this.timeout(60_000)
  const redis = withRedis()
  const folder = withFolder()

  /** Runs an actor on the Redis of these tests. */
  function run(kind: string, args: string[] = [], environment: Record<string, string> = {}): Promise<Ended> {
    const configuration = folder.write('sluice.json', '{}')
    return runProgram(`actors/${kind}`, args, {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: configuration,
      SLUICE_EXCHANGE_URL: 'http://127.0.0.1:1',
      ...environment,
    })
  }

  async function requireRefusals(cases: readonly Case[]): Promise<void> {
    const ended = await Promise.all(cases.map(([kind, args, environment]) => run(kind, args, environment)))
    for (const [at, [, , , ...parts]] of cases.entries()) expectRefusal(ended[at] as Ended, ...parts)
  }

  afterEach(async () => {
    const hub = await redis.hub()
    // Whatever namespace was used: these tests leave nothing in the whole server.
    expect(await hub.redis.keys('*')).to.deep.equal([])
  })

  it('says what is wrong with the flags of any kind of actor, in one sentence, and ends with 2', async () => {
    // All of them read their flags in the same place.
    const kinds = soak ? ['kline', 'symbol-cursor', 'ticker', 'trader', 'board'] : ['trader']
    const cases: readonly Case[] = [
      ...kinds.map((kind): Case => [kind, ['--bogus'], {}, `sluice ${kind}: `, "unknown option '--bogus'"]),
      ['board', ['--namespce', 'x'], {}, "'--namespce'", 'Did you mean --namespace?'],
      ['kline', ['--exchange', 'nyse'], {}, '--exchange', '"binanceusdm"', 'was "nyse"'],
    ]
    const more: readonly Case[] = [
      ['symbol-cursor', ['stray'], {}, 'too many arguments'],
      ['ticker', ['--exchange-url', 'localhost'], {}, '--exchange-url', 'was "localhost"'],
    ]
    await requireRefusals(soak ? [...cases, ...more] : cases)
  })

  it('says which value of a setting does not fit, wherever it stood', async () => {
    const misspelt = folder.write('misspelt.json', '{"concurency": 4}')
    const broken = folder.write('broken.json', '{"concurrency": 4')
    const none = `${folder.path()}/none.json`
    const misspeltName = 'did you mean "SLUICE_CONCURRENCY"?'
    const cases: readonly Case[] = [
      ['symbol-cursor', ['--intervals', '1m,7m'], {}, '--intervals', '1h', 'was "1m,7m"'],
      ['kline', [], { SLUICE_CONCURENCY: '4' }, '"SLUICE_CONCURENCY"', misspeltName],
      ['kline', [], { SLUICE_CONFIG: misspelt }, 'misspelt.json', 'did you mean "concurrency"?'],
    ]
    // How each is read, the tests of the configuration tell.
    const more: readonly Case[] = [
      ['kline', ['--concurrency', '0'], {}, '--concurrency', 'was "0"'],
      ['kline', [], { SLUICE_SHARE: 'half' }, 'SLUICE_SHARE', 'was "half"'],
      ['kline', [], { SLUICE_CONFIG: broken }, 'broken.json', 'JSON'],
      ['kline', [], { SLUICE_CONFIG: none }, 'none.json', 'does not exist'],
    ]
    await requireRefusals(soak ? [...cases, ...more] : cases)
  })

  it('says what is wrong with the condition of the hot lane, and where', async () => {
    const noFunction = folder.write('other.mjs', 'export const hot = true')
    const share = ['--hot-share', '0.3', '--hot-lane']
    const noMove = '{"any":[{"openPosition":true},{"move":{"minutes":5}}]}'
    const cases: readonly Case[] = [
      ['symbol-cursor', ['--hot-lane', noMove], {}, '--hot-lane', 'any.1.move.atLeast'],
      ['symbol-cursor', [...share, `{"module":"${noFunction}"}`], {}, 'other.mjs', 'isHot'],
    ]
    const more: readonly Case[] = [
      ['symbol-cursor', ['--hot-share', '0.3'], {}, 'hotShare is 0.3', 'hotLane'],
      ['symbol-cursor', [...share, '{"module":"./none.js"}'], {}, 'none.js', 'does not exist'],
    ]
    await requireRefusals(soak ? [...cases, ...more] : cases)
  })

  it('says that Redis is missing, away or closed to it', async () => {
    const { host, port } = redis.server().endpoint
    const [none, away, wrongPassword] = await Promise.all([
      run('kline', [], { REDIS_URL: '', SLUICE_DATA_DIR: folder.path() }),
      run('kline', [], { REDIS_URL: 'redis://127.0.0.1:1' }),
      run('kline', [], { REDIS_URL: `redis://:wrong-password@${host}:${port}` }),
    ])
    expectRefusal(none, 'no Redis', './scripts/up')
    expectRefusal(away, 'Redis at 127.0.0.1:1', 'ECONNREFUSED')
    expectRefusal(wrongPassword, `Redis at ${host}:${port}`, 'refused the password')
    expect(wrongPassword.stderr).to.not.contain('wrong-password')
    if (!soak) return
    expectRefusal(await run('kline', [], { REDIS_URL: 'localhost' }), 'REDIS_URL')
    const noPassword = await run('kline', [], { REDIS_URL: `redis://${host}:${port}` })
    expectRefusal(noPassword, `Redis at ${host}:${port}`, 'asks for a password')
  })

  it('says what is wrong with the hand-kept lists of symbols before it takes the lead', async () => {
    const broken = folder.write('symbols.json', '{"deny": ["BTCUSDT"')
    const misspelt = folder.write('lists.json', '{"denied": ["BTCUSDT"]}')
    const [json, key] = await Promise.all([
      run('symbol-cursor', ['--symbols-file', broken]),
      run('symbol-cursor', ['--symbols-file', misspelt]),
    ])
    expectRefusal(json, 'symbols.json', '{"allow": [], "deny": ["BTCUSDT"]}')
    expectRefusal(key, 'lists.json', 'denied')
  })

  it('says that the port of the board is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    try {
      expectRefusal(await run('board', ['--port', String(port)]), `port ${port}`, 'taken', '--port')
    } finally {
      taken.close()
    }
  })

  it('ends with 0 and its flags when it is asked for help', async () => {
    const { code, stdout, stderr } = await run('kline', ['--help'])
    expect(stdout).to.contain('--concurrency <value>').and.to.contain('(default: 8)')
    expect([code, stderr]).to.deep.equal([0, ''])
  })
})

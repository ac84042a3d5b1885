import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { withFolder } from '../support/folder.ts'
import { runProgram } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { withRedis } from '../support/with-redis.ts'

const soak = process.env['SOAK_RUNS'] !== undefined

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

  afterEach(async () => {
    const hub = await redis.hub()
    // Whatever namespace was used: these tests leave nothing in the whole server.
    expect(await hub.redis.keys('*')).to.deep.equal([])
  })

  it('says what is wrong with the flags of any kind of actor, in one sentence, and ends with 2', async () => {
    // All of them read their flags in the same place.
    const kinds = soak ? ['kline', 'symbol-cursor', 'ticker', 'trader', 'board'] : ['kline', 'trader']
    const unknown = Promise.all(kinds.map((kind) => run(kind, ['--bogus'])))
    const [near, stray, venue, address] = await Promise.all([
      run('board', ['--namespce', 'x']),
      run('symbol-cursor', ['stray']),
      run('kline', ['--exchange', 'nyse']),
      run('ticker', ['--exchange-url', 'localhost']),
    ])
    for (const [at, ended] of (await unknown).entries())
      expectRefusal(ended, `sluice ${kinds[at]}: `, "unknown option '--bogus'")
    expectRefusal(near, "'--namespce'", 'Did you mean --namespace?')
    expectRefusal(stray, 'too many arguments')
    expectRefusal(venue, '--exchange', '"binanceusdm"', 'was "nyse"')
    expectRefusal(address, '--exchange-url', 'was "localhost"')
  })

  it('says which value of a setting does not fit, wherever it stood', async () => {
    const misspelt = folder.write('misspelt.json', '{"concurency": 4}')
    const broken = folder.write('broken.json', '{"concurrency": 4')
    const [interval, zero, variable, unknownVariable, key, json, missing] = await Promise.all([
      run('symbol-cursor', ['--intervals', '1m,7m']),
      run('kline', ['--concurrency', '0']),
      run('kline', [], { SLUICE_SHARE: 'half' }),
      run('kline', [], { SLUICE_CONCURENCY: '4' }),
      run('kline', [], { SLUICE_CONFIG: misspelt }),
      run('kline', [], { SLUICE_CONFIG: broken }),
      run('kline', [], { SLUICE_CONFIG: `${folder.path()}/none.json` }),
    ])
    expectRefusal(interval, '--intervals', '1h', 'was "1m,7m"')
    expectRefusal(zero, '--concurrency', 'was "0"')
    expectRefusal(variable, 'SLUICE_SHARE', 'was "half"')
    expectRefusal(unknownVariable, '"SLUICE_CONCURENCY"', 'did you mean "SLUICE_CONCURRENCY"?')
    expectRefusal(key, 'misspelt.json', '"concurency"', 'did you mean "concurrency"?')
    expectRefusal(json, 'broken.json', 'JSON')
    expectRefusal(missing, 'none.json', 'does not exist')
  })

  it('says what is wrong with the condition of the hot lane, and where', async () => {
    const noFunction = folder.write('other.mjs', 'export const hot = true')
    const [place, noCondition, absent, other] = await Promise.all([
      run('symbol-cursor', ['--hot-lane', '{"any":[{"openPosition":true},{"move":{"minutes":5}}]}']),
      run('symbol-cursor', ['--hot-share', '0.3']),
      run('symbol-cursor', ['--hot-share', '0.3', '--hot-lane', '{"module":"./none.js"}']),
      run('symbol-cursor', ['--hot-share', '0.3', '--hot-lane', `{"module":"${noFunction}"}`]),
    ])
    expectRefusal(place, '--hot-lane', 'any.1.move.atLeast')
    expectRefusal(noCondition, 'hotShare is 0.3', 'hotLane')
    expectRefusal(absent, 'none.js', 'does not exist')
    expectRefusal(other, 'other.mjs', 'isHot')
  })

  it('says that Redis is missing, away, closed to it, or no Redis', async () => {
    const { host, port } = redis.server().endpoint
    const [none, noUrl, away, wrongPassword, noPassword] = await Promise.all([
      run('kline', [], { REDIS_URL: '', SLUICE_DATA_DIR: folder.path() }),
      run('kline', [], { REDIS_URL: 'localhost' }),
      run('kline', [], { REDIS_URL: 'redis://127.0.0.1:1' }),
      run('kline', [], { REDIS_URL: `redis://:wrong-password@${host}:${port}` }),
      run('kline', [], { REDIS_URL: `redis://${host}:${port}` }),
    ])
    expectRefusal(none, 'no Redis', './scripts/up')
    expectRefusal(noUrl, 'REDIS_URL')
    expectRefusal(away, 'Redis at 127.0.0.1:1', 'ECONNREFUSED')
    expectRefusal(wrongPassword, `Redis at ${host}:${port}`, 'refused the password')
    expect(wrongPassword.stderr).to.not.contain('wrong-password')
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

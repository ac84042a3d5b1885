import { expect } from 'chai'
import { keyName } from '../../lib/hub/account-keys.ts'
import { startChangedVenue } from '../support/changed-venue.ts'
import type { ChangedVenue } from '../support/changed-venue.ts'
import { withFolder } from '../support/folder.ts'
import { runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { withRedis } from '../support/with-redis.ts'

const soak = process.env['SOAK_RUNS'] !== undefined

interface Told {
  readonly checks: readonly { name: string; verdict: string; found: string; details?: string[] }[]
}

describe('sluice doctor --venue', function () {
  this.timeout(60_000)
  const redis = withRedis()
  const folder = withFolder()
  let simulator: Simulator
  let venue: ChangedVenue

  before(async () => {
    simulator = await startSimulator('--symbols', '3')
    venue = await startChangedVenue(simulator.url)
  })
  after(async () => {
    await venue.close()
    await simulator.stop()
  })
  beforeEach(() => venue.change((_, body) => body))

  function doctor(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    return runSluice(['doctor', ...args], {
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_DATA_DIR: folder.path(),
      SLUICE_EXCHANGE_URL: venue.url,
      ...environment,
    })
  }
  const ofAccount = {
    [keyName('KEY', 'main')]: 'demo',
    [keyName('SECRET', 'main')]: 'demo',
    [keyName('PASSPHRASE', 'main')]: 'demo',
  }

  const venues = [
    ['okx', 22],
    ['binanceusdm', 23],
    ['bybit', 16],
  ] as const
  // What is looked at of each is tested without the command.
  for (const [exchange, places] of soak ? venues : venues.slice(0, 1)) {
    it(`finds nothing wrong with ${exchange}, as the simulator speaks it, with neither actors nor Redis, and ends with 0`, async () => {
      const args = ['--venue', exchange, '--account', 'main', '--json']
      const { code, stdout, stderr } = await doctor(args, ofAccount)
      const { checks } = JSON.parse(stdout) as Told
      expect(checks.filter(({ verdict }) => verdict === 'fail')).to.deep.equal([])
      expect([code, stderr, checks.length]).to.deep.equal([0, '', places])
      expect(checks[0]?.found).to.contain('no Redis')
    })
  }

  it('asks nothing private without an account, and books what it asks where there is a Redis', async () => {
    const hub = await redis.hub({ address: 'here' })
    const environment = { REDIS_URL: redis.url(), SLUICE_NAMESPACE: hub.config.namespace }
    const { code, stdout } = await doctor(['--venue', '--address', 'here'], environment)
    expect(code).to.equal(0)
    expect(stdout)
      .to.match(/^ok {4}budget +of address here, in Redis$/m)
      .and.to.match(/ 0 wrong\n$/)
    expect(stdout).to.not.contain('/account').and.to.not.contain('/private/')
    // One each for time, instruments, candles and the day, 5 for the tickers and 10 for the marks; fewer where a window
    // of the venue's ended in between.
    const { used } = await hub.redis.hgetall(hub.keys.egress('binanceusdm', 'here'))
    expect(Number(used)).to.be.within(1, 19)
  })

  it('names what is not as known by its whole path, and ends with 1; with 0 where nobody reads it', async () => {
    const change = (of: object) =>
      venue.change((path, body) => {
        if (path === '/fapi/v1/premiumIndex') Object.assign((body as object[])[0] ?? {}, of)
        return body
      })
    change({ nextFundingTime: 'tomorrow', colour: 'red' })
    const strange = await doctor(['--venue'])
    expect(strange.code).to.equal(1)
    expect(strange.stdout)
      .to.match(/^fail {2}GET \/fapi\/v1\/premiumIndex +1 thing is not as known$/m)
      .and.to.contain(
        'GET /fapi/v1/premiumIndex [].nextFundingTime must be ms as number, perhaps 0, was "tomorrow"',
      )
      .and.to.contain('unknown field GET /fapi/v1/premiumIndex [].colour\n')
      .and.to.match(/, 1 to look at, 1 wrong\n$|, 0 to look at, 1 wrong\n$/)
    change({ colour: 'red' })
    const more = await doctor(['--venue', '--json'])
    expect(more.code).to.equal(0)
    const { checks } = JSON.parse(more.stdout) as Told
    expect(checks.filter(({ verdict }) => verdict !== 'ok')).to.deep.equal([
      {
        name: 'GET /fapi/v1/premiumIndex',
        verdict: 'warn',
        found: 'more than is known',
        advice: 'nothing reads it: add it to what is known',
        details: ['unknown field GET /fapi/v1/premiumIndex [].colour'],
      },
    ])
  })

  it('says in one sentence what was typed wrongly', async () => {
    const refused = await Promise.all([
      doctor(['--venue', 'nowhere']),
      doctor(['--venue', '--exchange', 'bitget']),
      doctor(['--venue', 'okx', '--account', 'main']),
    ])
    expect(refused.map(({ code, stdout }) => [code, stdout])).to.deep.equal(refused.map(() => [2, '']))
    const [venueName, bitget, keyless] = refused.map(({ stderr }) => stderr)
    expect(venueName).to.contain('binanceusdm, okx, bybit')
    expect(bitget).to.contain('what bitget answers is not described yet')
    expect(keyless).to.contain('no keys of account "main" at okx')
  })
})

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { startHeartbeat } from '../../lib/hub/heartbeats.ts'
import { openQueue } from '../../lib/hub/queues.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import { withFolder } from '../support/folder.ts'
import { runProgram, runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { seedSystem } from '../support/seed-system.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const soak = process.env['SOAK_RUNS'] !== undefined

function expectRefusal({ code, stdout, stderr }: Ended, ...parts: string[]): void {
  expect(stderr).to.match(/^sluice: [^\n]+\n$/)
  for (const part of parts) expect(stderr).to.contain(part)
  expect([code, stdout]).to.deep.equal([2, ''])
}

describe('./scripts/sluice', function () {
  this.timeout(30_000)
  const redis = withRedis()
  const folder = withFolder()

  function sluice(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
    return runSluice(args, {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_SYMBOLS_FILE: `${folder.path()}/symbols.json`,
      ...environment,
    })
  }

  /** Runs a command in the hub's namespace. */
  function on(hub: Hub, ...args: string[]): Promise<Ended> {
    return sluice(args, { SLUICE_NAMESPACE: hub.config.namespace })
  }

  it('is a program that helps, refuses, answers, and then ends', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const environment = { REDIS_URL: redis.url(), SLUICE_NAMESPACE: hub.config.namespace }
    const run = (...args: string[]) => runProgram('scripts/sluice.js', args, environment)
    const [help, typo, shown] = await Promise.all([
      run('--help'),
      run('status', '--jsn'),
      run('klines', 'btcusdt'),
    ])
    expect(help.stdout)
      .to.match(/^Usage: sluice /)
      .and.to.contain('Exit codes: 0 done')
    expect([help.code, help.stderr]).to.deep.equal([0, ''])
    expectRefusal(typo, "'--jsn'", 'Did you mean --json?')
    expect(shown.stdout).to.match(/^BTCUSDT 1m on binanceusdm/)
    expect([shown.code, shown.stderr]).to.deep.equal([0, ''])
  })

  it('says in one sentence what was typed wrongly, with what was meant, and ends with 2', async () => {
    const cases: readonly (readonly [args: string[], ...parts: string[]])[] = [
      [['statu'], "'statu'", 'Did you mean status?'],
      [['symbols', 'disbale', 'X'], "'disbale'", 'Did you mean disable?'],
      [['klines', 'BTCUSDT', '--interval', '7m'], '1h', 'was "7m"'],
      [['backfill'], '--all', 'neither'],
    ]
    const more: typeof cases = [
      [['klines'], 'symbol'],
      [['klines', 'BTCUSDT', '--limit', 'many'], '--limit', 'was "many"'],
    ]
    const all = soak ? [...cases, ...more] : cases
    const ended = await Promise.all(all.map(([args]) => sluice(args)))
    for (const [at, [, ...parts]] of all.entries()) expectRefusal(ended[at] as Ended, ...parts)
  })

  it('says that there is no Redis, or none that answers', async () => {
    const [none, away] = await Promise.all([
      sluice(['status'], { REDIS_URL: '', SLUICE_DATA_DIR: folder.path() }),
      sluice(['status'], { REDIS_URL: 'redis://127.0.0.1:1' }),
    ])
    expectRefusal(none, 'no Redis', './scripts/up')
    expectRefusal(away, 'Redis at 127.0.0.1:1', 'ECONNREFUSED')
  })

  it('helps with every command', async () => {
    const names = ['status', 'symbols', 'klines', 'backfill', 'alert', 'show-config', 'doctor', 'redis-cli']
    const [overview, ...each] = await Promise.all([
      sluice([]),
      ...names.filter((name) => soak || name === 'klines').map((name) => sluice([name, '--help'])),
    ])
    for (const name of names) expect(overview?.stdout).to.contain(`\n  ${name}`)
    for (const { code, stdout, stderr } of each) {
      expect(stdout)
        .to.match(/^Usage: sluice /)
        .and.to.contain('Examples:')
      expect([code, stderr]).to.deep.equal([0, ''])
    }
  })

  it('status tells lanes, budgets, actors and queues, as tables and as one line of JSON', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const endHeartbeat = startHeartbeat(hub.redis, hub.keys, 'kline:here:7', () => ({ slots: 8 }))
    const [table, json] = await Promise.all([on(hub, 'status'), on(hub, 'status', '--json')])
    await endHeartbeat()
    for (const part of [
      '1m:all',
      'fresh',
      '5.26 s',
      '5.01 s',
      'paris',
      'closed by 429',
      'here 7',
      'slots 8',
      'backfill-binanceusdm',
    ]) {
      expect(table.stdout).to.contain(part)
    }
    expect(json.stdout.trim().split('\n')).to.have.length(1)
    const status = JSON.parse(json.stdout) as Record<string, Record<string, unknown>[]>
    expect(status['lanes']?.[0]).to.include({
      venue,
      lane: '1m:all',
      symbols: 2,
      lapMs: 5_263,
      boundMs: 5_012,
    })
    expect(status['lanes']?.[0]?.['ageMs']).to.have.all.keys('p50', 'p99', 'max')
    expect(status['egress']?.[0]).to.include({ address: 'paris', usedWeight: 1_200, limit: 2_400 })
    expect(status['egress']?.[0]?.['cooldownMs']).to.be.within(1, 60_000)
    expect(status['actors']?.[0]).to.include({ kind: 'kline', id: 'kline:here:7' })
    const backfill = { name: 'backfill-binanceusdm', waiting: 1, active: 0, delayed: 0, failed: 0 }
    expect(status['queues']).to.deep.include(backfill)
    expect([table.code, json.code]).to.deep.equal([0, 0])
  })

  it('klines shows the last candles and a chart within 80 columns, and knows a symbol by its letters', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const [shown, unknown, none] = await Promise.all([
      on(hub, 'klines', 'btcusdt', '--limit', '3'),
      on(hub, 'klines', 'BTCUSDX'),
      on(hub, 'klines', 'ETHUSDT'),
    ])
    const lines = shown.stdout.trimEnd().split('\n')
    expect(lines[0]).to.match(/^BTCUSDT 1m on binanceusdm, last asked for [\d.]+ s ago$/)
    expect(lines.slice(3, 6).map((line) => line.includes('final'))).to.deep.equal([true, true, false])
    expect(lines[5]).to.match(/ 60070\.5 +59990\.5 .* open /)
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(80)
    expect(shown.stdout).to.match(/60070\.5 ┤.*[│┃]/)
    expectRefusal(unknown, '"BTCUSDX"', 'BTCUSDT')
    expectRefusal(none, 'no 1m candles of ETHUSDT')
  })

  it('symbols lists what is followed, and why the others are not', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const [followed, all] = await Promise.all([on(hub, 'symbols'), on(hub, 'symbols', '--all')])
    expect(followed.stdout).to.contain('2 of the 3 symbols').and.to.not.contain('ETHUSDC')
    expect(all.stdout).to.match(/^ETHUSDC .* no: quoted in USDC$/m)
  })

  it('symbols switches symbols off and on in the file, and refuses one that the venue does not have', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const lists = () => JSON.parse(readFileSync(`${folder.path()}/symbols.json`, 'utf8')) as unknown
    const off = await on(hub, 'symbols', 'disable', 'ethusdt', 'BTCUSDT')
    expect(off.stdout).to.contain('ETHUSDT is switched off')
    expect(lists()).to.deep.equal({ allow: [], deny: ['ETHUSDT', 'BTCUSDT'] })
    expect((await on(hub, 'symbols')).stdout).to.match(/^BTCUSDT .* about to leave: switched off by hand$/m)
    const on1 = await on(hub, 'symbols', 'enable', 'ETHUSDT')
    expect([on1.code, lists()]).to.deep.equal([0, { allow: [], deny: ['BTCUSDT'] }])
    expectRefusal(await on(hub, 'symbols', 'disable', 'ETHUSD'), 'ETHUSDT', 'ETHUSDC')
    expect(lists()).to.deep.equal({ allow: [], deny: ['BTCUSDT'] })
  })

  it('symbols writes the file without Redis too, and says that nothing was checked', async () => {
    const { code, stdout } = await sluice(['symbols', 'disable', 'ethusdt'], {
      REDIS_URL: 'redis://127.0.0.1:1',
    })
    expect(stdout).to.contain('ETHUSDT is switched off').and.to.contain('not checked')
    expect(readFileSync(`${folder.path()}/symbols.json`, 'utf8')).to.contain('ETHUSDT')
    expect(code).to.equal(0)
  })

  it('backfill adds a job per symbol, and says when the jobs are not done in time', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const all = await on(hub, 'backfill', '--all', '--candles', '50', '--wait', '1')
    expect(all.stdout)
      .to.contain('2 jobs added')
      .and.to.contain('no kline actor is alive')
      .and.to.contain('3 jobs are left')
    expect(all.code).to.equal(1)
    const queue = openQueue(hub, backfillQueue(venue))
    const added = (await queue.getWaiting()).slice(-2).map(({ name, data }) => ({ name, data }))
    await queue.close()
    const data = (symbol: string) => ({
      name: 'kline.backfill',
      data: { symbol, interval: '1m', candles: 50 },
    })
    expect(added).to.have.deep.members([data('BTCUSDT'), data('ETHUSDT')])
  })

  it('show-config tells each value and its source, and no secret', async () => {
    const { code, stdout } = await sluice(['show-config', '--share', '0.5'], {
      SLUICE_BOARD_PASSWORD: 'open-sesame',
    })
    expect(stdout)
      .to.match(/^share +0\.5 +--share$/m)
      .and.to.match(/^concurrency +8 +default$/m)
    expect(stdout)
      .to.match(/^boardPassword +•+ +SLUICE_BOARD_PASSWORD$/m)
      .and.to.match(/^Redis +redis:.* REDIS_URL$/m)
    expect(stdout).to.not.contain('open-sesame').and.to.not.contain(redis.server().endpoint.password)
    expect(code).to.equal(0)
  })

  it('doctor names what is wrong and what to do, and ends with 1', async () => {
    const hub = await redis.hub()
    await seedSystem(hub)
    const [here, away] = await Promise.all([
      on(hub, 'doctor'),
      sluice(['doctor', '--json'], { REDIS_URL: 'redis://127.0.0.1:1' }),
    ])
    expect(here.stdout)
      .to.match(/^ok +appendonly +yes$/m)
      .and.to.match(/^fail +kline actors +none alive\n +→ start one/m)
    expect(here.stdout).to.match(/^warn +address paris +closed by 429/m)
    expect(here.code).to.equal(1)
    const { checks } = JSON.parse(away.stdout) as { checks: { name: string; verdict: string }[] }
    expect(checks.find(({ name }) => name === 'Redis')?.verdict).to.equal('fail')
    expect(away.code).to.equal(1)
  })

  it("redis-cli runs a command on Sluice's Redis, whose flags it leaves alone", async () => {
    const run = (...args: string[]) =>
      runProgram('scripts/sluice.js', ['redis-cli', ...args], { REDIS_URL: redis.url() })
    const [ping, flags] = await Promise.all([run('PING'), run('--no-raw', 'ECHO', 'x')])
    expect([ping.code, ping.stdout]).to.deep.equal([0, 'PONG\n'])
    expect([flags.code, flags.stdout]).to.deep.equal([0, '"x"\n'])
  })
})

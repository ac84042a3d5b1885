import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { withFolder } from '../support/folder.ts'
import { runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { seedAccount } from '../support/seed-account.ts'
import { withRedis } from '../support/with-redis.ts'

describe('sluice positions and balances', function () {
  this.timeout(30_000)
  const redis = withRedis()
  const folder = withFolder()

  function sluice(hub: Hub, ...args: string[]): Promise<Ended> {
    return runSluice(args, {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_NAMESPACE: hub.config.namespace,
      COLUMNS: '200',
    })
  }

  it('show what is held at the mark, what is wrong, and that nobody reads the account', async () => {
    const hub = await redis.hub()
    await seedAccount(hub)
    const [all, flat, other] = await Promise.all([
      sluice(hub, 'positions'),
      sluice(hub, 'positions', '--flat', '--account', 'main'),
      sluice(hub, 'positions', '--account', 'other'),
    ])
    expect(all.code).to.equal(0)
    expect(all.stdout).to.contain('Account main on binanceusdm: one-way')
    expect(all.stdout).to.match(/BTCUSDT +both +0\.5 +0\.5 +60000 +61000 +30500 +500 +20 +–/)
    expect(all.stdout).to.match(
      /! difference BTCUSDT\/both, since .* UTC: BTCUSDT\/both: stream says size 0\.4/,
    )
    expect(all.stdout).to.contain('account: no process reads it')
    expect(all.stdout).to.not.contain('ETHUSDT')
    expect(flat.stdout).to.match(/ETHUSDT +both +0 /)
    expect(other.code).to.equal(2)
    expect(other.stderr).to.contain('no account "other" at binanceusdm is in Redis; Redis knows main')
  })

  it('show what each source said last', async () => {
    const hub = await redis.hub()
    await seedAccount(hub)
    const { stdout } = await sluice(hub, 'positions', '--sources')
    expect(stdout).to.match(/BTCUSDT +both +0\.5 at 60000 +risk +nothing +0\.5 at 60000 +0\.4/)
  })

  it('show what the account comes to and what it brought', async () => {
    const hub = await redis.hub()
    await seedAccount(hub)
    const [text, json] = await Promise.all([sluice(hub, 'balances'), sluice(hub, 'balances', '--json')])
    expect(text.stdout).to.match(/equity +1500\n/)
    expect(text.stdout).to.match(/available +700\n/)
    expect(text.stdout).to.match(/margin ratio +0\.1\n/)
    expect(text.stdout).to.match(/income, 4 h +-1\.5\n/)
    expect(text.stdout).to.match(/BTCUSDT +USDT +-1\.5 +-3\.5\n/)
    const { accounts } = JSON.parse(json.stdout) as { accounts: Record<string, unknown>[] }
    expect(accounts[0]).to.include({ account: 'main', quote: 'USDT' })
    expect(accounts[0]?.['figures']).to.deep.include({ unrealisedProfit: '500', unknown: [] })
  })

  it('say how to bring an account when there is none', async () => {
    const { code, stderr } = await sluice(await redis.hub(), 'positions')
    expect(code).to.equal(2)
    expect(stderr).to.contain('no account at binanceusdm is in Redis: node actors/position --account NAME')
  })
})

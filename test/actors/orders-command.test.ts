import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { withFolder } from '../support/folder.ts'
import { runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { seedOrders } from '../support/seed-orders.ts'
import { withRedis } from '../support/with-redis.ts'

describe('sluice orders', function () {
  this.timeout(30_000)
  const redis = withRedis()
  const folder = withFolder()

  function orders(hub: Hub, ...args: string[]): Promise<Ended> {
    return runSluice(['orders', ...args], {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_NAMESPACE: hub.config.namespace,
      COLUMNS: '200',
    })
  }

  it('shows positions, orders and fills, or the part that is asked for', async () => {
    const hub = await redis.hub()
    await seedOrders(hub)
    const [all, open, fills] = await Promise.all([orders(hub), orders(hub, '--open'), orders(hub, '--fills')])
    expect(all.code).to.equal(0)
    expect(all.stdout).to.match(/AUSDT +2 +100 +0 +0\.04 +0 +-0\.04/)
    expect(all.stdout).to.match(/AUSDT +buy +limit GTC +2 +100 +0 +open +one/)
    expect(all.stdout).to.match(/AUSDT +buy +limit GTC +2 +100 +2 +filled +two/)
    expect(all.stdout).to.match(/11-24 16:00:00 +AUSDT +buy +2 +100 +200 +0\.04 +0 +maker +test/)
    expect(open.stdout).to.contain('Open orders').and.not.contain('filled')
    expect(fills.stdout).to.contain('maker').and.not.contain('Open orders')
  })

  it('tells the same as JSON, and what is empty as empty', async () => {
    const hub = await redis.hub()
    await seedOrders(hub)
    const [json, other] = await Promise.all([orders(hub, '--json'), orders(hub, '--account', 'other')])
    const told = JSON.parse(json.stdout) as Record<string, Record<string, unknown>[]>
    expect(told).to.include({ mode: 'paper', account: 'paper' })
    expect(told['open']?.map(({ id }) => id)).to.deep.equal(['sl1'])
    expect(told['fills']?.map(({ orderId }) => orderId)).to.deep.equal(['sl2'])
    expect(told['positions']?.[0]).to.include({ symbol: 'AUSDT', size: '2' })
    expect(other.stdout).to.contain('Fills: none')
  })
})

import { appendFileSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { placeOrder } from '../../lib/orders/paper-orders.ts'
import { withFolder } from '../support/folder.ts'
import { limitOrder } from '../support/paper.ts'
import { runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { paperAccount, seedOrders } from '../support/seed-orders.ts'
import { withRedis } from '../support/with-redis.ts'

const soak = process.env['SOAK_RUNS'] !== undefined

describe('sluice export', function () {
  this.timeout(30_000)
  const redis = withRedis()
  const folder = withFolder()

  function run(hub: Hub, ...args: string[]): Promise<Ended> {
    return runSluice(['export', ...args], {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_NAMESPACE: hub.config.namespace,
    })
  }

  it('writes every state of every order and every fill once, in order', async () => {
    const hub = await redis.hub()
    await seedOrders(hub)
    const [orders, fills, none] = await Promise.all([
      run(hub, 'orders'),
      run(hub, 'fills', '--format', 'ndjson'),
      run(hub, 'income'),
    ])
    const [head, ...rows] = orders.stdout.trimEnd().split('\n')
    expect(head).to.match(/^record,time,id,strategy,signalId/)
    expect(rows.map((row) => row.split(',')[4])).to.deep.equal(['one', 'two', 'two'])
    expect(rows[2]).to.contain(',filled,')
    const [fill] = fills.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(fill).to.include({ id: 'sl2-3', price: '100', fee: '0.04', notional: '200' })
    expect(none.stdout).to.equal('record,time,type,id,symbol,asset,amount\n')
    expect([orders.code, fills.code, none.code]).to.deep.equal([0, 0, 0])
  })

  it('goes on after the last whole row of a file, and after the record that is named', async () => {
    const hub = await redis.hub()
    await seedOrders(hub)
    const file = join(folder.path(), 'orders.csv')
    const first = await run(hub, 'orders', '--out', file)
    expect(first.stdout).to.equal(`3 rows of orders of account paper written to ${file}\n`)
    const whole = readFileSync(file, 'utf8')
    // Ended in the middle of its last line.
    truncateSync(file, whole.length - 10)
    await run(hub, 'orders', '--out', file)
    expect(readFileSync(file, 'utf8')).to.equal(whole)
    await placeOrder(hub, paperAccount, limitOrder({ id: 'sl3', signalId: 'a "three", 3' }))
    await run(hub, 'orders', '--out', file)
    const rows = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(rows).to.have.lengthOf(5)
    expect(rows[4]).to.contain(',"a ""three"", 3",')
    const since = rows[3]?.split(',')[0] ?? ''
    const after = await run(hub, 'orders', '--since', since, '--format', 'ndjson')
    expect(after.stdout.trimEnd().split('\n')).to.have.lengthOf(1)
    const past = await run(hub, 'orders', '--since', '1h', '--format', 'ndjson')
    expect(past.stdout.trimEnd().split('\n')).to.have.lengthOf(4)
  })

  it('says what was expected of what it cannot use', async () => {
    const hub = await redis.hub()
    const foreign = join(folder.path(), 'foreign.txt')
    appendFileSync(foreign, 'mine\n')
    const cases = [
      [['trades'], 'Allowed choices are orders, fills, income, journal'],
      [['fills', '--since', 'yesterday'], '--since must be a span such as 2h'],
      [['fills', '--format', 'xml'], 'Allowed choices are csv, ndjson'],
      [
        ['fills', '--out', join(folder.path(), 'no', 'where.csv')],
        '--out must name a file that can be written',
      ],
      [['fills', '--out', foreign], 'has no record'],
    ] as const
    for (const [args, words] of soak ? cases : cases.slice(-3)) {
      const { code, stderr } = await run(hub, ...args)
      expect(stderr).to.contain(words)
      expect(code).to.equal(2)
    }
    expect(readFileSync(foreign, 'utf8')).to.equal('mine\n')
  })
})

import { expect } from 'chai'
import {
  noteHeld,
  readAccounts,
  readHeldSymbols,
  readPositionSymbols,
} from '../../lib/account/held-symbols.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const of = { venue, account: 'main' }
const hourMs = 3_600_000

describe('what accounts hold', () => {
  const redis = withRedis({ cluster: true })

  it('is every symbol with an open position on either side, of every account', async () => {
    const hub = await redis.hub()
    await hub.redis.hset(hub.keys.positions(venue, 'main'), {
      'BTCUSDT/long': '{"size":"0.5"}',
      'BTCUSDT/short': '{"size":"0"}',
      'ETHUSDT/both': '{"size":"0"}',
    })
    await hub.redis.hset(
      hub.keys.positions(venue, 'paper'),
      'SOLUSDT/net',
      '{"size":"-2"}',
      'XRPUSDT/net',
      '{}',
    )
    expect([...(await readPositionSymbols(hub, venue))]).to.deep.equal([])
    for (const account of ['main', 'paper']) await noteHeld(hub, { venue, account }, [], hourMs)
    expect(await readAccounts(hub, venue)).to.deep.equal(['main', 'paper'])
    expect([...(await readPositionSymbols(hub, venue))].toSorted()).to.deep.equal(['BTCUSDT', 'SOLUSDT'])
  })

  it('is also what was noted for a while, and the longer note stays', async () => {
    const hub = await redis.hub()
    await noteHeld(hub, of, ['ADAUSDT'], hourMs)
    await noteHeld(hub, of, ['ADAUSDT', 'DOGEUSDT'], 1)
    const untilForgotten = async () => !(await readHeldSymbols(hub, venue)).has('DOGEUSDT')
    await until('the short note is forgotten', untilForgotten, 1_000)
    expect([...(await readHeldSymbols(hub, venue))]).to.deep.equal(['ADAUSDT'])
    await noteHeld(hub, of, [], hourMs)
    expect(await hub.redis.zrange(hub.keys.held(venue, 'main'), '0', '-1')).to.deep.equal(['ADAUSDT'])
  })
})

import { expect } from 'chai'
import { readLivingActors, startHeartbeat } from '../../lib/hub/heartbeats.ts'
import { withRedis } from '../support/with-redis.ts'

describe('heartbeats', () => {
  const redis = withRedis({ cluster: true })

  it('tell of all that live, or of the kinds that are asked for, until they sign off', async () => {
    const { redis: connection, keys } = await redis.hub()
    const ends = ['kline:here:1', 'order:here:2', 'risk:here:3'].map((id) =>
      startHeartbeat(connection, keys, id, () => ({ address: 'one' })),
    )
    const read = async (...kinds: string[]) =>
      (await readLivingActors(connection, keys, kinds)).map(({ id }) => id).toSorted()
    expect(await read()).to.deep.equal(['kline:here:1', 'order:here:2', 'risk:here:3'])
    expect(await read('order', 'risk')).to.deep.equal(['order:here:2', 'risk:here:3'])
    expect(await read('position')).to.deep.equal([])
    await ends[1]?.()
    expect(await read('order', 'risk')).to.deep.equal(['risk:here:3'])
    await Promise.all(ends.map((end) => end()))
    expect(await read()).to.deep.equal([])
  })
})

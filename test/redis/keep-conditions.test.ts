import { expect } from 'chai'
import { raiseCondition, readConditions } from '../../lib/hub/conditions.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }

describe('conditions of one kind', () => {
  const redis = withRedis({ cluster: true })

  it('become those that stand, and leave those of other kinds alone', async () => {
    const hub = await redis.hub()
    await raiseCondition(hub, of, 'mode unsupported', { since: 1, text: 'no' })
    const lost = (...names: string[]) =>
      new Map(names.map((name) => [`lost ${name}`, { since: 9, text: name }]))
    expect(await keepConditions(hub, of, 'lost ', lost('risk', 'stream'))).to.deep.equal({
      raised: ['lost risk', 'lost stream'],
      cleared: [],
    })
    expect(await keepConditions(hub, of, 'lost ', lost('stream', 'account'))).to.deep.equal({
      raised: ['lost account'],
      cleared: ['lost risk'],
    })
    const standing = await readConditions(hub, of)
    expect([...standing.keys()].toSorted()).to.deep.equal(['lost account', 'lost stream', 'mode unsupported'])
    await keepConditions(hub, of, 'lost ', new Map())
    expect([...(await readConditions(hub, of)).keys()]).to.deep.equal(['mode unsupported'])
  })
})

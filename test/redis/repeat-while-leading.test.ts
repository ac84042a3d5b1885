import { repeatWhileLeading } from '../../actors/position/repeat-while-leading.ts'
import type { Repeated } from '../../actors/position/repeat-while-leading.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

describe('what one process does for all', function () {
  this.timeout(10_000)
  const redis = withRedis()
  let repeated: Repeated | undefined
  afterEach(() => repeated?.stop())

  it('is tried again soon in the time of a venue whose clock runs fast', async () => {
    const hub = await redis.hub({ rate: '60' })
    let runs = 0
    const of = { what: 'income', everyMs: 60_000, firstAfterMs: 0, isLeader: () => true }
    repeated = repeatWhileLeading(hub, of, async () => {
      runs += 1
      return false
    })
    await until('it has run three times', async () => runs >= 3, 3_000)
  })
})

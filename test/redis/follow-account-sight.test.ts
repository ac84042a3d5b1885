import { expect } from 'chai'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { followAccountSight } from '../../lib/orders/follow-account-sight.ts'
import type { AccountSight } from '../../lib/orders/account-sight.ts'
import { main, positionWord, reportOf, start } from '../support/account-words.ts'
import { until, untilFound } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

// Real ms. It is read every 200 without any reason.
const soonMs = 120

describe('what an account is judged by', () => {
  const redis = withRedis({ cluster: true })

  it('is read again at once when a position has another size', async function () {
    this.timeout(60_000)
    const hub = await redis.hub()
    const instruments = await followInstruments(hub, main.venue)
    const sights = followAccountSight(hub, main, instruments)
    try {
      const feed = hub.keys.accountFeed(main.venue, main.account)
      const isHeard = async () => (await hub.redis.pubsub('NUMSUB', feed))[1] === 1
      await until('the feed is heard', isHeard, 5_000)
      let soon = 0
      for (let size = 1; size <= 10; size++) {
        const { readAt: before } = await sights.current()
        const regular = async () => ((await sights.current()).readAt > before ? true : undefined)
        await untilFound('the next regular reading', regular, 5_000)
        const mergedAt = Date.now()
        const word = positionWord({ size: String(size), time: start + size, askedAt: start + size + 50 })
        await mergeAccount(hub, main, 'risk', reportOf({ positions: [word] }), 0)
        const told = async (): Promise<AccountSight | undefined> => {
          const sight = await sights.current()
          return sight.positions.get('BTCUSDT/both')?.size === String(size) ? sight : undefined
        }
        const { readAt } = await untilFound(`a size of ${size}`, told, 5_000)
        if (readAt - mergedAt < soonMs) soon += 1
      }
      // Nearly all; a busy machine may be late with some.
      expect(soon).to.be.at.least(5)
    } finally {
      sights.stop()
      instruments.stop()
    }
  })
})

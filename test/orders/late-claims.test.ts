import { expect } from 'chai'
import { decodeClaim } from '../../lib/model/claim.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { claim, sendClaimed } from '../../lib/orders/send-intent.ts'
import { account, knownClock, openOrderPath, toIntent } from '../support/order-path.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { withRedis } from '../support/with-redis.ts'

describe('a claim whose order was held up', function () {
  this.timeout(30_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  after(() => simulator.child.signal('SIGKILL'))

  for (const [intentClass, heldUpMs, state] of [
    ['open', 1_000, 'rejected'],
    ['open', 200, 'filled'],
    ['protect', 1_000, 'filled'],
  ] as const) {
    it(`for ${heldUpMs} ms is ${state} where it is to ${intentClass}: a halt may have come between`, async () => {
      const hub = await redis.hub()
      await hub.redis.set(hub.keys.tradingState(account.venue, account.account), 'active')
      const clock = knownClock(1, simulator.now())
      const path = await openOrderPath(hub, simulator.url, clock)
      const intent = {
        ...toIntent(`${intentClass} ${heldUpMs}`, clock.now() + 5_000),
        class: intentClass,
      }
      const answer = await claim(path, intent, {
        before: { size: '0', time: 0 },
        reservations: [],
        revision: 0,
      })
      expect(answer.outcome).to.equal('claimed')
      // As if the process had been frozen for so long.
      const claimed = decodeClaim(answer.claim)
      await sendClaimed(path, {
        ...claimed,
        claimedAt: claimed.claimedAt - heldUpMs,
        sentBy: claimed.sentBy - heldUpMs,
      })
      const order = await readLiveOrder(hub, account, intent.id)
      expect([order?.state, order?.reason.includes('too late')]).to.deep.equal([state, state === 'rejected'])
    })
  }
})

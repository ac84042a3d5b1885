import { expect } from 'chai'
import { createClock } from '../../lib/hub/clock.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import type { SizedIntent } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { claim, sendClaimed } from '../../lib/orders/send-intent.ts'
import type { OrderPath } from '../../lib/orders/send-intent.ts'
import { openTestOrders } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { withRedis } from '../support/with-redis.ts'

const account = { venue: 'binanceusdm', account: 'main' }

/** A market order that buys one contract. */
function marketOrder(intentClass: 'open' | 'protect', signalId: string, deadline: number): SizedIntent {
  const id = clientOrderIdOf(account.account, 'test', signalId)
  return {
    id,
    account: account.account,
    strategy: 'test',
    signalId,
    class: intentClass,
    symbol: 'BTCUSDT',
    side: 'buy',
    positionSide: 'both',
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    reduceOnly: false,
    price: undefined,
    slices: [{ clientOrderId: id, size: '1' }],
    deadline,
  }
}

describe('a claim whose order was held up', function () {
  this.timeout(30_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  after(() => simulator.stop())

  for (const [intentClass, heldUpMs, state] of [
    ['open', 1_000, 'rejected'],
    ['open', 200, 'filled'],
    ['protect', 1_000, 'filled'],
  ] as const) {
    it(`for ${heldUpMs} ms is ${state} where it is to ${intentClass}: a halt may have come between`, async () => {
      const hub = await redis.hub()
      await hub.redis.set(hub.keys.tradingState(account.venue, account.account), 'active')
      const clock = createClock(1, { offsetMs: simulator.now() - Date.now(), errorMs: 50 })
      const { exchange } = await openTestOrders(simulator.url, 'one', 'first', clock)
      const durability = await openDurability(hub)
      const path: OrderPath = {
        hub: { ...hub, clock },
        of: account,
        exchange,
        durability,
        call: (run) => run(),
        moneyTerms: () => ({ contractSize: '1', quote: 'USDT' }),
      }
      const intent = marketOrder(intentClass, `${intentClass} ${heldUpMs}`, clock.now() + 5_000)
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
      durability.close()
      expect([order?.state, order?.reason.includes('too late')]).to.deep.equal([state, state === 'rejected'])
    })
  }
})

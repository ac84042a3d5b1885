import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import { claim, sendClaimed } from '../../lib/orders/send-intent.ts'
import type { OrderPath } from '../../lib/orders/send-intent.ts'
import { knownClock, openOrderPath, toIntent } from '../support/order-path.ts'

/** What a worker process is told to do. */
export interface CrashOrder {
  readonly endpoint: RedisEndpoint
  readonly namespace: string
  readonly url: string
  readonly rate: number
  readonly venueNow: number
  readonly signals: readonly string[]
}

// Tells where it is and waits for leave to go on, so that the test can end it at that very point.
async function pass(point: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('message', () => resolve())
    process.send?.(point)
  })
}

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder
const { config } = readConfig({ namespace: order.namespace }, {})
const hub = await openHub(config, order.endpoint, openLog('silent', {}), 'crash-worker')
const clock = knownClock(order.rate, order.venueNow)
const plain = await openOrderPath(hub, order.url, clock)
const path: OrderPath = {
  ...plain,
  exchange: {
    ...plain.exchange,
    async createOrder(toSend) {
      await pass('before create')
      const report = await plain.exchange.createOrder(toSend)
      await pass('before record')
      return report
    },
  },
}
for (const signal of order.signals) {
  await pass('before claim')
  const intent = toIntent(signal, clock.now() + 20_000)
  const before = { size: '0', time: 0 }
  const reservations = [{ counter: 'orders', amount: 1, room: 1_000_000 }]
  let answer = await claim(path, intent, { before, reservations, revision: 0 })
  if (answer.outcome === 'judge again')
    answer = await claim(path, intent, { before, reservations, revision: answer.revision })
  await pass('after claim')
  if (answer.outcome === 'claimed') await sendClaimed(path, decodeClaim(answer.claim))
}
await path.exchange.close()
hub.close()
process.send?.('done', () => process.exit(0))

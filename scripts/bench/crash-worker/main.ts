import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../lib/hub/config.ts'
import { openHub } from '../../../lib/hub/hub.ts'
import { openLog } from '../../../lib/hub/log.ts'
import type { RedisEndpoint } from '../../../lib/hub/redis-endpoint.ts'
import { decodeClaim } from '../../../lib/model/claim.ts'
import { claim, sendClaimed } from '../../../lib/orders/send-intent.ts'
import type { OrderPath } from '../../../lib/orders/send-intent.ts'
import { deadlineMs, knownClock, openCrashPath, toCrashIntent } from '../crash-path.ts'
import type { CrashPath, CrashPlace, CrashSymbol } from '../crash-path.ts'

/** What a trader process is told to do. */
export interface CrashOrder {
  readonly endpoint: RedisEndpoint
  readonly namespace: string
  readonly place: CrashPlace
  readonly rate: number
  /** the venue's clock now */
  readonly venueNow: number
  readonly symbols: readonly CrashSymbol[]
  /** signals from this number up to, and without, that one */
  readonly from: number
  readonly to: number
}

/** Where a trader is. It waits there for leave to go on, so that it can be ended at that very point. */
export interface CrashPoint {
  readonly point: 'before claim' | 'after claim' | 'before create' | 'before record'
  readonly at: number
}

const againMs = 30

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder
const clock = knownClock(order.rate, order.venueNow)
// Nobody's child: it ends with who started it.
process.once('disconnect', () => process.exit(1))
void work()

async function work(): Promise<never> {
  const { config } = readConfig({ namespace: order.namespace }, {})
  const hub = await openHub(config, order.endpoint, openLog('silent', {}), 'crash-worker')
  const path = await openCrashPath(hub, order.place, clock, order.symbols)
  for (let at = order.from; at < order.to; at++) {
    // What fails, because Redis is away or the venue does not answer, is handed in again under the same signal.
    while (!(await submit(path, at))) await sleep(againMs)
  }
  process.exit(0)
}

async function pass(point: CrashPoint['point'], at: number): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('message', () => resolve())
    process.send?.({ point, at } satisfies CrashPoint)
  })
}

async function submit(plain: CrashPath, at: number): Promise<boolean> {
  const walked: OrderPath = {
    ...plain,
    exchange: {
      ...plain.exchange,
      async createOrder(toSend) {
        await pass('before create', at)
        const report = await plain.exchange.createOrder(toSend)
        await pass('before record', at)
        return report
      },
    },
  }
  await pass('before claim', at)
  try {
    const intent = toCrashIntent(at, order.symbols, clock.now() + deadlineMs)
    const reservations = [{ counter: 'orders', amount: 1, room: 1_000_000 }]
    // Nothing was judged yet: only a signal that somebody has claimed is answered at once.
    let before = { size: '0', time: 0 }
    let answer = await claim(walked, intent, { before, reservations, revision: -1 })
    while (answer.outcome === 'judge again') {
      before = await plain.fetchPosition(intent.symbol)
      answer = await claim(walked, intent, { before, reservations, revision: answer.revision })
    }
    await pass('after claim', at)
    if (answer.outcome !== 'claimed') return true
    await sendClaimed(walked, decodeClaim(answer.claim))
    // Once it is claimed an order does not wait for long to be sent.
    await sleep(clock.toRealMs(order.place.orderPauseMs ?? 0))
    return true
  } catch {
    return false
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { toIntent } from '../../lib/model/intent.ts'
import type { OrderIntent } from '../../lib/model/intent.ts'
import { handIntent } from '../../lib/orders/intent-queue.ts'
import type { IntentQueue } from '../../lib/orders/intent-queue.ts'
import type { Held } from './risk-system.ts'
import { priceAt } from './risk-system.ts'

/** Strategies that want orders again and again, whatever becomes of them. */
export interface Flood {
  /** everything that was handed in so far */
  readonly intents: readonly OrderIntent[]
  /** how many of it could not be handed in */
  failures(): number
  stop(): Promise<void>
}

const strategies = 3
const lifeMs = 5_000

/** Hands in `perSecond` intents, in turn of three strategies: entries that trade, entries that rest, and reductions. */
export function floodIntents(
  queue: IntentQueue,
  now: () => number,
  symbols: readonly Held[],
  perSecond: number,
  account: string,
): Flood {
  const intents: OrderIntent[] = []
  let failures = 0
  let stopped = false

  async function run(strategy: string): Promise<void> {
    const startedAt = Date.now()
    for (let at = 0; !stopped; at++) {
      await sleep(Math.max(0, startedAt + (at * 1_000 * strategies) / perSecond - Date.now()))
      const held = symbols[at % symbols.length]
      if (held === undefined) return
      const { symbol, minQty, lotSize } = held.instrument
      const size = minQty ?? lotSize ?? '1'
      const asked = { signalId: `${strategy} ${at}`, symbol, class: 'open', side: 'buy' } as const
      const kind = at % 3
      const intent = toIntent(
        kind === 0
          ? { ...asked, type: 'market', notional: 300 }
          : kind === 1
            ? { ...asked, type: 'limit', price: priceAt(held, 0.97), notional: 300 }
            : { ...asked, class: 'reduce', side: 'sell', type: 'market', size },
        { account, strategy, deadline: now() + lifeMs },
      )
      if ('denied' in intent) throw new Error(intent.denied)
      intents.push(intent)
      await handIntent(queue, intent).catch(() => (failures += 1))
    }
  }
  const running = Promise.all(Array.from({ length: strategies }, (_, at) => run(`flood${at}`)))
  return {
    intents,
    failures: () => failures,
    async stop() {
      stopped = true
      await running
    },
  }
}

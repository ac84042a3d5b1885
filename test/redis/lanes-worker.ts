import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { handOut } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'

/** What a worker process is told to do, again and again until it is let go. */
export interface HandoutOrder {
  readonly endpoint: RedisEndpoint
  readonly namespace: string
  readonly lane: Lane
  readonly token: string
  readonly handouts: number
}

process.on('message', (message) => {
  // Whoever asked may be gone.
  void work(message as HandoutOrder).then((handed) => process.send?.(handed, () => {}))
})

async function work(order: HandoutOrder): Promise<string[]> {
  const { config } = readConfig({ namespace: order.namespace }, {})
  const hub = await openHub(config, order.endpoint, openLog('error', {}), 'lanes-worker')
  const handed: string[] = []
  await Promise.all(
    Array.from({ length: 4 }, async (_, at) => {
      for (let i = at; i < order.handouts; i += 4) {
        const handout = await handOut(hub, order.lane, order.token, 1 + (i % 3))
        // One connection's answers come in the order of its calls.
        if (handout.outcome === 'handed') handed.push(...handout.symbols)
      }
    }),
  )
  hub.close()
  return handed
}

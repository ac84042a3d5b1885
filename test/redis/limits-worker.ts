import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { bookAll } from '../support/booking-run.ts'
import type { RequestToBook } from '../support/booking-run.ts'

/** What a worker process is told to do. */
export interface BookingOrder {
  readonly endpoint: RedisEndpoint
  readonly namespace: string
  readonly request: RequestToBook
  /** real ms since epoch */
  readonly until: number
}

const order = JSON.parse(process.argv[2] ?? '') as BookingOrder
const { config } = readConfig({ namespace: order.namespace, address: 'here' }, {})
const hub = await openHub(config, order.endpoint, openLog('error', {}), 'limits-worker')

function* always(): Generator<RequestToBook> {
  for (;;) yield order.request
}

const units = (await Promise.all(Array.from({ length: 3 }, () => bookAll(hub, always(), order.until)))).flat()
hub.close()
process.send?.(units, () => process.exit(0))

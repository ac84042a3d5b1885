import type { Hub } from '../hub/hub.ts'
import { closeAll } from '../hub/queues.ts'
import { openAlertQueue } from './alert-jobs.ts'
import type { Channel } from './channel.ts'
import { startDelivery } from './deliver-alerts.ts'
import type { DeliveryCounts } from './deliver-alerts.ts'
import { startHandOver } from './hand-over.ts'

/** Serves all channels until it is stopped. */
export interface AlertService {
  isLeader(): boolean
  /** by channel */
  counts(): ReadonlyMap<string, DeliveryCounts>
  stop(): Promise<void>
}

/** Tells these channels what is raised, each of one cause once in `windowMs` real ms at most. */
export async function serveAlerts(
  hub: Hub,
  channels: readonly Channel[],
  windowMs: number,
): Promise<AlertService> {
  const opened = await Promise.all(
    channels.map(async (channel) => ({ channel, queue: await openAlertQueue(hub, channel.name) })),
  )
  const deliveries = opened.map(({ channel, queue }) => ({
    name: channel.name,
    delivery: startDelivery(hub, channel, queue),
  }))
  const handOver = startHandOver(
    hub,
    new Map(opened.map(({ channel, queue }) => [channel.name, queue])),
    windowMs,
  )
  return {
    isLeader: () => handOver.isLeader(),
    counts: () => new Map(deliveries.map(({ name, delivery }) => [name, delivery.counts()])),
    async stop() {
      await handOver.stop()
      await Promise.all(deliveries.map(({ delivery }) => delivery.stop()))
      await closeAll(hub, ...opened.map(({ queue }) => queue))
    },
  }
}

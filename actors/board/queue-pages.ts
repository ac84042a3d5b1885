import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import type { FastifyPluginCallback } from 'fastify'
import type { Hub } from '../../lib/hub/hub.ts'
import { queueKinds } from '../../lib/hub/queue-counts.ts'
import { closeAll, openQueue, queueName } from '../../lib/hub/queues.ts'

const descriptions: Readonly<Record<(typeof queueKinds)[number], string>> = {
  kline: 'polls that the symbol-cursor handed out',
  backfill: 'history that a person asked for',
}

/** bull-board over the venue's queues, to be registered under /queues. */
export function openQueuePages(hub: Hub): { plugin: FastifyPluginCallback; close(): Promise<void> } {
  const venue = hub.config.exchange
  const readOnlyMode = !hub.config.allowActions
  const queues = queueKinds.map((kind) => ({ kind, queue: openQueue(hub, queueName(kind, venue)) }))
  const serverAdapter = new FastifyAdapter().setBasePath('/queues')
  createBullBoard({
    queues: queues.map(
      ({ kind, queue }) =>
        new BullMQAdapter(queue, {
          readOnlyMode,
          displayName: `${kind}-${venue}`,
          description: descriptions[kind],
        }),
    ),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Sluice queues',
        // Without this every poll of the page asks Redis for all its connections, once per queue.
        showWorkers: false,
        hideDocsLink: true,
        miscLinks: [{ text: 'Overview', url: '/' }],
      },
    },
  })
  return {
    plugin: serverAdapter.registerPlugin(),
    close: () => closeAll(hub, ...queues.map(({ queue }) => queue)),
  }
}

import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Child } from './child.ts'
import type { TestFolder } from './folder.ts'

/** The settings of a trader that runs this strategy, a JavaScript expression. */
export function strategySettings(folder: TestFolder, strategy: string): Record<string, string> {
  return { SLUICE_STRATEGY: folder.write('strategy.mjs', `export const strategy = ${strategy}\n`) }
}

/** What an actor says of itself; undefined when it does not beat. */
export async function beatOf(hub: Hub, child: Child): Promise<Readonly<Record<string, string>> | undefined> {
  const actors = await readLivingActors(hub.redis, hub.keys)
  return actors.find(({ id }) => id.endsWith(`:${child.pid}`))?.fields
}

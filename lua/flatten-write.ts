import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('flatten-write', { keys: ['flatten'], args: ['revision', 'fields...'] })

/** Writes fields of a flatten that goes on; false when it has changed since, has ended or is gone. */
export async function flattenWrite(
  redis: Redis,
  keys: { flatten: string },
  revision: number,
  fields: Readonly<Record<string, string | number>>,
): Promise<boolean> {
  const args = { revision, 'fields...': Object.entries(fields).flat() }
  return (await script.run(redis, { keys, args })) === 1
}

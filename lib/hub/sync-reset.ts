import { describeError } from '../model/errors.ts'
import type { Hub } from './hub.ts'

/** Has a server sync its file every second again, where it did before it was told to sync each write. */
export interface SyncReset {
  /** Does so if nobody has a durable write under way. */
  try(): Promise<void>
  close(): void
}

const own = 'everysec'
const mostTries = 5

/**
 * Notes what the server's own setting is, under the id of its run: after a restart its own holds again. One that syncs
 * each write by itself is left alone, and so is one with data in another database, whose writers are not seen here.
 */
export async function openSyncReset(hub: Hub): Promise<SyncReset> {
  const { redis, keys, log } = hub
  const [syncing, before] = [keys.syncing(), keys.syncedBefore()]
  // What is watched is forgotten with whichever transaction comes first on a connection: this one has no others. It never
  // resends or queues, because what is watched is forgotten with the connection, too.
  const watching = redis.duplicate({ lazyConnect: true })
  watching.on('error', (error: Error) => log.debug({ error: error.message }, 'a connection was lost'))
  await watching.connect()
  let ownRun: string | undefined
  let trying: Promise<void> | undefined
  let wanted = false

  async function note(): Promise<void> {
    const [settings, info]: [unknown, string] = await Promise.all([
      redis.config('GET', 'appendfsync'),
      redis.info('server'),
    ])
    if ((settings as string[])[1] !== own) return
    ownRun = runIn(info)
    await redis.set(before, ownRun)
  }
  const noteAgain = () =>
    void note().catch((error: unknown) => log.debug({ error: describeError(error) }, 'not noted'))

  /**
   * Gives whether to try again. A writer joins the set, has the server sync always, and writes, in this order. So if it
   * joined before the set is looked at here, the set is not empty; if later, the transaction fails.
   */
  async function goBack(): Promise<boolean> {
    await watching.watch(syncing)
    const [writers, noted, server, keyspace] = await Promise.all([
      watching.scard(syncing),
      watching.get(before),
      watching.info('server'),
      watching.info('keyspace'),
    ])
    const run = runIn(server)
    const isAlone = [...keyspace.matchAll(/^db(\d+):/gm)].every(([, db]) => db === '0')
    if (writers === 0 && (noted === run || ownRun === run) && isAlone)
      return (await watching.multi().config('SET', 'appendfsync', own).exec()) === null
    await watching.unwatch()
    return false
  }

  // An attempt may have seen the very writer that asks for the next one.
  async function goBackSoon(): Promise<void> {
    try {
      while (wanted) {
        wanted = false
        for (let tries = 0; tries < mostTries; tries++) if (!(await goBack())) break
      }
    } finally {
      trying = undefined
    }
  }

  await note()
  redis.on('ready', noteAgain)
  return {
    try() {
      wanted = true
      return (trying ??= goBackSoon())
    },
    close() {
      redis.off('ready', noteAgain)
      watching.disconnect()
    },
  }
}

function runIn(info: string): string {
  return /^run_id:(\S+)/m.exec(info)?.[1] ?? ''
}

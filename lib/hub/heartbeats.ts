import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import type { Keys } from './keys.ts'

/** Real ms. */
const beatEveryMs = 700
const beatLivesMs = 3_000
const forgottenAfterMs = 60_000

/** What an actor says of itself at each beat; all values are text in Redis. */
export type BeatFields = Record<string, string | number>

/** A living actor, as its last beat told. */
export interface LivingActor {
  readonly id: string
  readonly kind: string
  readonly beatAgeMs: number
  readonly fields: Readonly<Record<string, string>>
}

/** `KIND:HOST:PID`, unique among living actors. */
export function actorId(kind: string): string {
  return `${kind}:${hostname()}:${process.pid}`
}

/** Starts beating at once; `tell` is asked at each beat. The function given back ends it and signs the actor off. */
export function startHeartbeat(
  redis: Redis,
  keys: Keys,
  id: string,
  tell: () => BeatFields,
): () => Promise<void> {
  const startedAt = Date.now()
  const beat = () => {
    const now = Date.now()
    const key = keys.actor(id)
    // A missed beat is no error: the next one follows at once, and Redis being away is told by the hub.
    redis.zadd(keys.actors(), now, id).catch(ignore)
    redis.zremrangebyscore(keys.actors(), 0, now - forgottenAfterMs).catch(ignore)
    redis.hset(key, { ...tell(), startedAt, beatAt: now }).catch(ignore)
    redis.pexpire(key, beatLivesMs).catch(ignore)
  }
  beat()
  const timer = setInterval(beat, beatEveryMs)
  return async () => {
    clearInterval(timer)
    await Promise.allSettled([redis.zrem(keys.actors(), id), redis.del(keys.actor(id))])
  }
}

function ignore(): void {}

/** The actors whose last beat is still valid, by id; those of some kinds alone where any are named. */
export async function readLivingActors(
  redis: Redis,
  keys: Keys,
  kinds: readonly string[] = [],
): Promise<LivingActor[]> {
  const ids = await redis.zrange(keys.actors(), '0', '-1')
  const now = Date.now()
  const wanted = ids.filter((id) => kinds.length === 0 || kinds.includes(kindOf(id)))
  const actors = await Promise.all(
    wanted.map(async (id) => {
      const fields = await redis.hgetall(keys.actor(id))
      const beatAgeMs = Math.max(0, now - Number(fields['beatAt']))
      return { id, kind: kindOf(id), beatAgeMs, fields }
    }),
  )
  return actors.filter((actor) => actor.fields['beatAt'] !== undefined)
}

function kindOf(id: string): string {
  return id.split(':')[0] ?? id
}

/** An actor that stopped beating and did not sign off. */
export interface LostActor {
  readonly id: string
  /** ms of its own host's clock */
  readonly lastBeatAt: number
}

/** Signs a dead actor off, so that nobody finds it lost again. */
export async function forgetActor(redis: Redis, keys: Keys, id: string): Promise<void> {
  await redis.zrem(keys.actors(), id)
}

/** The actors that did not sign off and whose beat has run out; each for about a minute. */
export async function readLostActors(redis: Redis, keys: Keys): Promise<LostActor[]> {
  const told = await redis.zrange(keys.actors(), '0', '-1', 'WITHSCORES')
  const ids = told.filter((_, i) => i % 2 === 0)
  const alive = await Promise.all(ids.map((id) => redis.exists(keys.actor(id))))
  return ids.flatMap((id, i) => (alive[i] === 1 ? [] : [{ id, lastBeatAt: Number(told[2 * i + 1]) }]))
}

import { readAlert } from '../../lib/alert/alerts.ts'
import { forgetActor, readLivingActors, readLostActors } from '../../lib/hub/heartbeats.ts'
import type { LivingActor } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Alert } from '../../lib/model/alert.ts'
import type { Finder } from './finder.ts'

// Real ms. After Redis was away everybody's beat has run out, and is back with the next one.
const everyMs = 1_000
const graceMs = 5_000
const forgetAfterMs = 24 * 3_600_000

/** Without these a position may be without protection. */
const guards = new Set(['order', 'position', 'risk'])

const prefix = 'dead-actor:'

/** Finds actors that ended without signing off; each stands until it beats again or another one has taken its place. */
export function findDeadActors(hub: Hub, ownId: string): Finder {
  const dead = new Map<string, number>()
  const replacements = new Set<string>()
  let suspects = new Set<string>()
  let blindUntil = 0

  async function read(): Promise<[LivingActor[], { id: string; lastBeatAt: number }[]] | undefined> {
    try {
      const living = await readLivingActors(hub.redis, hub.keys)
      if (living.some(({ id }) => id === ownId)) return [living, await readLostActors(hub.redis, hub.keys)]
    } catch (error) {
      blindUntil = Date.now() + graceMs
      throw error
    }
    blindUntil = Date.now() + graceMs
    return undefined
  }

  /** How a dead actor ended to be one; undefined while it is. */
  function endingOf(id: string, lastBeatAt: number, living: readonly LivingActor[]): string | undefined {
    if (living.some((actor) => actor.id === id)) return 'it beats again'
    const place = placeOf(id)
    const other = living.find(
      (actor) =>
        placeOf(actor.id) === place &&
        Number(actor.fields['startedAt']) > lastBeatAt &&
        !replacements.has(actor.id),
    )
    if (other !== undefined) {
      replacements.add(other.id)
      return `${other.id} has taken its place`
    }
    return Date.now() - lastBeatAt > forgetAfterMs ? 'nobody has taken its place for a day' : undefined
  }

  return {
    name: 'dead-actors',
    everyMs,
    async find(stood) {
      const told = await read()
      if (told === undefined || Date.now() < blindUntil) return undefined
      const [living, lost] = told
      // One that starts is in the index a moment before its beat is.
      for (const { id, lastBeatAt } of lost) if (suspects.has(id) && !dead.has(id)) dead.set(id, lastBeatAt)
      suspects = new Set(lost.map(({ id }) => id))
      for (const cause of stood) {
        const id = cause.slice(prefix.length)
        if (!dead.has(id)) dead.set(id, (await readAlert(hub, cause))?.state.sinceAt ?? Date.now())
      }
      const endings = new Map<string, string>()
      for (const [id, lastBeatAt] of dead) {
        const cause = `${prefix}${id}`
        // Even one that is replaced at once is told of.
        const ending = stood.has(cause) ? endingOf(id, lastBeatAt, living) : undefined
        if (ending === undefined) continue
        endings.set(cause, ending)
        dead.delete(id)
        if (!living.some((actor) => actor.id === id)) await forgetActor(hub.redis, hub.keys, id)
      }
      return { standing: [...dead].map(([id, lastBeatAt]) => toAlert(id, lastBeatAt)), endings }
    },
  }
}

/** Kind and host, which a replacement shares. */
function placeOf(id: string): string {
  return id.slice(0, id.lastIndexOf(':'))
}

function toAlert(id: string, lastBeatAt: number): Alert {
  return {
    kind: 'dead-actor',
    subject: id,
    severity: guards.has(id.split(':')[0] ?? '') ? 'critical' : 'warning',
    text: `it ended without signing off; its last beat was at ${new Date(lastBeatAt).toISOString().slice(11, 19)} UTC`,
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { clearAlert, raiseAlert } from '../../lib/alert/alerts.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { causeOf } from '../../lib/model/alert.ts'
import type { AlertKind } from '../../lib/model/alert.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { Finder } from './finder.ts'

// Real ms.
const stepMs = 250
const stopPatienceMs = 1_000

/**
 * Lets each finder look at its times, raises what it finds and clears what it finds no longer. What stands is noted in
 * Redis, so that whoever looks next, this process or another, can clear it. Looks only while `isLeader`.
 */
export function watchSystem(
  hub: Hub,
  finders: readonly Finder[],
  isLeader: () => boolean,
): { stop(): Promise<void> } {
  const watched = hub.keys.alerts('watched')
  const looks = finders.map((finder) => ({ finder, stood: undefined as Set<string> | undefined, nextAt: 0 }))
  let stopped = false

  async function readStood({ name }: Finder): Promise<Set<string>> {
    const members = await hub.redis.smembers(watched)
    const mine = members.filter((member) => member.startsWith(`${name} `))
    return new Set(mine.map((member) => member.slice(name.length + 1)))
  }

  async function look(each: (typeof looks)[number]): Promise<void> {
    const { finder } = each
    const stood = (each.stood ??= await readStood(finder))
    const finding = await finder.find(stood)
    if (finding === undefined) return
    for (const alert of finding.events ?? []) await raiseAlert(hub, alert)
    const stands = new Set<string>()
    for (const alert of finding.standing) {
      const cause = causeOf(alert)
      stands.add(cause)
      // Noted first: an alert that nobody remembers could never be cleared.
      if (!stood.has(cause)) await hub.redis.sadd(watched, `${finder.name} ${cause}`)
      await raiseAlert(hub, { ...alert, stands: true })
    }
    for (const cause of stood) {
      if (stands.has(cause)) continue
      const at = cause.indexOf(':')
      const named = { kind: cause.slice(0, at) as AlertKind, subject: cause.slice(at + 1) }
      await clearAlert(hub, named, finding.endings?.get(cause))
      await hub.redis.srem(watched, `${finder.name} ${cause}`)
    }
    each.stood = stands
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const now = Date.now()
      for (const each of looks) {
        if (!isLeader()) each.stood = undefined
        else if (now >= each.nextAt) {
          each.nextAt = now + each.finder.everyMs
          await look(each).catch((error: unknown) => {
            each.stood = undefined
            hub.log.debug({ finder: each.finder.name, error: describeError(error) }, 'not looked at')
          })
        }
      }
      await sleep(stepMs)
    }
  }
  const ended = run()
  return {
    async stop() {
      stopped = true
      // What waits for Redis may wait for long.
      await Promise.race([ended, sleep(stopPatienceMs, undefined, { ref: false })])
    },
  }
}

import { alertClear } from '../../lua/alert-clear.ts'
import { alertRaise } from '../../lua/alert-raise.ts'
import type { Hub } from '../hub/hub.ts'
import { knownSecrets } from '../hub/known-secrets.ts'
import { causeOf, cutText } from '../model/alert.ts'
import type { Alert, AlertState, Severity, Told } from '../model/alert.ts'
import { hideSecrets } from '../model/secrets.ts'
import { onceRedisAnswers } from './once-redis-answers.ts'

// What is kept in Redis is bounded: in the number of causes that nobody was told of yet, in the length of a text, in
// time. What stands is kept longer, so that its end can be told.
const mostDue = 1_000
const mostRecent = 1_000
const longestText = 2_000
const hourMs = 3_600_000
const keepMs = 24 * hourMs
const keepStandingMs = 7 * 24 * hourMs

/**
 * Tells whoever watches the channels: one message for a cause at once, then one a minute at most with the number of
 * repeats. Costs one round trip; while Redis is away it is tried again, for a while. Never rejects.
 */
export function raiseAlert(hub: Hub, alert: Alert): Promise<void> {
  const { kind, severity, stands = false } = alert
  const said = { subject: tidy(hub, alert.subject), text: cutText(tidy(hub, alert.text), longestText) }
  const cause = causeOf({ kind, subject: said.subject })
  return onceRedisAnswers(hub, `alert ${cause}: ${said.text}`, async () => {
    const raised = await alertRaise(
      hub.redis,
      keysOf(hub, cause),
      { cause, stands, keepMs: stands ? keepStandingMs : keepMs, mostDue, mostRecent },
      { kind, severity, ...said },
    )
    if (raised === 'refused')
      hub.log.error({ cause, text: said.text }, 'an alert was not kept: too many causes wait to be told')
  })
}

/** Tells that a condition which was raised stands no longer; nothing when it did not. Never rejects. */
export function clearAlert(
  hub: Hub,
  alert: Pick<Alert, 'kind' | 'subject'>,
  ending: string = '',
): Promise<void> {
  const cause = causeOf({ kind: alert.kind, subject: tidy(hub, alert.subject) })
  const text = cutText(tidy(hub, ending), longestText)
  return onceRedisAnswers(hub, `end of alert ${cause}`, async () => {
    await alertClear(hub.redis, keysOf(hub, cause), { cause, keepMs, text })
  })
}

/** What is known of a cause, and how much of it each channel was told; undefined once it is forgotten. */
export async function readAlert(
  hub: Hub,
  cause: string,
): Promise<{ state: AlertState; toldOf: (channel: string) => Told } | undefined> {
  const fields = await hub.redis.hgetall(hub.keys.alert(cause))
  const { bornAt, kind, subject, severity, text } = fields
  if (bornAt === undefined || kind === undefined || subject === undefined || text === undefined)
    return undefined
  const state: AlertState = {
    cause,
    kind,
    subject,
    severity: severity as Severity,
    text,
    ending: fields['ending'] ?? '',
    bornAt,
    sinceAt: Number(fields['sinceAt']),
    lastAt: Number(fields['lastAt']),
    endedAt: fields['endedAt'] === undefined ? undefined : Number(fields['endedAt']),
    stands: fields['stands'] === '1',
    count: Number(fields['count']),
    news: Number(fields['news']),
  }
  const toldOf = (channel: string): Told => ({
    news: Number(fields[`told:${channel}`] ?? 0),
    count: Number(fields[`counted:${channel}`] ?? 0),
  })
  return { state, toldOf }
}

/** The causes with the latest news, `limit` at most, the latest first. */
export async function readAlerts(hub: Hub, limit: number): Promise<AlertState[]> {
  const causes = await hub.redis.zrevrange(hub.keys.alerts('recent'), 0, limit - 1)
  const known = await Promise.all(causes.map((cause) => readAlert(hub, cause)))
  return known.flatMap((each) => (each === undefined ? [] : [each.state]))
}

function keysOf(hub: Hub, cause: string): { alert: string; due: string; recent: string } {
  const { keys } = hub
  return { alert: keys.alert(cause), due: keys.alerts('due'), recent: keys.alerts('recent') }
}

// Before anything is written: what Redis never held cannot be read there.
function tidy(hub: Hub, text: string): string {
  return hideSecrets(text, knownSecrets(hub.config, hub.endpoint)).trim()
}

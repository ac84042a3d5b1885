import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('alert-raise', {
  keys: ['alert', 'due', 'recent'],
  args: ['cause', 'stands', 'keepMs', 'mostDue', 'mostRecent', 'fields...'],
})

/** What became of an alert: there is news to tell; the condition stood already; or there was no room for its cause. */
export type Raised = 'news' | 'stood' | 'refused'

/** Counts an alert for its cause; `text`, what happened, may change from time to time. */
export async function alertRaise(
  redis: Redis,
  keys: { alert: string; due: string; recent: string },
  args: { cause: string; stands: boolean; keepMs: number; mostDue: number; mostRecent: number },
  fields: { kind: string; subject: string; severity: string; text: string },
): Promise<Raised> {
  const { kind, subject, severity, text } = fields
  const named = ['kind', kind, 'subject', subject, 'severity', severity, 'text', text]
  const answer = await script.run(redis, {
    keys,
    args: { ...args, stands: args.stands ? 1 : 0, 'fields...': named },
  })
  return answer === 1 ? 'news' : answer === 0 ? 'stood' : 'refused'
}

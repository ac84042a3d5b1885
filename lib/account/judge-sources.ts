import type { LivingActor } from '../hub/heartbeats.ts'
import type { AccountSource } from '../model/position-report.ts'
import { accountSources } from './account-sources.ts'

/** How well one source of an account is heard. */
export interface SourceHealth {
  readonly source: AccountSource
  /** processes that ask it, or listen to it */
  readonly processes: number
  /** real ms since it last told something, or, of a stream, since a sign of life; undefined: it never did */
  readonly ageMs: number | undefined
  /** what is wrong; undefined when it can be relied on */
  readonly problem: string | undefined
}

// Real ms. A poll that was lost and one that is under way are no silence yet.
const patienceMs = 1_500
const patiencePolls = 2

/** The sources of an account as the beats of its living processes tell them; `now` is real time. */
export function judgeSources(
  actors: readonly LivingActor[],
  of: { readonly venue: string; readonly account: string },
  now: number,
): SourceHealth[] {
  const mine = actors.filter(
    ({ kind, fields }) =>
      kind === 'position' && fields['venue'] === of.venue && fields['account'] === of.account,
  )
  return accountSources.map((source) => {
    const telling = mine.filter(({ fields }) => (fields['sources'] ?? '').split(' ').includes(source))
    const states = telling.map((actor) => judge(actor, source, now))
    const best = states.toSorted(
      (a, b) =>
        Number(a.problem !== undefined) - Number(b.problem !== undefined) ||
        (a.ageMs ?? Infinity) - (b.ageMs ?? Infinity),
    )[0]
    return {
      source,
      processes: telling.length,
      ageMs: best?.ageMs,
      problem: best === undefined ? 'no process reads it' : best.problem,
    }
  })
}

function judge(
  { fields, beatAgeMs }: LivingActor,
  source: AccountSource,
  now: number,
): { ageMs: number | undefined; problem: string | undefined } {
  const heardAt = Number(fields[`${source}At`] ?? 0)
  // Both moments are of the process's own clock.
  const ageMs = heardAt > 0 ? Math.max(0, Number(fields['beatAt']) - heardAt) + beatAgeMs : undefined
  if (source === 'stream')
    return { ageMs, problem: fields['connected'] === '1' ? undefined : 'it is not connected' }
  const closedUntil = Number(fields['closedUntil'] ?? 0)
  if (closedUntil > now) {
    const until = new Date(closedUntil).toISOString().slice(0, 19).replace('T', ' ')
    return { ageMs, problem: `the venue closed the address until ${until} UTC` }
  }
  const bound = patienceMs + patiencePolls * Number(fields['periodMs'] ?? 0)
  if (ageMs === undefined) return { ageMs, problem: 'it has not answered yet' }
  if (ageMs > bound) return { ageMs, problem: 'it does not answer' }
  return { ageMs, problem: undefined }
}

/** What an alert is about. */
export const alertKinds = [
  'error',
  'ban',
  'stop',
  'fill',
  'halt',
  'disagreement',
  'dead-actor',
  'stale-data',
  'rate-limit',
  'delisting',
  'liquidation',
  'uncovered-position',
  'condition',
] as const

export type AlertKind = (typeof alertKinds)[number]

/** Where alerts can go. */
export const channelNames = ['console', 'lark', 'lark-webhook', 'telegram', 'slack', 'webhook'] as const

export type ChannelName = (typeof channelNames)[number]

export type Severity = 'info' | 'warning' | 'critical'

/** Something that a person is to know of. */
export interface Alert {
  readonly kind: AlertKind
  /** who or what it happened to, the same text each time: `binanceusdm:main BTCUSDT` */
  readonly subject: string
  readonly severity: Severity
  /** what happened, in a sentence or two */
  readonly text: string
  /** a condition, which stands until it is cleared and is told once; otherwise each time counts */
  readonly stands?: boolean
}

/** What the hub knows of one cause; times are ms of Redis's clock. */
export interface AlertState {
  readonly cause: string
  readonly kind: string
  readonly subject: string
  readonly severity: Severity
  readonly text: string
  /** how it ended; empty when nothing was said, or it has not */
  readonly ending: string
  /** us of Redis's clock, as text: tells one life of a cause from the next */
  readonly bornAt: string
  /** since when this bout lasts */
  readonly sinceAt: number
  readonly lastAt: number
  /** undefined while it stands, and for what does not stand at all */
  readonly endedAt: number | undefined
  readonly stands: boolean
  /** how often it was raised in its life */
  readonly count: number
  /** changes that somebody may have to be told of: raised so often, ended so often */
  readonly news: number
}

/** How much of a cause a channel knows. */
export interface Told {
  readonly news: number
  readonly count: number
}

// Longer ones would not fit beside others in a message, and are no names.
const longestSubject = 160

/** What alerts are folded by: alerts of one cause are one message with a count, those of two causes never are. */
export function causeOf({ kind, subject }: Pick<Alert, 'kind' | 'subject'>): string {
  return `${kind}:${subject.replaceAll(/\s+/g, '_').slice(0, longestSubject)}`
}

/** What a channel is told of a cause that it knows so much of, as lines of plain text. */
export function toMessage(state: AlertState, told: Told): string {
  const ended = state.endedAt !== undefined
  const mark = ended ? 'RECOVERED' : state.severity.toUpperCase()
  const says = ended && state.ending !== '' ? `${state.text} → ${state.ending}` : state.text
  return [`${mark} ${state.kind.replaceAll('-', ' ')}: ${state.subject}`, says, toTimes(state, told)].join(
    '\n',
  )
}

function toTimes(state: AlertState, told: Told): string {
  const { count, sinceAt, lastAt, endedAt, bornAt } = state
  const fresh = count - told.count
  const often = fresh > 1 ? `, ${fresh} times` : ''
  if (endedAt !== undefined)
    return `stood ${toSpan(endedAt - sinceAt)}, ${toTime(sinceAt)} to ${toTime(endedAt)} UTC${often}`
  if (told.count === 0)
    return fresh === 1
      ? `since ${toTime(sinceAt)} UTC`
      : `${fresh} times, ${toTime(sinceAt)} to ${toTime(lastAt)} UTC`
  return `${fresh} more, the last ${toTime(lastAt)} UTC; ${count} since ${toTime(Number(bornAt) / 1000)} UTC`
}

function toTime(ms: number): string {
  return new Date(ms).toISOString().slice(5, 19).replace('T', ' ')
}

function toSpan(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
}

/** A text of `most` characters at most; what is cut off is told. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const mark = ` … (${text.length - most} characters cut)`
  // Not in the middle of a character that takes two places.
  return `${text.slice(0, Math.max(0, most - mark.length)).replace(/[\uD800-\uDBFF]$/, '')}${mark}`
}

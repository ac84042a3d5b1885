import { ConfigError } from '../../lib/model/errors.ts'

const beforeAll = '0-0'
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * The stream id after which to begin, for `2h` (ago), a date in UTC, or the id of the last record that one has; nothing is
 * before all. Throws ConfigError for anything else.
 */
export function toRecordStart(text: string | undefined, now: number): string {
  if (text === undefined) return beforeAll
  if (/^\d+-\d+$/.test(text)) return text
  const span = /^(\d+)([smhd])$/.exec(text)
  const isDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?Z?$/.test(text)
  const ms =
    span !== null
      ? now - Number(span[1]) * unitMs[span[2] as keyof typeof unitMs]
      : isDate
        ? Date.parse(toIso(text))
        : Number.NaN
  if (!Number.isFinite(ms))
    throw new ConfigError(
      `--since must be a span such as 2h, a time in UTC such as 2026-11-22T10:00, or the id of a record such as 1795397040000-0, was "${text}"`,
    )
  // The last id before that ms.
  return `${Math.max(0, ms - 1)}-18446744073709551615`
}

function toIso(text: string): string {
  const whole = text.replace(' ', 'T').replace(/Z$/, '')
  return `${whole.includes('T') ? whole : `${whole}T00:00`}Z`
}

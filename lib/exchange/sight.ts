import type { Finding } from './check-shape.ts'

/** What was seen of one endpoint or one address of streams. */
export interface Sight {
  /** such as `GET /fapi/v1/time` or `stream /private/ws` */
  readonly place: string
  readonly isPrivate: boolean
  /** whether anything of ours reads it */
  readonly isRead: boolean
  /** why there was nothing to look at; undefined: there was something, or nothing happened */
  readonly problem: string | undefined
  readonly findings: readonly Finding[]
  /** rows or messages that were looked at; undefined where there is no list */
  readonly rows: number | undefined
  /** the venue said that what was asked for does not exist, as it should */
  readonly isAbsent?: boolean
}

import { encode } from '../core/encode.ts'

/** One event on its way to its subscribers. */
export interface Message {
  /** for the fault rules: `stream/private/ACCOUNT_UPDATE` */
  readonly place: string
  /** name of the stream, for the combined form */
  readonly stream: string
  readonly event: Event | readonly Event[]
}

export type Event = { readonly e?: string; readonly E?: number; readonly [field: string]: unknown }

const encoded = new WeakMap<Message, string>()

/** The text of an event, with E so many ms too small; encoded once for all subscribers. */
export function toText(message: Message, behindMs = 0): string {
  if (behindMs !== 0) return encode(toBehind(message.event, behindMs))
  let text = encoded.get(message)
  if (text === undefined) encoded.set(message, (text = encode(message.event)))
  return text
}

/** True for the last message of a candle, in the words of any venue. */
export function closesCandle({ event }: Message): boolean {
  if ('k' in event) return isTrueIn(event.k, 'x')
  const rows = 'data' in event && Array.isArray(event.data) ? (event.data as unknown[]) : []
  return rows.some((row) =>
    Array.isArray(row) ? row.length === 9 && row[8] === '1' : isTrueIn(row, 'confirm'),
  )
}

function isTrueIn(row: unknown, name: string): boolean {
  return typeof row === 'object' && row !== null && (row as Record<string, unknown>)[name] === true
}

function toBehind(event: Message['event'], behindMs: number): unknown {
  const shift = (each: Event) => (each.E === undefined ? each : { ...each, E: each.E - behindMs })
  return Array.isArray(event) ? (event as readonly Event[]).map(shift) : shift(event as Event)
}

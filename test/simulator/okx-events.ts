import type { Event } from './open-stream.ts'
import type { Told } from './venue-client.ts'

/** Whether an event tells rows of a channel. */
export const isOf = (channel: string) => (event: Event) =>
  event['data'] !== undefined && (event['arg'] as Told)['channel'] === channel
export const isError = ({ event }: Event) => event === 'error'
export const rowsOf = (event: Event) => event['data'] as Told[]
export const subscribe = (...args: object[]) => ({ op: 'subscribe', args })

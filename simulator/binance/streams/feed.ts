import type { Event } from '../../streams/message.ts'

/** Tells what one stream has to say at `now` (simulated ms) that it has not said before. */
export type Feed = (now: number) => readonly (Event | readonly Event[])[]

/** A feed that speaks once in every whole span of the clock. */
export function everySoOften(spanMs: number, feed: Feed): Feed {
  let last = -1
  return (now) => {
    const current = Math.floor(now / spanMs)
    if (current === last) return []
    last = current
    return feed(now)
  }
}

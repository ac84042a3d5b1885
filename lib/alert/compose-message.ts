import { createHash } from 'node:crypto'
import { cutText, toMessage } from '../model/alert.ts'
import type { AlertState, Told } from '../model/alert.ts'
import type { Message } from './channel.ts'

/** A cause with news for a channel. */
export interface News {
  readonly state: AlertState
  readonly told: Told
}

/** A message, and the news that is in it. */
export interface Composed extends Message {
  readonly parts: readonly News[]
}

const between = '\n\n'

/**
 * One message of the first of these causes and of as many others as fit, each with its own words and its own count;
 * undefined when there is no news. The first one is cut when it is too long by itself.
 */
export function composeMessage(
  news: readonly News[],
  channel: string,
  mostCharacters: number,
): Composed | undefined {
  const [first, ...others] = news
  if (first === undefined) return undefined
  const parts = [first]
  let text = cutText(toMessage(first.state, first.told), mostCharacters)
  for (const other of others) {
    const more = between + toMessage(other.state, other.told)
    if (text.length + more.length > mostCharacters) break
    text += more
    parts.push(other)
  }
  return { id: idOf(channel, parts), text, parts }
}

// Repeats that came since an attempt whose outcome is unknown do not make it another message. An end does: a channel that has
// heard the beginning would take it for the same one and drop it.
function idOf(channel: string, parts: readonly News[]): string {
  const named = parts.map(({ state, told }) => [
    state.cause,
    state.bornAt,
    told.news,
    state.endedAt !== undefined,
  ])
  return createHash('sha256')
    .update(JSON.stringify([channel, named]))
    .digest('hex')
    .slice(0, 40)
}

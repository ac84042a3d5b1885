import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { describeError } from '../model/errors.ts'

/** One thing that was asked, answered or decided on the way of an order. */
export interface JournalEntry {
  readonly kind: 'request' | 'answer' | 'decision'
  /** `create`, `cancel`, `denied` */
  readonly what: string
  /** client order id, or the intent's; empty where there is none */
  readonly id: string
  readonly symbol: string
  /** all of it */
  readonly text: string
}

/** An append-only journal of an account's orders. It never makes anybody wait. */
export interface Journal {
  note(entry: JournalEntry): void
  /** writes what is still to be written, for a second at most */
  close(): Promise<void>
}

// Real ms; what is noted at once is written at once.
const gatherMs = 20
const againMs = 500
const closeMs = 1_000
const keep = 200_000
// While Redis is away; beyond that the oldest are dropped, and it is said how many.
const mostWaiting = 10_000
const atOnce = 500
const mostText = 2_000

/** Opens it; `actor` is who notes. */
export function openJournal(hub: Hub, { venue, account }: AccountOf, actor: string): Journal {
  const key = hub.keys.journal(venue, account)
  let waiting: string[] = []
  let dropped = 0
  let writing: Promise<void> | undefined

  function encode({ text, ...entry }: JournalEntry): string {
    return JSON.stringify({
      time: Math.floor(hub.clock.now()),
      actor,
      ...entry,
      text: text.slice(0, mostText),
    })
  }

  async function write(): Promise<void> {
    await sleep(gatherMs)
    while (waiting.length > 0) {
      const texts = waiting.slice(0, atOnce)
      const transaction = hub.redis.multi()
      for (const text of texts) transaction.xadd(key, 'MAXLEN', '~', keep, '*', 'entry', text)
      try {
        const answers = await transaction.exec()
        const failure = answers?.find(([error]) => error !== null)?.[0]
        if (failure !== undefined && failure !== null) throw failure
        waiting = waiting.slice(texts.length)
      } catch (error) {
        hub.log.debug({ error: describeError(error) }, 'the journal was not written')
        await sleep(againMs)
      }
    }
    writing = undefined
  }

  return {
    note(entry) {
      if (dropped > 0 && waiting.length < mostWaiting) {
        const text = `${dropped} entries were dropped: Redis was away for too long`
        waiting.push(encode({ kind: 'decision', what: 'dropped', id: '', symbol: '', text }))
        dropped = 0
      }
      if (waiting.length >= mostWaiting) {
        dropped += 1
        return
      }
      waiting.push(encode(entry))
      writing ??= write()
    },
    async close() {
      await Promise.race([writing, sleep(closeMs, undefined, { ref: false })])
    },
  }
}

import type { Channel } from './channel.ts'
import { postJson, toFailure } from './post-json.ts'

const limits = { everyMs: 100, perMinute: 600, mostCharacters: 8_000 }

/** Any server that takes `{"id", "text"}` and answers 2xx; what comes again has the same id. */
export function webhookChannel(webhook: string): Channel {
  return {
    name: 'webhook',
    limits,
    async send({ id, text }) {
      const answer = await postJson(webhook, { id, text }, { 'Idempotency-Key': id })
      if (answer.status >= 300) throw toFailure(answer)
    },
  }
}

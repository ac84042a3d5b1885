import { RetryLaterError } from '../model/errors.ts'
import type { Channel } from './channel.ts'
import { fieldOf, mendMs, postJson, textOf, toFailure } from './post-json.ts'
import type { Answer } from './post-json.ts'

// One a second in a chat, 20 a minute in a group (core.telegram.org/bots/faq), 4,096 characters.
const limits = { everyMs: 1_050, perMinute: 19, mostCharacters: 4_000 }

/** A bot's messages in a chat. `url` is https://api.telegram.org, or a server of one's own that speaks its API. */
export function telegramChannel(of: {
  readonly url: string
  readonly token: string
  readonly chatId: string
}): Channel {
  return {
    name: 'telegram',
    limits,
    async send({ text }) {
      const answer = await postJson(`${of.url}/bot${of.token}/sendMessage`, {
        chat_id: of.chatId,
        text,
        link_preview_options: { is_disabled: true },
      })
      if (answer.status >= 300 || fieldOf(answer.body, 'ok') !== true) throw toTelegramFailure(answer)
    },
  }
}

function toTelegramFailure(answer: Answer): Error {
  const seconds = fieldOf(fieldOf(answer.body, 'parameters'), 'retry_after')
  const says = `answered ${answer.status}: ${(textOf(answer.body, 'description') ?? answer.text).slice(0, 300)}`
  if (typeof seconds === 'number') return new RetryLaterError(says, { retryAt: Date.now() + seconds * 1000 })
  // The chat is gone, was never there, or has become another one: that is no fault of the message.
  const isOfChat = /chat not found|chat_id|upgraded to a supergroup|kicked|not enough rights/i.test(says)
  return isOfChat ? new RetryLaterError(says, { retryAt: Date.now() + mendMs }) : toFailure(answer)
}

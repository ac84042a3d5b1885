import { createHmac } from 'node:crypto'
import type { Channel } from './channel.ts'
import { requireTaken, toLarkText } from './lark-answer.ts'
import { postJson } from './post-json.ts'

// 5 a second and 100 a minute, 20 KB (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot); a character may take
// 3 bytes, and 6 where JSON escapes it.
const limits = { everyMs: 250, perMinute: 95, mostCharacters: 3_000 }

/** A custom bot of a Lark or Feishu chat; `secret` is that of its signature check, empty without one. */
export function larkWebhookChannel(webhook: string, secret: string): Channel {
  return {
    name: 'lark-webhook',
    limits,
    async send({ text }) {
      const timestamp = Math.floor(Date.now() / 1000)
      const signature =
        secret === '' ? {} : { timestamp: String(timestamp), sign: signLark(timestamp, secret) }
      requireTaken(
        await postJson(webhook, { ...signature, msg_type: 'text', content: { text: toLarkText(text) } }),
      )
    },
  }
}

/** Lark's signature of a moment, in seconds: time and secret are the key, and what is signed is nothing. */
export function signLark(timestamp: number, secret: string): string {
  return createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64')
}

import { RetryLaterError } from '../model/errors.ts'
import type { Channel } from './channel.ts'
import { isTokenRefused, requireTaken, toLarkText } from './lark-answer.ts'
import { fieldOf, postJson, textOf } from './post-json.ts'
import type { Answer } from './post-json.ts'

/** An app of one's own at Lark or Feishu, and the chat that its bot is in. */
export interface LarkApp {
  /** https://open.larksuite.com or https://open.feishu.cn */
  readonly url: string
  readonly appId: string
  readonly appSecret: string
  readonly chatId: string
}

// A token of this age left is renewed; Lark gives a new one only in the last 30 of its 120 minutes.
const renewBeforeMs = 300_000
const limits = {
  // 5 a second for all bots of a chat together, 1,000 a minute for an app
  // (open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/im-v1/message/create)
  everyMs: 250,
  perMinute: 200,
  // 150 KB would be allowed; nobody reads that.
  mostCharacters: 8_000,
}

/** Messages of an app's bot in a chat. Lark shows one id once within an hour, however often it is sent. */
export function larkChannel({ url, appId, appSecret, chatId }: LarkApp): Channel {
  let token: { readonly text: string; readonly endsAt: number } | undefined

  async function freshToken(): Promise<string> {
    if (token !== undefined && token.endsAt > Date.now()) return token.text
    const answer = await postJson(`${url}/open-apis/auth/v3/tenant_access_token/internal`, {
      app_id: appId,
      app_secret: appSecret,
    })
    requireTaken(answer)
    const text = textOf(answer.body, 'tenant_access_token')
    if (text === undefined)
      throw new RetryLaterError('expected a token, the answer has none', { retryAt: Date.now() })
    const lastsMs = Number(fieldOf(answer.body, 'expire')) * 1000 || 0
    token = { text, endsAt: Date.now() + lastsMs - Math.min(renewBeforeMs, lastsMs / 10) }
    return text
  }

  async function post(id: string, text: string): Promise<Answer> {
    return postJson(
      `${url}/open-apis/im/v1/messages?receive_id_type=chat_id`,
      {
        receive_id: chatId,
        msg_type: 'text',
        content: JSON.stringify({ text: toLarkText(text) }),
        uuid: id,
      },
      { Authorization: `Bearer ${await freshToken()}` },
    )
  }

  return {
    name: 'lark',
    limits,
    async send({ id, text }) {
      let answer = await post(id, text)
      // It may have been withdrawn before its time.
      if (isTokenRefused(answer)) {
        token = undefined
        answer = await post(id, text)
      }
      if (isTokenRefused(answer)) token = undefined
      requireTaken(answer)
    },
  }
}

import { RetryLaterError, VenueRejectedError } from '../model/errors.ts'
import { fieldOf, mendMs, secondsIn, toFailure } from './post-json.ts'
import type { Answer } from './post-json.ts'

// open.feishu.cn/document/server-docs/api-call-guide/frequency-control: 99991400 with HTTP 429, or 400 for older
// interfaces, and the seconds to wait in x-ogw-ratelimit-reset. 230020 is the limit of one chat, 11232 that of the
// message service, which also strikes at full hours.
const rateCodes = new Set([99991400, 230020, 11232])
// The token is wrong, missing or has run out.
const tokenCodes = new Set([99991661, 99991663, 99991664, 99991668, 99991671, 99991677])
// A person must mend these: app or secret wrong, app without rights, bot not in the chat or muted there; for a
// webhook: gone or switched off, signature or clock wrong, our address or our words not allowed.
const accessCodes = new Set([
  10003, 10013, 10014, 99991672, 230002, 230006, 230013, 230018, 230035, 19001, 19007, 19021, 19022, 19024,
])

/** Whether Lark found the token wrong: another one may do. */
export function isTokenRefused({ body }: Answer): boolean {
  return tokenCodes.has(codeOf(body))
}

/** Throws unless Lark says that all is well. Its codes say more than the HTTP status, which may be 200 with any of them. */
export function requireTaken(answer: Answer): void {
  const code = codeOf(answer.body)
  if (code === 0 && answer.status < 300) return
  const says = `answered ${answer.status}: ${answer.text.slice(0, 300)}`
  const now = Date.now()
  if (rateCodes.has(code) || answer.status === 429) {
    const waitMs =
      secondsIn(answer.headers, 'x-ogw-ratelimit-reset') || secondsIn(answer.headers, 'retry-after')
    throw new RetryLaterError(says, { retryAt: now + waitMs })
  }
  if (tokenCodes.has(code)) throw new RetryLaterError(says, { retryAt: now })
  const isOfChat = code === 230001 && /receive_id/.test(answer.text)
  if (accessCodes.has(code) || isOfChat) throw new RetryLaterError(says, { retryAt: now + mendMs })
  if (answer.status > 400 || Number.isNaN(code)) throw toFailure(answer)
  throw new VenueRejectedError(says, { code: String(code) })
}

// A custom bot of the first version says StatusCode.
function codeOf(body: unknown): number {
  const code = fieldOf(body, 'code') ?? fieldOf(body, 'StatusCode')
  return typeof code === 'number' ? code : Number.NaN
}

/** Text that Lark shows as it is: `<at user_id="all">` in an error's text would call everybody. */
export function toLarkText(text: string): string {
  return text.replaceAll(/<(?=\/?at\b)/gi, '‹')
}

import type { Channel } from './channel.ts'
import { postJson, toFailure } from './post-json.ts'

// About one a second (docs.slack.dev/apis/web-api/rate-limits); longer messages are cut or refused.
const limits = { everyMs: 1_050, perMinute: 50, mostCharacters: 3_500 }

/** A Slack incoming webhook. */
export function slackChannel(webhook: string): Channel {
  return {
    name: 'slack',
    limits,
    async send({ text }) {
      const answer = await postJson(webhook, { text: toSlackText(text) })
      if (answer.status >= 300) throw toFailure(answer)
    },
  }
}

/** Text that Slack shows as it is: `<!channel>` in an error's text would call everybody. */
export function toSlackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

import { expect } from 'chai'
import { openChannels } from '../../lib/alert/open-channels.ts'
import type { Channel } from '../../lib/alert/channel.ts'
import { readConfig } from '../../lib/hub/config.ts'
import type { ChannelName } from '../../lib/model/alert.ts'
import { ConfigError, RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { startCaptureServer } from '../support/capture-server.ts'
import type { CaptureServer } from '../support/capture-server.ts'
import { failureOf } from '../support/failure-of.ts'
import { startLarkServer } from '../support/lark-server.ts'
import type { LarkServer, Outage } from '../support/lark-server.ts'
import { until } from '../support/until.ts'

const message = { id: 'a1b2', text: 'WARNING error: kline\nsomething <at user_id="all"></at> & <!channel>' }
const telegramToken = '123456789:AAE-telegram-token-0123456789abcdefgh'

function open(
  name: ChannelName,
  environment: Record<string, string>,
  write: (text: string) => void = () => {},
): Channel {
  const { config } = readConfig({}, environment)
  const [channel] = openChannels(config, [name], write)
  if (channel === undefined) throw new Error('expected a channel')
  return channel
}

/** Fails with RetryLaterError, and gives the ms until it may be tried again. */
async function waitAfter(channel: Channel): Promise<number> {
  const failure = await failureOf(() => channel.send(message))
  expect(failure).to.be.instanceOf(RetryLaterError)
  return (failure as RetryLaterError).retryAt - Date.now()
}

describe('the channel', function () {
  this.timeout(20_000)

  describe('lark', () => {
    let lark: LarkServer
    beforeEach(async () => {
      lark = await startLarkServer()
    })
    afterEach(() => lark.close())

    const channel = (changes: Record<string, string> = {}) =>
      open('lark', {
        SLUICE_LARK_URL: lark.url,
        SLUICE_LARK_APP_ID: lark.credentials.appId,
        SLUICE_LARK_APP_SECRET: lark.credentials.appSecret,
        SLUICE_LARK_CHAT_ID: lark.credentials.chatId,
        ...changes,
      })

    it('gets a token once, sends with it, and calls nobody by an error text', async () => {
      const { send } = channel()
      await send(message)
      await send({ ...message, id: 'other' })
      expect(lark.messages.map(({ text }) => text)).to.deep.equal(
        Array(2).fill('WARNING error: kline\nsomething ‹at user_id="all">‹/at> & <!channel>'),
      )
      expect(lark.counts.tokens).to.equal(1)
    })

    it('renews its token before it runs out', async () => {
      lark.tokenLastsMs = 2_000
      const { send } = channel()
      let sent = 0
      let sentAt = 0
      const isRenewedTwice = async () => {
        // Five a second are allowed in a chat.
        if (Date.now() - sentAt < 220) return false
        await send({ ...message, id: `n${sent}` })
        sentAt = Date.now()
        sent += 1
        return lark.counts.tokens >= 3
      }
      await until('a third token', isRenewedTwice, 15_000)
      expect(lark.counts.refused).to.equal(0)
      expect(lark.messages.length).to.equal(sent)
    })

    it('gets another token at once when Lark takes one back', async () => {
      const { send } = channel()
      await send(message)
      lark.revokeTokens()
      await send({ ...message, id: 'after' })
      expect([lark.messages.length, lark.counts.tokens, lark.counts.refused]).to.deep.equal([2, 2, 1])
    })

    it('shows one id once, however often it is sent', async () => {
      const { send } = channel()
      await send(message)
      await send(message)
      expect([lark.messages.length, lark.counts.repeats]).to.deep.equal([1, 1])
    })

    it('waits as long as Lark says when it sends too fast', async () => {
      lark.answer = {
        status: 429,
        body: { code: 99991400, msg: 'request trigger frequency limit' },
        headers: { 'x-ogw-ratelimit-limit': '100', 'x-ogw-ratelimit-reset': '52' },
      }
      expect(await waitAfter(channel())).to.be.within(51_000, 52_000)
      lark.answer = { status: 400, body: { code: 230020, msg: 'ext=chat rate limit' } }
      expect(await waitAfter(channel())).to.be.at.most(0)
    })

    it('sends nothing into the void while Lark is away in any way', async () => {
      const { send } = channel()
      for (const how of ['gone', 'broken', 'silent'] satisfies Outage[]) {
        await lark.fail(how)
        const failure = await failureOf(() => send(message))
        expect(failure, how).to.be.instanceOf(RetryLaterError)
        await lark.recover()
      }
      await send(message)
      expect(lark.messages.length).to.equal(1)
    })

    it('is asked again later when a person must mend the access, and told apart from a message that is refused', async () => {
      const wrong = [
        channel({ SLUICE_LARK_APP_SECRET: 'another-secret' }),
        channel({ SLUICE_LARK_APP_ID: 'cli_other' }),
        channel({ SLUICE_LARK_CHAT_ID: 'oc_other' }),
      ]
      for (const each of wrong) expect(await waitAfter(each)).to.be.within(25_000, 30_000)
      lark.answer = {
        status: 400,
        body: { code: 230022, msg: 'The content of the message contains sensitive information.' },
      }
      const failure = await failureOf(() => channel().send(message))
      expect(failure).to.be.instanceOf(VenueRejectedError)
      expect((failure as VenueRejectedError).code).to.equal('230022')
    })
  })

  describe('lark-webhook', () => {
    let lark: LarkServer
    beforeEach(async () => {
      lark = await startLarkServer()
    })
    afterEach(() => lark.close())

    const channel = (secret = lark.credentials.signSecret, webhook = lark.webhook) =>
      open('lark-webhook', { SLUICE_LARK_WEBHOOK: webhook, SLUICE_LARK_WEBHOOK_SECRET: secret })

    it('signs each message', async () => {
      await channel().send(message)
      expect(lark.messages).to.have.length(1)
      expect(lark.messages[0]).to.contain({ by: 'webhook' })
    })

    it('tells a wrong signature and a hook that is gone from a refused message, though Lark says 200', async () => {
      const failures = [channel('wrong-secret'), channel(undefined, `${lark.url}/open-apis/bot/v2/hook/gone`)]
      for (const each of failures) expect(await waitAfter(each)).to.be.within(25_000, 30_000)
      lark.answer = { status: 200, body: { code: 9499, msg: 'Bad Request' } }
      expect(await failureOf(() => channel().send(message))).to.be.instanceOf(VenueRejectedError)
      lark.answer = { status: 200, body: { code: 11232, msg: 'frequency limited' } }
      expect(await waitAfter(channel())).to.be.at.most(0)
    })
  })

  describe('over plain HTTP', () => {
    let server: CaptureServer
    beforeEach(async () => {
      server = await startCaptureServer()
    })
    afterEach(() => server.close())

    it('telegram sends plain text, waits as long as it is told, and waits for a chat that is gone', async () => {
      const channel = open('telegram', {
        SLUICE_TELEGRAM_URL: server.url,
        SLUICE_TELEGRAM_TOKEN: telegramToken,
        SLUICE_TELEGRAM_CHAT_ID: '-100123',
      })
      server.usual = { ok: true, result: { message_id: 1 } }
      await channel.send(message)
      const [first] = server.requests
      expect(first?.path).to.equal(`/bot${telegramToken}/sendMessage`)
      expect(first?.body).to.deep.include({ chat_id: '-100123', text: message.text })
      expect(first?.body).to.not.have.property('parse_mode')
      server.answers.push(
        {
          status: 429,
          body: {
            ok: false,
            error_code: 429,
            description: 'Too Many Requests',
            parameters: { retry_after: 7 },
          },
        },
        { status: 400, body: { ok: false, error_code: 400, description: 'Bad Request: chat not found' } },
        { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } },
        {
          status: 400,
          body: { ok: false, error_code: 400, description: 'Bad Request: message text is empty' },
        },
      )
      expect(await waitAfter(channel)).to.be.within(6_000, 7_000)
      expect(await waitAfter(channel)).to.be.within(25_000, 30_000)
      expect(await waitAfter(channel)).to.be.within(25_000, 30_000)
      expect(await failureOf(() => channel.send(message))).to.be.instanceOf(VenueRejectedError)
    })

    it('slack gets text that calls nobody, and its Retry-After is kept', async () => {
      const channel = open('slack', { SLUICE_SLACK_WEBHOOK: `${server.url}/services/T0/B0/slack-hook-token` })
      server.usual = 'ok'
      await channel.send(message)
      expect(server.requests[0]?.body).to.deep.equal({
        text: 'WARNING error: kline\nsomething &lt;at user_id="all"&gt;&lt;/at&gt; &amp; &lt;!channel&gt;',
      })
      server.answers.push(
        { status: 429, body: 'rate_limited', headers: { 'retry-after': '30' } },
        { status: 410, body: 'channel_is_archived' },
        { status: 500, body: 'rollup_error' },
        { status: 400, body: 'invalid_payload' },
      )
      expect(await waitAfter(channel)).to.be.within(29_000, 30_000)
      expect(await waitAfter(channel)).to.be.within(25_000, 30_000)
      expect(await waitAfter(channel)).to.be.at.most(0)
      expect(await failureOf(() => channel.send(message))).to.be.instanceOf(VenueRejectedError)
    })

    it('webhook gets the id besides, follows no redirect, and its failures tell no secret', async () => {
      const secret = 'webhook-path-secret'
      const channel = open('webhook', { SLUICE_ALERT_WEBHOOK: `${server.url}/hook/${secret}` })
      await channel.send(message)
      expect(server.requests[0]?.body).to.deep.equal(message)
      expect(server.requests[0]?.headers['idempotency-key']).to.equal(message.id)
      const whole = `${server.url}/hook/${secret}`
      server.answers.push(
        { status: 302, headers: { location: whole } },
        { status: 500, body: `cannot serve ${whole}` },
        { status: 400, body: { error: `no handler for ${whole}` } },
      )
      for (let i = 0; i < 3; i++) {
        const failure = await failureOf(() => channel.send(message))
        expect(JSON.stringify([failure.message, failure.stack, failure.cause])).to.not.contain(secret)
      }
      expect(server.requests.length).to.equal(4)
    })
  })

  it('console writes', async () => {
    const written: string[] = []
    await open('console', {}, (text) => written.push(text)).send(message)
    expect(written).to.deep.equal([message.text])
  })

  it('is refused in a sentence when it lacks something, or is named twice', () => {
    const refusal = (names: ChannelName[], environment: Record<string, string> = {}) => {
      try {
        openChannels(readConfig({}, environment).config, names, () => {})
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError)
        return (error as Error).message
      }
      throw new Error('expected a refusal')
    }
    expect(refusal(['lark'], { SLUICE_LARK_APP_ID: 'cli_1' })).to.equal(
      'the alert channel lark needs SLUICE_LARK_APP_SECRET and SLUICE_LARK_CHAT_ID, found nothing there',
    )
    expect(refusal(['telegram'])).to.contain('SLUICE_TELEGRAM_TOKEN and SLUICE_TELEGRAM_CHAT_ID')
    expect(refusal(['console', 'console'])).to.contain('console is named twice')
  })
})

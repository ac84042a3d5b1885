import type { RedisEndpoint } from '../hub/redis-endpoint.ts'
import { environmentNameOf } from '../hub/settings.ts'
import type { Config, SettingName } from '../hub/settings.ts'
import { knownSecrets } from '../hub/known-secrets.ts'
import type { ChannelName } from '../model/alert.ts'
import { ConfigError, describeError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'
import { hideSecrets } from '../model/secrets.ts'
import type { Channel } from './channel.ts'
import { consoleChannel } from './console-channel.ts'
import { larkChannel } from './lark-channel.ts'
import { larkWebhookChannel } from './lark-webhook-channel.ts'
import { slackChannel } from './slack-channel.ts'
import { telegramChannel } from './telegram-channel.ts'
import { webhookChannel } from './webhook-channel.ts'

/** What each channel cannot do without. */
const needs: Readonly<Record<ChannelName, readonly SettingName[]>> = {
  console: [],
  lark: ['larkAppId', 'larkAppSecret', 'larkChatId'],
  'lark-webhook': ['larkWebhook'],
  telegram: ['telegramToken', 'telegramChatId'],
  slack: ['slackWebhook'],
  webhook: ['alertWebhook'],
}

/**
 * The channels of these names, in order; `write` is the console's. Throws ConfigError for one whose settings are not
 * all there, and for one that is named twice. No message and no failure of theirs tells a secret, that of Redis at
 * `endpoint` included.
 */
export function openChannels(
  config: Config,
  names: readonly ChannelName[],
  write: (text: string) => void,
  endpoint?: RedisEndpoint,
): Channel[] {
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new ConfigError(`the alert channel ${twice} is named twice: expected it once`)
  const secrets = knownSecrets(config, endpoint)
  return names.map((name) => {
    const missing = needs[name].filter((setting) => config[setting] === '')
    if (missing.length > 0) {
      const wanted = missing.map(environmentNameOf).join(' and ')
      throw new ConfigError(`the alert channel ${name} needs ${wanted}, found nothing there`)
    }
    return discreet(open(config, name, write), secrets)
  })
}

function open(config: Config, name: ChannelName, write: (text: string) => void): Channel {
  switch (name) {
    case 'console':
      return consoleChannel(write)
    case 'lark':
      return larkChannel({
        url: config.larkUrl,
        appId: config.larkAppId,
        appSecret: config.larkAppSecret,
        chatId: config.larkChatId,
      })
    case 'lark-webhook':
      return larkWebhookChannel(config.larkWebhook, config.larkWebhookSecret)
    case 'telegram':
      return telegramChannel({
        url: config.telegramUrl,
        token: config.telegramToken,
        chatId: config.telegramChatId,
      })
    case 'slack':
      return slackChannel(config.slackWebhook)
    case 'webhook':
      return webhookChannel(config.alertWebhook)
  }
}

function discreet(channel: Channel, secrets: readonly string[]): Channel {
  return {
    ...channel,
    async send({ id, text }) {
      try {
        await channel.send({ id, text: hideSecrets(text, secrets) })
      } catch (error) {
        throw withoutSecrets(error, secrets)
      }
    },
  }
}

// A server's answer may repeat what it was sent, and a cause may hold the request: neither goes on from here.
function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  const says = hideSecrets(describeError(error), secrets)
  if (error instanceof RetryLaterError) return new RetryLaterError(says, { retryAt: error.retryAt })
  if (error instanceof VenueRejectedError) return new VenueRejectedError(says, { code: error.code })
  return new Error(says)
}

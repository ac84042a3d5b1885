import type { Command } from 'commander'
import { nanoid } from 'nanoid'
import { hostname } from 'node:os'
import { openChannels } from '../../lib/alert/open-channels.ts'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { nearest } from '../../lib/hub/config.ts'
import { channelNames } from '../../lib/model/alert.ts'
import type { ChannelName } from '../../lib/model/alert.ts'
import { ConfigError, describeError } from '../../lib/model/errors.ts'
import type { Terminal } from './terminal.ts'
import { configOf } from './with-hub.ts'

interface AlertOptions extends Record<string, unknown> {
  readonly channel?: string
}

/** `sluice alert test` */
export function alertCommand(terminal: Terminal): Command {
  const command = createCommand('alert', 'Sends a test message to the channels that alerts go to.')
    .argument('<command>', 'test')
    .option('--channel <name>', `one channel alone: ${channelNames.join(', ')}`)
    .addHelpText(
      'after',
      `
The message goes straight to the channels, without Redis and without the alert actor. Secrets come from SLUICE_* in the
environment or the file that SLUICE_SECRETS names; docs/alerts.md says how to set up each channel. Exit code 1 when a
channel did not take the message.

Examples:
  sluice alert test
  sluice alert test --channel lark`,
    )
    .action(async (what: string, options: AlertOptions) => {
      if (what !== 'test') throw new ConfigError(`unknown command "alert ${what}"; expected "alert test"`)
      const config = configOf(options)
      const names = options.channel === undefined ? config.alertChannels : [toChannel(options.channel)]
      const channels = openChannels(config, names, (text) => terminal.line(text))
      const text = `TEST of ${config.namespace} on ${hostname()}: alerts reach this channel.`
      for (const channel of channels) {
        try {
          await channel.send({ id: nanoid(), text })
          terminal.line(`${channel.name}: sent`)
        } catch (error) {
          terminal.line(`${channel.name}: ${terminal.paint('bad', `not sent, ${describeError(error)}`)}`)
          process.exitCode = 1
        }
      }
    })
  return addSettings(command, [
    ...commonSettings,
    'alertChannels',
    'larkUrl',
    'larkAppId',
    'larkChatId',
    'telegramUrl',
    'telegramChatId',
  ])
}

function toChannel(name: string): ChannelName {
  const known = channelNames.find((each) => each === name)
  if (known !== undefined) return known
  const near = nearest(name, channelNames)
  throw new ConfigError(
    `--channel must be one of ${channelNames.join(', ')}, was "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  )
}

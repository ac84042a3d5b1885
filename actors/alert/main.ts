import { openChannels } from '../../lib/alert/open-channels.ts'
import { serveAlerts } from '../../lib/alert/serve-alerts.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { actorId } from '../../lib/hub/heartbeats.ts'
import { findClosedAddresses } from './find-closed-addresses.ts'
import { findConditions } from './find-conditions.ts'
import { findDeadActors } from './find-dead-actors.ts'
import { findDelistings } from './find-delistings.ts'
import { findStaleLanes } from './find-stale-lanes.ts'
import { watchSystem } from './watch-system.ts'

void runActor({
  kind: 'alert',
  summary:
    'Tells a person what is raised, by Lark, Telegram, Slack, a webhook or the console, and looks for dead actors, stale data and the like. Secrets come from SLUICE_* or the file that SLUICE_SECRETS names.',
  settings: [
    'alertChannels',
    'alertWindowMs',
    'larkUrl',
    'larkAppId',
    'larkChatId',
    'telegramUrl',
    'telegramChatId',
  ],
  async start(hub) {
    const { config, log } = hub
    const venue = config.exchange
    const write = (text: string) => log.warn({ channel: 'console' }, text)
    const channels = openChannels(config, config.alertChannels, write, hub.endpoint)
    const service = await serveAlerts(hub, channels, config.alertWindowMs)
    const watch = watchSystem(
      hub,
      [
        findDeadActors(hub, actorId('alert')),
        findStaleLanes(hub, venue),
        findClosedAddresses(hub, venue),
        findDelistings(hub, venue),
        findConditions(hub),
      ],
      () => service.isLeader(),
    )
    return {
      tell() {
        const counts = [...service.counts().values()]
        const sum = (of: 'sent' | 'refused' | 'failures') => counts.reduce((all, each) => all + each[of], 0)
        return {
          channels: config.alertChannels.join(','),
          leads: service.isLeader() ? 1 : 0,
          sent: sum('sent'),
          refused: sum('refused'),
          failures: sum('failures'),
        }
      },
      async stop() {
        await watch.stop()
        await service.stop()
      },
    }
  },
})

import type { Command } from 'commander'
import { isStanding, readBans } from '../../lib/account/listing-bans.ts'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import type { TradingState } from '../../lib/model/trading-state.ts'
import { switchTrading } from '../../lib/orders/switch-trading.ts'
import { nameAccount } from './name-account.ts'
import type { Terminal } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

interface SwitchOptions extends Record<string, unknown> {
  readonly reason?: string
}

interface Switch {
  readonly name: string
  readonly state: TradingState
  readonly summary: string
  readonly more: string
}

const longestReason = 500

const switches: readonly Switch[] = [
  {
    name: 'halt',
    state: 'halted',
    summary: 'Lets an account open and reduce nothing: stops stand, entries that rest are cancelled.',
    more: 'Positions stay as they are, with their stops; to leave them there is `sluice flatten`.',
  },
  {
    name: 'reduce',
    state: 'reducing',
    summary: 'Lets an account take no new risk: what reduces goes on, entries that rest are cancelled.',
    more: 'It also lets an account that was halted reduce again.',
  },
  {
    name: 'resume',
    state: 'active',
    summary: 'Lets an account trade again.',
    more: `Bans stay; \`sluice bans\` shows and lifts them. After a loss of Redis's data the state is missing, which means
halted; whatever is sent in the 24 h after it is set again is looked up at the venue first, so that nothing is sent twice.`,
  },
]

/** `sluice halt`, `sluice reduce` and `sluice resume` */
export function switchCommands(terminal: Terminal): Command[] {
  return switches.map((of) => {
    const command = createCommand(of.name, of.summary)
      .option('--reason <text>', 'why, for whoever looks at it later')
      .addHelpText(
        'after',
        `
It holds for every process at once, for what waits in queues too. ${of.more}

Examples:
  sluice ${of.name} --account main
  sluice ${of.name} --account main --reason "maintenance at the venue"`,
      )
      .action(async (options: SwitchOptions) => {
        const { reason = `sluice ${of.name}` } = options
        if (reason.length > longestReason)
          throw new ConfigError(
            `--reason must have ${longestReason} characters at most, had ${reason.length}`,
          )
        await withHub(configOf(options), async (hub) => {
          const account = await nameAccount(hub)
          for (const line of await turn(hub, account, of, reason)) terminal.line(line)
        })
      })
    return addSettings(command, ['account', ...commonSettings])
  })
}

async function turn(hub: Hub, of: AccountOf, { state }: Switch, reason: string): Promise<string[]> {
  const name = `${of.account} at ${of.venue}`
  const switched = await switchTrading(hub, of, state, reason)
  if (switched.outcome === 'refused') {
    process.exitCode = 1
    return [`${switched.reason}: sluice flatten --stop ends that`]
  }
  const { before } = switched
  const lines = [
    before === state
      ? `${name} was ${state} already`
      : `${name} was ${before ?? 'halted, its state was missing'}, is ${state}`,
  ]
  if (state !== 'active') return lines
  if (before === undefined)
    lines.push(
      'for 24 h whatever is sent is looked up at the venue first: earlier orders may have been forgotten',
    )
  const now = (await readVenueClock(hub, of.venue)).now()
  const banned = [...(await readBans(hub, of))].filter(([, ban]) => isStanding(ban, now))
  if (banned.length > 0)
    lines.push(`still banned: ${banned.map(([symbol, { reason: why }]) => `${symbol} (${why})`).join(', ')}`)
  return lines
}

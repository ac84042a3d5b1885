import type { Command } from 'commander'
import { isStanding, readBans } from '../../lib/account/listing-bans.ts'
import { liftBan } from '../../lib/account/loss-bans.ts'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { nameAccount } from './name-account.ts'
import { toTable } from './table.ts'
import type { Terminal } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

/** `sluice bans` */
export function bansCommand(terminal: Terminal): Command {
  const command = createCommand('bans', 'Shows what an account may not open and why, or lifts a ban.')
    .argument('[command]', 'lift')
    .argument('[symbols...]', 'ALL is the ban of the whole account')
    .addHelpText(
      'after',
      `
A ban that is lifted by hand forgets what was lost before for what it banned. Bans by the venue's listing end with it.

Examples:
  sluice bans --account main
  sluice bans lift BTCUSDT --account main
  sluice bans lift ALL --account main`,
    )
    .action(
      async (what: string | undefined, symbols: readonly string[], options: Record<string, unknown>) => {
        if (what !== undefined && what !== 'lift')
          throw new ConfigError(`unknown command "bans ${what}"; expected "bans" or "bans lift SYMBOL"`)
        if (what === 'lift' && symbols.length === 0) throw new ConfigError('bans lift needs a symbol, or ALL')
        await withHub(configOf(options), async (hub) => {
          const of = await nameAccount(hub)
          if (what === 'lift') await lift(terminal, hub, of, symbols)
          else await show(terminal, hub, of)
        })
      },
    )
  return addSettings(command, ['account', ...commonSettings])
}

async function show(terminal: Terminal, hub: Hub, of: AccountOf): Promise<void> {
  const now = (await readVenueClock(hub, of.venue)).now()
  const bans = [...(await readBans(hub, of))].filter(([, ban]) => isStanding(ban, now))
  if (bans.length === 0) return terminal.line(`nothing is banned in ${of.account} at ${of.venue}`)
  const columns = ['SYMBOL', 'SINCE, UTC', 'UNTIL, UTC', 'WHY'].map((title) => ({ title }))
  const rows = bans
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([symbol, { since, until, by, reason }]) => [
      symbol,
      toSecond(since),
      until !== null ? toSecond(until) : by === 'listing' ? 'the listing changes' : 'somebody lifts it',
      reason,
    ])
  for (const line of toTable(terminal, columns, rows)) terminal.line(line)
}

async function lift(terminal: Terminal, hub: Hub, of: AccountOf, symbols: readonly string[]): Promise<void> {
  const now = (await readVenueClock(hub, of.venue)).now()
  for (const typed of symbols) {
    const symbol = typed.toUpperCase()
    const ban = await liftBan(hub, of, symbol, now)
    if (ban === undefined || ban.by === 'listing') process.exitCode = 1
    if (ban === undefined) terminal.line(`${symbol} was not banned`)
    else if (ban.by === 'listing')
      terminal.line(`${symbol} stays banned by the venue's listing: ${ban.reason}`)
    else terminal.line(`${symbol} may be opened again; it was banned because: ${ban.reason}`)
  }
}

function toSecond(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

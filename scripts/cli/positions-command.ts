import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { readLadders } from '../../lib/orders/ladders.ts'
import { selectAccounts } from './select-accounts.ts'
import { toPositionsText } from './positions-text.ts'
import type { Terminal } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

interface PositionsOptions extends Record<string, unknown> {
  readonly sources?: boolean
  readonly flat?: boolean
  readonly json?: boolean
}

/** `sluice positions` */
export function positionsCommand(terminal: Terminal): Command {
  const command = createCommand('positions', "Shows an account's positions at the venue, and what is wrong.")
    .option('--sources', 'what each source said last, and how long ago')
    .option('--flat', 'the flat ones too')
    .option('--json', 'one line of JSON with all that is known of the account')
    .addHelpText(
      'after',
      `
Sizes are contracts, BASE is in the base asset, money in the quote asset, PROFIT by the mark price, STOPS how many rungs
of stops stand, and whether one closes the rest. Without --account all accounts at the venue are shown; what is on paper
shows \`sluice orders\`.

Examples:
  sluice positions
  sluice positions --account main --sources
  sluice positions --json | python3 -m json.tool`,
    )
    .action(async (options: PositionsOptions) => {
      const config = configOf(options)
      await withHub(config, async (hub) => {
        const accounts = await selectAccounts(hub)
        if (options.json === true) return terminal.line(JSON.stringify({ accounts }))
        const ladders = await Promise.all(
          accounts.map(async (of) => [of.account, await readLadders(hub, of)] as const),
        )
        for (const line of toPositionsText(terminal, accounts, new Map(ladders), options)) terminal.line(line)
      })
    })
  return addSettings(command, ['account', 'quoteAssets', ...commonSettings])
}

import { createCommand, runCommandLine } from '../../lib/hub/command-line.ts'
import { alertCommand } from './alert-command.ts'
import { backfillCommand } from './backfill-command.ts'
import { bansCommand } from './bans-command.ts'
import { balancesCommand } from './balances-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { exportCommand } from './export-command.ts'
import { flattenCommand } from './flatten-command.ts'
import { klinesCommand } from './klines-command.ts'
import { ordersCommand } from './orders-command.ts'
import { positionsCommand } from './positions-command.ts'
import { redisCliCommand } from './redis-cli-command.ts'
import { showConfigCommand } from './show-config-command.ts'
import { statusCommand } from './status-command.ts'
import { switchCommands } from './switch-command.ts'
import { completeSymbols, symbolsCommand } from './symbols-command.ts'
import { openTerminal } from './terminal.ts'

const terminal = openTerminal(process.stdout, process.env)

const program = createCommand('sluice', 'Market data, account truth and risk for perpetual futures on Redis.')
  .enablePositionalOptions()
  .addHelpText(
    'after',
    `
Redis is the one of ./scripts/up in this checkout, or REDIS_URL where that is set. Settings come from flags, from
SLUICE_* in the environment, or from sluice.json. Exit codes: 0 done, 1 something is wrong, 2 typed wrongly.`,
  )
const commands = [
  statusCommand(terminal),
  symbolsCommand(terminal),
  klinesCommand(terminal),
  ordersCommand(terminal),
  positionsCommand(terminal),
  balancesCommand(terminal),
  exportCommand(terminal),
  backfillCommand(terminal),
  ...switchCommands(terminal),
  flattenCommand(terminal),
  bansCommand(terminal),
  alertCommand(terminal),
  showConfigCommand(terminal, process.env['REDIS_URL']),
  doctorCommand(terminal),
  redisCliCommand(process.env),
]
for (const command of commands) program.addCommand(command)

void runCommandLine('sluice', async () => {
  const args = completeSymbols(process.argv.slice(2))
  if (args.length === 0) terminal.write(program.helpInformation())
  else await program.parseAsync(args, { from: 'user' })
}).then(() => {
  // A library's idle socket or timer must not keep a finished command, and nothing that it said may be lost.
  process.stdout.write('', () => process.exit())
})

import type { Command } from 'commander'
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
import type { Terminal } from './terminal.ts'

/**
 * Runs what was typed after `sluice`, and leaves its exit code in the process. `environment` is the process's own, which
 * the settings are read from, too.
 */
export async function runSluice(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  const program = createProgram(environment, terminal)
  await runCommandLine('sluice', async () => {
    const completed = completeSymbols(args)
    if (completed.length === 0) terminal.write(program.helpInformation())
    else await program.parseAsync(completed, { from: 'user' })
  })
}

// One per run, since a command keeps the options that it has parsed.
function createProgram(environment: NodeJS.ProcessEnv, terminal: Terminal): Command {
  const program = createCommand(
    'sluice',
    'Market data, account truth and risk for perpetual futures on Redis.',
  )
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
    showConfigCommand(terminal, environment['REDIS_URL']),
    doctorCommand(terminal),
    redisCliCommand(environment),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}

import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { SettingName } from '../../lib/hub/settings.ts'
import { listSymbols } from './list-symbols.ts'
import { switchSymbols } from './switch-symbols.ts'
import type { Terminal } from './terminal.ts'
import { configOf } from './with-hub.ts'

const filters: readonly SettingName[] = ['quoteAssets', 'underlyings', 'minQuoteVolume', 'symbolLimit']

/** `symbols` alone lists. Commander's own default command would take a misspelt command for an argument of `list`. */
export function completeSymbols(args: readonly string[]): string[] {
  const [first, second = ''] = args
  const named = !second.startsWith('-') && second !== ''
  const helped = ['-h', '--help'].includes(second)
  return first === 'symbols' && !named && !helped ? ['symbols', 'list', ...args.slice(1)] : [...args]
}

/** `sluice symbols` with its three commands. */
export function symbolsCommand(terminal: Terminal): Command {
  const list = createCommand('list', 'Shows what is followed; with --all also why the others are not.')
    .option('--all', 'every symbol of the venue')
    .action((options: Record<string, unknown>) =>
      listSymbols(terminal, configOf(options), options['all'] === true),
    )
  const disable = createCommand('disable', 'Switches symbols off; they stay off until they are enabled.')
    .argument('<symbols...>', 'such as BTCUSDT ETHUSDT')
    .action((symbols: string[], options: Record<string, unknown>) =>
      switchSymbols(terminal, configOf(options), symbols, 'off'),
    )
  const enable = createCommand('enable', 'Switches symbols on again that were switched off.')
    .argument('<symbols...>', 'such as BTCUSDT ETHUSDT')
    .action((symbols: string[], options: Record<string, unknown>) =>
      switchSymbols(terminal, configOf(options), symbols, 'on'),
    )
  const command = createCommand(
    'symbols',
    'Lists the symbols that are followed, and switches them off and on.',
  )
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
disable and enable write the file of hand-kept lists (symbols.json; another one by --symbols-file). The symbol-cursor
looks at it each second.

Examples:
  sluice symbols
  sluice symbols --all
  sluice symbols disable DOGEUSDT SHIBUSDT
  sluice symbols enable DOGEUSDT`,
    )
  command.addCommand(addSettings(list, [...commonSettings, 'symbolsFile', ...filters]))
  for (const each of [disable, enable])
    command.addCommand(addSettings(each, [...commonSettings, 'symbolsFile', ...filters]))
  return command
}

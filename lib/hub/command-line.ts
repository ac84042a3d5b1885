import { Command, CommanderError, Option } from 'commander'
import { ConfigError, describeError } from '../model/errors.ts'
import { hideSecrets } from '../model/secrets.ts'
import { flagOf, settings } from './settings.ts'
import type { Setting, SettingName } from './settings.ts'

/** Settings that every command takes. */
export const commonSettings: readonly SettingName[] = [
  'exchange',
  'exchangeUrl',
  'exchangeUrlOkx',
  'exchangeUrlBybit',
  'namespace',
  'dataDir',
  'logLevel',
  'rate',
]

/** A command whose usage errors are sentences on standard error. */
export function createCommand(name: string, summary: string): Command {
  return configure(new Command(name).description(summary))
}

/** Makes a command, or a subcommand, end with one sentence and no usage text when it is typed wrongly. */
export function configure(command: Command): Command {
  return command
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .helpOption('-h, --help', 'show this help')
}

/**
 * Adds a flag for each of the settings that is no secret; a yes-or-no one takes a value only if it is given one
 * (`--allow-actions`, `--allow-actions false`). What is typed is read by `readConfig`.
 */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { help, fallback, kind, secret }: Setting<unknown> = settings[name]
    if (secret === true) continue
    const shown = Array.isArray(fallback) ? fallback.join(',') : kind === 'json' ? '' : String(fallback)
    const value = kind === 'boolean' ? '[true|false]' : '<value>'
    command.addOption(
      new Option(`${flagOf(name)} ${value}`, shown === '' ? help : `${help} (default: ${shown})`),
    )
  }
  return command
}

/** The settings among a command's parsed options. */
export function settingFlags(options: Record<string, unknown>): Partial<Record<SettingName, string>> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      if (!Object.hasOwn(settings, name)) return []
      return typeof value === 'string' ? [[name, value]] : value === true ? [[name, 'true']] : []
    }),
  )
}

/**
 * Runs a command line to its exit code: 0; 2 with one sentence for a user's mistake; 1 with the error for a fault of
 * ours. `who` begins the sentence.
 */
export async function runCommandLine(who: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return
      fail(who, error.message.replace(/^error: /, ''), 2)
    } else if (error instanceof ConfigError) {
      fail(who, error.message, 2)
    } else {
      fail(who, error instanceof Error ? (error.stack ?? describeError(error)) : String(error), 1)
    }
  }
}

function fail(who: string, sentence: string, code: number): void {
  const line = `${who}: ${sentence.trim().replace(/\n(?=\(Did you mean)/, ' ')}\n`
  process.stderr.write(hideSecrets(line))
  process.exitCode = code
}

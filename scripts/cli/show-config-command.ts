import type { Command } from 'commander'
import { addSettings, createCommand, settingFlags } from '../../lib/hub/command-line.ts'
import { readConfig } from '../../lib/hub/config.ts'
import type { SourcedValue } from '../../lib/hub/config.ts'
import { findRedis } from '../../lib/hub/redis-endpoint.ts'
import { settings } from '../../lib/hub/settings.ts'
import type { Config, Setting, SettingName } from '../../lib/hub/settings.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { toTable } from './table.ts'
import type { Terminal } from './terminal.ts'

const mask = '••••••'

/** `sluice show-config`; `redisUrl` is REDIS_URL as the environment has it. */
export function showConfigCommand(terminal: Terminal, redisUrl: string | undefined): Command {
  const command = createCommand('show-config', 'Shows every setting, its value and where that came from.')
    .option('--json', 'one line of JSON')
    .addHelpText(
      'after',
      `
A flag comes before SLUICE_* in the environment, that before sluice.json (or the file that SLUICE_CONFIG names), and
that before the default. Secrets are not shown.

Examples:
  sluice show-config
  SLUICE_CONCURRENCY=16 sluice show-config --share 0.5`,
    )
    .action((options: Record<string, unknown>) => {
      const { config, sources } = readConfig(settingFlags(options))
      const shown = [
        ...sources.map((each) => ({ ...each, value: toShown(each) })),
        { name: 'Redis', ...toRedis(config, redisUrl) },
      ]
      if (options['json'] === true) return terminal.line(JSON.stringify(shown))
      const columns = [{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'FROM' }]
      const rows = shown.map(({ name, value, source }) => [
        name,
        toText(value),
        { text: source, tone: source === 'default' ? ('quiet' as const) : undefined },
      ])
      for (const line of toTable(terminal, columns, rows)) terminal.line(line)
    })
  return addSettings(command, Object.keys(settings) as SettingName[])
}

function toShown({ name, value }: SourcedValue): unknown {
  const setting: Setting<unknown> = settings[name]
  return setting.secret === true && value !== '' ? mask : value
}

function toText(value: unknown): string {
  if (value === '' || value === null || (Array.isArray(value) && value.length === 0)) return '(empty)'
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function toRedis(config: Config, redisUrl: string | undefined): { value: string; source: string } {
  try {
    const { host, port, db, username, password } = findRedis(config)
    const login = password === undefined ? '' : `${username ?? ''}:${mask}@`
    const value = `redis://${login}${host}:${port}${db === undefined || db === 0 ? '' : `/${db}`}`
    return {
      value,
      source: redisUrl === undefined || redisUrl === '' ? 'the private server of ./scripts/up' : 'REDIS_URL',
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { value: '(none)', source: error.message }
  }
}

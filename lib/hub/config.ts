import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '../model/errors.ts'
import { isKeyName } from './account-keys.ts'
import { projectRoot } from './project-root.ts'
import { readSecretsFile } from './secrets-file.ts'
import { environmentNameOf, flagOf, settings } from './settings.ts'
import type { Config, Setting, SettingName } from './settings.ts'

/** A setting's value and where it came from, in words. */
export interface SourcedValue {
  readonly name: SettingName
  readonly value: unknown
  readonly source: string
}

const names = Object.keys(settings) as SettingName[]
// Names of the environment that are not settings: where the files of settings and of secrets are. Those of keys are known
// by their form.
const otherEnvironment = new Set(['SLUICE_CONFIG', 'SLUICE_SECRETS'])

/**
 * The configuration from flags (as typed, by setting name), the environment, sluice.json and the defaults, in that
 * order; secrets from the environment, then the file that SLUICE_SECRETS names. Throws ConfigError for an unknown key or a value that does not fit, naming where it stands.
 */
export function readConfig(
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  environment: NodeJS.ProcessEnv = process.env,
): { config: Config; sources: SourcedValue[] } {
  const { path, values: file } = readFile(environment)
  refuseUnknown(Object.keys(file), names, `key in ${path}`)
  refuseSecrets(Object.keys(file) as SettingName[], path)
  const secrets = readSecretsFile(environment['SLUICE_SECRETS'])
  refuseUnknown(Object.keys(secrets.values), names.filter(isSecret), `secret in ${secrets.path}`)
  refuseUnknown(
    Object.keys(environment).filter(
      (key) => key.startsWith('SLUICE_') && !otherEnvironment.has(key) && !isKeyName(key),
    ),
    names.map(environmentNameOf),
    'environment variable',
  )
  const sources = names.map((name): SourcedValue => {
    const setting: Setting<unknown> = settings[name]
    const environmentName = environmentNameOf(name)
    const flag = flags[name]
    if (flag !== undefined) return judge(name, setting, toValue(setting, flag), flagOf(name), flag)
    const text = environment[environmentName]
    if (text !== undefined && text !== '')
      return judge(name, setting, toValue(setting, text), environmentName, text)
    if (Object.hasOwn(file, name)) return judge(name, setting, file[name], `"${name}" in ${path}`)
    if (Object.hasOwn(secrets.values, name))
      return judge(name, setting, secrets.values[name], `"${name}" in ${secrets.path}`)
    return { name, value: setting.fallback, source: 'default' }
  })
  const config = Object.fromEntries(sources.map(({ name, value }) => [name, value])) as Config
  return { config: Object.freeze({ ...config, exchangeUrl: exchangeUrlOf(config) }), sources }
}

/** The address that stands in for the venue of the configuration: its own, or else the one for any. */
function exchangeUrlOf(config: Config): string {
  const name = `exchangeUrl${config.exchange.charAt(0).toUpperCase()}${config.exchange.slice(1)}`
  const own = (config as Readonly<Record<string, unknown>>)[name]
  return typeof own === 'string' && own !== '' ? own : config.exchangeUrl
}

function judge(
  name: SettingName,
  setting: Setting<unknown>,
  value: unknown,
  source: string,
  text?: string,
): SourcedValue {
  const result = setting.schema.safeParse(value)
  if (result.success) return { name, value: result.data, source }
  const found = setting.secret === true ? 'something else' : `"${text ?? JSON.stringify(value)}"`
  const issue = result.error.issues[0]
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  const problem = issue?.message ?? 'another value'
  throw new ConfigError(`${source} does not fit (${setting.help}): ${place}${problem}, was ${found}`)
}

function toValue(setting: Setting<unknown>, text: string): unknown {
  switch (setting.kind) {
    case 'text':
      return text
    case 'number':
      return text.trim() === '' ? text : Number(text)
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    case 'list':
      return text.split(',').map((part) => part.trim())
    case 'json':
      return fromJson(text)
  }
}

// What is no JSON stays text, which the setting's schema then refuses.
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readFile(environment: NodeJS.ProcessEnv): { path: string; values: Record<string, unknown> } {
  const named = environment['SLUICE_CONFIG']
  const path = named === undefined || named === '' ? resolve(projectRoot(), 'sluice.json') : resolve(named)
  if (!existsSync(path)) {
    if (named !== undefined && named !== '')
      throw new ConfigError(`SLUICE_CONFIG names ${path}, which does not exist`)
    return { path, values: {} }
  }
  const values = parseJson(path)
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ConfigError(`${path} must hold a JSON object`)
  }
  return { path, values: values as Record<string, unknown> }
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${path} must hold JSON: ${(error as Error).message}`, { cause: error })
  }
}

function isSecret(name: SettingName): boolean {
  return (settings[name] as Setting<unknown>).secret === true
}

function refuseSecrets(found: readonly SettingName[], path: string): void {
  const secret = found.find(isSecret)
  if (secret === undefined) return
  throw new ConfigError(
    `"${secret}" is a secret: expected it in ${environmentNameOf(secret)} or the file that SLUICE_SECRETS names, found it in ${path}`,
  )
}

function refuseUnknown(found: readonly string[], known: readonly string[], what: string): void {
  const unknown = found.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const near = nearest(unknown, known)
  throw new ConfigError(
    `unknown ${what}: "${unknown}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  )
}

/** The known name that takes the fewest edits from `text`, if few. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, edits: editDistance(text.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)[0]
  return ranked !== undefined && ranked.edits <= Math.max(2, text.length / 3) ? ranked.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

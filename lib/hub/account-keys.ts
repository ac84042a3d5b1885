import { resolve } from 'node:path'
import * as z from 'zod'
import { closeKeys } from '../model/account-keys.ts'
import type { AccountKeys } from '../model/account-keys.ts'
import { ConfigError } from '../model/errors.ts'
import { projectRoot } from './project-root.ts'
import { readOwnFile } from './read-own-file.ts'
import type { Config } from './settings.ts'

const someText = z.string().min(1)
const fileSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.strictObject({ key: someText, secret: someText, passphrase: z.string().optional() }),
  ),
)

/**
 * The keys of an account: from the environment (`SLUICE_KEY_MAIN` and `SLUICE_SECRET_MAIN` for `main`, and
 * `SLUICE_PASSPHRASE_MAIN` where the venue asks for one), else from the
 * file that `keysFile` names, which only its owner may read. Throws ConfigError, which shows nothing of them.
 */
export function readAccountKeys(
  config: Pick<Config, 'keysFile'>,
  venue: string,
  account: string,
  environment: NodeJS.ProcessEnv = process.env,
): AccountKeys {
  const [forKey, forSecret] = [keyName('KEY', account), keyName('SECRET', account)]
  const [key, secret] = [environment[forKey] ?? '', environment[forSecret] ?? '']
  if (key !== '' && secret !== '') return closeKeys(key, secret, environment[keyName('PASSPHRASE', account)])
  if (key !== '' || secret !== '') {
    const [there, absent] = key !== '' ? [forKey, forSecret] : [forSecret, forKey]
    throw new ConfigError(`${there} is set and ${absent} is not: expected both`)
  }
  const path = resolve(projectRoot(), config.keysFile)
  const found = readKeysFile(path)?.[venue]?.[account]
  if (found !== undefined) return closeKeys(found.key, found.secret, found.passphrase)
  throw new ConfigError(
    `no keys of account "${account}" at ${venue}: expected ${forKey} and ${forSecret}, or "${venue}": {"${account}": {"key", "secret"}} in ${path}`,
  )
}

/** Whether a name of the environment is one that keys are read from. */
export function isKeyName(name: string): boolean {
  return /^SLUICE_(?:KEY|SECRET|PASSPHRASE)_[A-Z0-9_]+$/.test(name)
}

/** Where the environment holds a part of an account's keys: `SLUICE_KEY_MAIN_2` for `main-2`. */
export function keyName(part: 'KEY' | 'SECRET' | 'PASSPHRASE', account: string): string {
  return `SLUICE_${part}_${account.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
}

function readKeysFile(path: string): z.infer<typeof fileSchema> | undefined {
  const text = readOwnFile(path)
  if (text === undefined) return undefined
  // What is wrong with it is told without the parser's words, which quote the text.
  const result = fileSchema.safeParse(parse(text))
  if (result.success) return result.data
  throw new ConfigError(`${path} must hold {"VENUE": {"ACCOUNT": {"key", "secret"}}} and nothing else`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

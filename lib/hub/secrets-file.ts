import { resolve } from 'node:path'
import { ConfigError } from '../model/errors.ts'
import { readOwnFile } from './read-own-file.ts'

/**
 * The secrets in a JSON file that its owner alone may read (mode 600); none when no file is named. Throws ConfigError
 * when it cannot be used; what it holds is in no message.
 */
export function readSecretsFile(named: string | undefined): {
  path: string
  values: Record<string, unknown>
} {
  if (named === undefined || named === '') return { path: '', values: {} }
  const path = resolve(named)
  const text = readOwnFile(path)
  if (text === undefined) throw new ConfigError(`SLUICE_SECRETS names ${path}, which does not exist`)
  const values = parse(text)
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new ConfigError(`${path} must hold a JSON object of secrets`)
  return { path, values: values as Record<string, unknown> }
}

// What a parser says of a text quotes it.
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

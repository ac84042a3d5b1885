import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { ConfigError } from '../model/errors.ts'

// Everybody but the owner.
const others = 0o077

/**
 * The text of a file that is its owner's alone; undefined when there is none. Throws ConfigError when others may read
 * it, too.
 */
export function readOwnFile(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError(`${path} cannot be read: ${code}`, { cause: error })
  }
  try {
    const mode = fstatSync(file).mode & 0o777
    if ((mode & others) !== 0)
      throw new ConfigError(
        `${path} must be its owner's alone: expected mode 600 (chmod 600 ${path}), found ${mode.toString(8)}`,
      )
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { projectRoot } from '../hub/project-root.ts'
import type { Config } from '../hub/settings.ts'
import { ConfigError } from '../model/errors.ts'

const schema = z.strictObject({
  allow: z.array(z.string().min(1)).default([]),
  deny: z.array(z.string().min(1)).default([]),
})

/** The hand-kept lists of symbols: with an empty `allow` every symbol may be followed. */
export type SymbolLists = z.infer<typeof schema>

/** Where the hand-kept lists stand. */
export function symbolsFilePath(config: Pick<Config, 'symbolsFile'>): string {
  return resolve(projectRoot(), config.symbolsFile)
}

/** The lists in the file, both empty where there is no file; throws ConfigError when it has another form. */
export function readSymbolsFile(path: string): SymbolLists {
  if (!existsSync(path)) return { allow: [], deny: [] }
  const expected = `${path} must be like {"allow": [], "deny": ["BTCUSDT"]}`
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${expected}, and is no JSON: ${(error as Error).message}`, { cause: error })
  }
  const lists = schema.safeParse(value)
  if (!lists.success) {
    const issue = lists.error.issues[0]
    throw new ConfigError(
      `${expected}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'has another form'}`.trim(),
    )
  }
  return lists.data
}

/** Writes the lists in one step: a reader sees the old file or the new one. */
export function writeSymbolsFile(path: string, lists: SymbolLists): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(lists, null, 2)}\n`)
  renameSync(temporary, path)
}

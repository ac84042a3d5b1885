import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { importModule } from '../../lib/hub/import-module.ts'
import type { Strategy, StrategyExport } from '../../lib/orders/strategy.ts'
import { ConfigError, describeError } from '../../lib/model/errors.ts'
import { intervals } from '../../lib/model/timeframe.ts'
import { strategy as example } from './example-strategy.ts'

const shape = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, dot, dash and underscore'),
  intervals: z.array(z.enum(intervals as [string, ...string[]])).min(1),
  onChange: z.function(),
  onStart: z.function().optional(),
  onFill: z.function().optional(),
  onStop: z.function().optional(),
})

/**
 * The strategy that a file exports, or the bundled example for an empty path, made with the options given.
 */
export async function loadStrategy(
  path: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Strategy> {
  const exported = path === '' ? example : await importStrategy(path)
  const strategy = make(exported, options, path)
  const checked = shape.safeParse(strategy)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    throw new ConfigError(
      `the strategy of ${nameOf(path)} does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    )
  }
  return strategy
}

async function importStrategy(path: string): Promise<StrategyExport> {
  const file = resolve(path)
  if (!existsSync(file)) throw new ConfigError(`--strategy names ${file}, which does not exist`)
  let module: { strategy?: StrategyExport }
  try {
    module = (await importModule(file)) as { strategy?: StrategyExport }
  } catch (error) {
    throw new ConfigError(`${file} cannot be loaded: ${describeError(error)}`, { cause: error })
  }
  if (module.strategy === undefined) {
    const found = Object.keys(module).join(', ')
    throw new ConfigError(`${file} must export \`strategy\`, exports ${found === '' ? 'nothing' : found}`)
  }
  return module.strategy
}

function make(exported: StrategyExport, options: Readonly<Record<string, unknown>>, path: string): Strategy {
  if (typeof exported === 'function') {
    try {
      return exported(options)
    } catch (error) {
      throw new ConfigError(`${nameOf(path)} refused its options: ${describeError(error)}`, { cause: error })
    }
  }
  if (Object.keys(options).length === 0) return exported
  throw new ConfigError(`${nameOf(path)} takes no options, was given ${Object.keys(options).join(', ')}`)
}

function nameOf(path: string): string {
  return path === '' ? 'the example strategy' : path
}

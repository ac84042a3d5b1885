import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { importModule } from '../hub/import-module.ts'
import type { Log } from '../hub/log.ts'
import { projectRoot } from '../hub/project-root.ts'
import { ConfigError, describeError } from '../model/errors.ts'
import type { HotCondition } from '../model/hot-condition.ts'
import type { HotFacts } from './hot-facts.ts'
import type { ModuleJudge } from './hot-reason.ts'

/** What a file with a condition of one's own exports. It is called often, so it must be quick, and it cannot wait. */
export interface HotModule {
  isHot(facts: HotFacts): boolean
}

/** The functions of the files that a condition names. */
export interface HotModules {
  /** what throws, or answers with neither true nor false, judges false */
  readonly judge: ModuleJudge
  /** how often that was */
  errors(): number
}

/**
 * Loads the files that a condition names, by their paths from the project's folder; ConfigError when one is absent,
 * does not load or exports no `isHot`. The first exception of each is logged.
 */
export async function loadHotModules(condition: HotCondition | null, log: Log): Promise<HotModules> {
  const modules = new Map<string, HotModule>()
  for (const path of modulePaths(condition)) modules.set(path, await loadModule(path))
  const told = new Set<string>()
  let errors = 0
  return {
    judge(path, facts) {
      try {
        return requireBoolean(modules.get(path)?.isHot(facts))
      } catch (error) {
        errors += 1
        if (!told.has(path))
          log.error(
            { path, err: error },
            'isHot threw; that symbol is not hot, and further errors are counted',
          )
        told.add(path)
        return false
      }
    },
    errors: () => errors,
  }
}

function requireBoolean(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  // Nobody waits for it, so its rejection would end the process.
  if (answer instanceof Promise) answer.catch(() => {})
  throw new TypeError(
    `isHot must give true or false, gave ${answer instanceof Promise ? 'a promise' : typeof answer}`,
  )
}

async function loadModule(path: string): Promise<HotModule> {
  const file = resolve(projectRoot(), path)
  if (!existsSync(file)) throw new ConfigError(`hotLane names ${file}, which does not exist`)
  let loaded: Partial<HotModule>
  try {
    loaded = (await importModule(file)) as Partial<HotModule>
  } catch (error) {
    throw new ConfigError(`hotLane names ${file}, which does not load: ${describeError(error)}`, {
      cause: error,
    })
  }
  if (typeof loaded.isHot === 'function') return loaded as HotModule
  const found = Object.keys(loaded).join(', ') || 'nothing'
  throw new ConfigError(`${file} must export a function isHot(facts), exports ${found}`)
}

function modulePaths(condition: HotCondition | null): string[] {
  if (condition === null) return []
  if ('all' in condition) return condition.all.flatMap(modulePaths)
  if ('any' in condition) return condition.any.flatMap(modulePaths)
  return 'module' in condition ? [condition.module] : []
}

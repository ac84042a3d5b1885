import { readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'

/**
 * The test files to run, as paths from the project's folder, and what is left of the arguments for mocha. Arguments
 * that name test files or folders of them, from `folder`, choose; without any, all run.
 */
export function selectTests(
  args: readonly string[],
  folder: string,
): { files: string[]; mochaArguments: string[] } {
  const root = projectRoot()
  const chosen: string[] = []
  const mochaArguments: string[] = []
  for (const argument of args) {
    const named = testsAt(root, resolve(folder, argument))
    if (named.length === 0) mochaArguments.push(argument)
    else chosen.push(...named)
  }
  const files = chosen.length > 0 ? chosen : testsAt(root, join(root, 'test'))
  return { files: [...new Set(files)].toSorted(), mochaArguments }
}

function testsAt(root: string, path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  const files = found.isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file))
    : [path]
  return files.map((file) => relative(root, file)).filter((file) => /^test\/.*\.test\.ts$/.test(file))
}

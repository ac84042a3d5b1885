import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test, gone after it. */
export interface TestFolder {
  path(): string
  /** writes a file there, whole at any time, and gives its path */
  write(name: string, text: string): string
}

/** Makes a folder for each test of the enclosing `describe`. */
export function withFolder(): TestFolder {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  return folderAt(() => folder)
}

/** Makes one folder for all tests of the enclosing `describe`, which is there from now on. */
export function withSharedFolder(): TestFolder {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folderAt(() => folder)
}

function folderAt(path: () => string): TestFolder {
  return {
    path,
    write(name, text) {
      const file = join(path(), name)
      writeFileSync(`${file}.draft`, text)
      renameSync(`${file}.draft`, file)
      return file
    },
  }
}

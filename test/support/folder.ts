import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test, gone after it. */
export interface TestFolder {
  path(): string
  /** writes a file there and gives its path */
  write(name: string, text: string): string
}

/** Makes a folder for each test of the enclosing `describe`. */
export function withFolder(): TestFolder {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  return {
    path: () => folder,
    write(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
  }
}

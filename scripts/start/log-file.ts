import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A file of lines that never grows beyond a bound. */
export interface LogFile {
  readonly path: string
  write(line: string): void
  close(): void
}

// The file and the one before it.
const mostBytes = 25_000_000

/** Starts `path` anew; when it is full it becomes `path.1` and a new one begins. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  rmSync(`${path}.1`, { force: true })
  let file = openSync(path, 'w')
  let bytes = 0
  return {
    path,
    write(line) {
      try {
        if (bytes > mostBytes) {
          closeSync(file)
          renameSync(path, `${path}.1`)
          file = openSync(path, 'w')
          bytes = 0
        }
        bytes += writeSync(file, `${line}\n`)
      } catch {
        // A full disk must not end what is logged.
      }
    },
    close: () => closeSync(file),
  }
}

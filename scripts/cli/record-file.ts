import { closeSync, existsSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { ConfigError } from '../../lib/model/errors.ts'
import { recordIdIn } from './record-text.ts'

/** A file that records are appended to. */
export interface RecordFile {
  /** the last record that is in it; undefined: none is */
  readonly last: string | undefined
  readonly isEmpty: boolean
  append(text: string): void
  close(): void
}

// No line is longer: texts in a journal are cut before.
const tailBytes = 1 << 20

/**
 * Opens a file to go on with: a last line that was not written to its end is taken away. Throws ConfigError for a file that
 * cannot be written, or that is none of ours; `head` is what one begins with.
 */
export function openRecordFile(path: string, head: string): RecordFile {
  const file = open(path)
  const { size } = fstatSync(file)
  const tail = Buffer.alloc(Math.min(size, tailBytes))
  readSync(file, tail, 0, tail.length, size - tail.length)
  const end = tail.lastIndexOf(10) + 1
  const lines = tail
    .subarray(0, end)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
  const last = lines.length === 0 ? undefined : recordIdIn(lines.at(-1) ?? '')
  const isHeadAlone = lines.length === 1 && `${lines[0]}\n` === head
  if (size > 0 && end > 0 && last === undefined && !isHeadAlone) {
    closeSync(file)
    throw new ConfigError(
      `--out must name a new file or one of this command's, and the last line of ${path} has no record`,
    )
  }
  ftruncateSync(file, size - tail.length + end)
  let at = size - tail.length + end
  return {
    last,
    isEmpty: at === 0,
    append(text) {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, undefined, at + done)
      at += bytes.length
    },
    close: () => closeSync(file),
  }
}

function open(path: string): number {
  try {
    return openSync(path, existsSync(path) ? 'r+' : 'w+')
  } catch (error) {
    throw new ConfigError(`--out must name a file that can be written: ${(error as Error).message}`)
  }
}

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether a process is a Redis or Valkey server on a port, which it tells in its command line. */
export function isServerOn(pid: number, port: number): boolean {
  const line = commandLineOf(pid)
  return /redis|valkey/.test(line) && line.includes(`:${port}`)
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
  }
}

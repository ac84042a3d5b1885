import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A living process. */
export interface Process {
  readonly pid: number
  readonly commandLine: string
}

/** True where the system tells of every process in /proc. */
export const canSeeProcesses = process.platform === 'linux'

/**
 * Every living process that has to do with a folder: its command line or environment names it, or it works there (a
 * Redis, which writes its title over its environment).
 */
export function processesOf(folder: string): Process[] {
  // Callers end what they find: a text that every process holds must never get here.
  if (!/\/sluice-[\w-]+$/.test(folder)) throw new Error(`expected a folder of a test, was "${folder}"`)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const commandLine = read(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'))
      const environment = read(() => readFileSync(`/proc/${name}/environ`, 'utf8'))
      const place = read(() => readlinkSync(`/proc/${name}/cwd`))
      // A process that has ended and was not reaped yet has none of these.
      const found = [commandLine, environment, place].some((text) => text.includes(folder))
      return found ? [{ pid: Number(name), commandLine: commandLine.replaceAll('\0', ' ').trim() }] : []
    })
}

function read(from: () => string): string {
  try {
    return from()
  } catch {
    return ''
  }
}

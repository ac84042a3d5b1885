import { readFileSync } from 'node:fs'

/** What a process has used. */
export interface ProcessUsage {
  /** ms of the processor's time, all its threads together, in user and in system mode */
  readonly cpuMs: number
  readonly rssMb: number
}

// A tick of /proc is a hundredth of a second on every Linux, whatever the kernel's own is.
const tickMs = 10

/** Of a living process, from Linux's /proc. */
export function readUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  const told = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { cpuMs: (user + system) * tickMs, rssMb: (Number(told) * 1_024) / 1e6 }
}

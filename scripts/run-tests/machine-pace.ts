import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'

// Real ms in which the command line tells its help on a usual machine.
const usualStartMs = 105
const withinMs = 10_000
const starts = 4

/**
 * How fast this machine is beside a usual one, from above 0 to 1, by the time that it takes to start a program. Tests start
 * some hundreds, and on a slow machine those that run at the same time starve one another.
 */
export function readMachinePace(): number {
  let fastestMs = Infinity
  for (let i = 0; i < starts; i++) {
    const startedAt = performance.now()
    spawnSync(process.execPath, [join(projectRoot(), 'scripts', 'sluice.js'), '--help'], {
      timeout: withinMs,
    })
    fastestMs = Math.min(fastestMs, performance.now() - startedAt)
  }
  return Math.min(1, usualStartMs / fastestMs)
}

import { cpus } from 'node:os'

/** Measures from now on; gives the part of all cores that was busy until it is called. */
export function measureCpu(): () => number {
  const before = busyTime()
  return () => {
    const { busy, all } = busyTime()
    return (busy - before.busy) / (all - before.all)
  }
}

function busyTime(): { busy: number; all: number } {
  let [busy, all] = [0, 0]
  for (const { times } of cpus()) {
    const spent = times.user + times.nice + times.sys + times.irq
    busy += spent
    all += spent + times.idle
  }
  return { busy, all }
}

import type { Log } from './log.ts'

// Real ms.
const onceEveryMs = 60_000
const mostMessages = 1_000

/** Says a message at once, and what repeats it within a minute as a count with the next one. */
export function foldLog(log: Log): (message: string, fields: Readonly<Record<string, unknown>>) => void {
  const told = new Map<string, { at: number; repeats: number }>()
  return (message, fields) => {
    const before = told.get(message)
    if (before !== undefined && Date.now() - before.at < onceEveryMs) {
      before.repeats += 1
      return
    }
    if (told.size >= mostMessages) told.clear()
    told.set(message, { at: Date.now(), repeats: 0 })
    log.warn(
      { ...fields, ...(before === undefined || before.repeats === 0 ? {} : { repeated: before.repeats }) },
      message,
    )
  }
}

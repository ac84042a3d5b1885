import type { Kept } from './keep-running.ts'
import type { Screen } from './screen.ts'

/** What was started, in order, so that it can be ended in the opposite order. */
export interface Stages {
  /** programs that end at the same time */
  add(...programs: Kept[]): void
  /** what is to be done once every program has ended */
  afterwards(close: () => Promise<void> | void): void
  readonly isEmpty: () => boolean
  stop(): Promise<void>
}

/** How long all programs together have for an orderly end, in real ms. */
const patienceMs = 10_000

/** Nothing started yet. Whatever has not ended in good time, or when `hurry` is aborted, is killed. */
export function openStages(hurry: AbortSignal, screen: Screen): Stages {
  const stages: Kept[][] = []
  const closers: (() => Promise<void> | void)[] = []
  return {
    add: (...programs) => void stages.push(programs),
    afterwards: (close) => void closers.push(close),
    isEmpty: () => stages.length + closers.length === 0,
    async stop() {
      const left = new Set(stages.flat())
      const kill = (why: string) => {
        if (left.size === 0) return
        screen.say(`${why}: ${[...left].map(({ name }) => name).join(', ')}.`)
        for (const each of left) each.kill()
      }
      const late = setTimeout(() => kill(`Not ended within ${patienceMs / 1000} s, so killed`), patienceMs)
      const onHurry = () => kill('Killed')
      if (hurry.aborted) onHurry()
      else hurry.addEventListener('abort', onHurry)
      for (const stage of stages.toReversed()) {
        await Promise.all(
          stage.map(async (each) => {
            await each.stop()
            left.delete(each)
          }),
        )
      }
      clearTimeout(late)
      hurry.removeEventListener('abort', onHurry)
      for (const close of closers.toReversed()) await close()
    },
  }
}

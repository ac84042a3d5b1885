/** Something that is looked at again and again. */
export interface LookLoop {
  /** looks now instead of at the next time */
  wake(): void
  /** resolves when the last look is over */
  stop(): Promise<void>
}

/** Looks every `everyMs`, real ms, one look after the other, the first at once. `look` must not throw. */
export function startLooking(everyMs: number, look: () => Promise<void> | void): LookLoop {
  let stopped = false
  let awake = false
  let resume = () => {}

  async function run(): Promise<void> {
    while (!stopped) {
      awake = false
      await look()
      if (awake || stopped) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs)
        resume = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const ended = run()
  return {
    wake() {
      awake = true
      resume()
    },
    async stop() {
      stopped = true
      resume()
      await ended
    },
  }
}

import type { WriteStream } from 'node:tty'

/** What a person reads while the system runs: sentences with the seconds since the start, and one line of state. */
export interface Screen {
  /** true when somebody watches: lines may be written over */
  readonly live: boolean
  say(sentence: string): void
  /** text as it is, without seconds */
  print(text: string): void
  /** replaces the line of state; only shown to somebody who watches */
  show(state: string): void
}

/** A screen on standard output; `onGone` is told when nobody can read it any more. */
export function openScreen(output: WriteStream, onGone: () => void): Screen {
  const live = output.isTTY
  let shown = false
  output.on('error', onGone)

  function clear(): void {
    if (shown) output.write('\r\u001B[2K')
    shown = false
  }

  return {
    live,
    say(sentence) {
      clear()
      output.write(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${sentence}\n`)
    },
    print(text) {
      clear()
      output.write(`${text}\n`)
    },
    show(state) {
      if (!live) return
      clear()
      // A line that wraps could not be written over.
      output.write(state.slice(0, Math.max(20, (output.columns || 80) - 1)))
      shown = true
    },
  }
}

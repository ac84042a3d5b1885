import type { WriteStream } from 'node:tty'

/** What a piece of text says beyond its words. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet'

/** Where a command's answer goes. */
export interface Terminal {
  /** somebody watches: lines may be written over */
  readonly live: boolean
  readonly colours: boolean
  /** characters in a line */
  width(): number
  /** lines on the screen; undefined where there is none */
  height(): number | undefined
  /** text in a colour, where there are any */
  paint(tone: Tone | undefined, text: string): string
  line(text: string): void
  /** text as it is */
  write(text: string): void
}

const usualWidth = 80
const codes: Readonly<Record<Tone, number>> = { good: 32, warn: 33, bad: 31, quiet: 2 }

/** The terminal, file or pipe behind `output`; whoever stops reading it ends the program quietly. */
export function openTerminal(output: WriteStream, environment: NodeJS.ProcessEnv): Terminal {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  const live = output.isTTY
  const colours = live && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
  const told = Number(environment['COLUMNS'])
  const write = (text: string) => void output.write(text)
  return {
    live,
    colours,
    width: () => (live ? output.columns : 0) || (Number.isInteger(told) && told > 0 ? told : usualWidth),
    height: () => (live && output.rows > 0 ? output.rows : undefined),
    paint: (tone, text) => (colours && tone !== undefined ? `\u001B[${codes[tone]}m${text}\u001B[0m` : text),
    line: (text) => write(`${text}\n`),
    write,
  }
}

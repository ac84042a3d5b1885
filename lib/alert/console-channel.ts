import type { Channel } from './channel.ts'

const limits = { everyMs: 0, perMinute: 6_000, mostCharacters: 8_000 }

/** The log or the terminal of whoever runs the process. */
export function consoleChannel(write: (text: string) => void): Channel {
  return {
    name: 'console',
    limits,
    send({ text }) {
      write(text)
      return Promise.resolve()
    },
  }
}

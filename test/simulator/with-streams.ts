import { openStream, type Stream } from './open-stream.ts'
import { postJson } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

/** A simulator for the tests of one file, in which a minute takes two seconds. */
export interface StreamVenue {
  url(): string
  /** a connection that is closed after the test */
  connect(path: string): Promise<Stream>
  /** closes after the test what was opened elsewhere */
  keep(...streams: Stream[]): void
}

/** Starts a simulator before the tests of the enclosing `describe`, ends it after them, and resets it after each. */
export function withStreams(): StreamVenue {
  let simulator: Started
  const open: Stream[] = []

  before(async () => {
    simulator = await startSimulator('--symbols', '3', '--rate', '30')
  })
  after(() => simulator.stop())
  afterEach(async () => {
    for (const stream of open.splice(0)) stream.close()
    await postJson(`${simulator.url}/_sim/reset`, {})
  })

  return {
    url: () => simulator.url,
    async connect(path) {
      const stream = await openStream(simulator.url, path)
      open.push(stream)
      return stream
    },
    keep: (...streams) => void open.push(...streams),
  }
}

import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'
import type { Instrument, InstrumentOf } from '../model/instrument.ts'
import { readInstruments } from './instruments.ts'

/** The contracts' terms as this process knows them. */
export interface FollowedInstruments {
  readonly of: InstrumentOf
  all(): ReadonlyMap<string, Instrument>
  /** reads them again within a second, because something about them is not as it was thought to be */
  reload(): void
  stop(): void
}

// Real ms.
const readEveryMs = 30_000
const leastApartMs = 1_000

/** The contracts' terms, read again now and then, and soon when one is asked for that is not known; `stop` ends it. */
export async function followInstruments(hub: Hub, venue: string): Promise<FollowedInstruments> {
  let instruments: ReadonlyMap<string, Instrument> = await readInstruments(hub, venue)
  let readAt = Date.now()

  let later: NodeJS.Timeout | undefined

  function reload(): void {
    if (later !== undefined) return
    const inMs = readAt + leastApartMs - Date.now()
    if (inMs > 0) {
      later = setTimeout(() => {
        later = undefined
        reload()
      }, inMs)
      return
    }
    readAt = Date.now()
    readInstruments(hub, venue).then(
      (told) => (instruments = told),
      (error: unknown) => hub.log.debug({ error: describeError(error) }, 'instruments were not read'),
    )
  }
  const timer = setInterval(reload, readEveryMs)
  return {
    of(symbol) {
      const found = instruments.get(symbol)
      if (found === undefined) reload()
      return found
    },
    all: () => instruments,
    reload,
    stop() {
      clearInterval(timer)
      clearTimeout(later)
    },
  }
}

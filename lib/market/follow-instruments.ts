import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'
import type { Instrument, InstrumentOf } from '../model/instrument.ts'
import { readInstruments } from './instruments.ts'

/** The contracts' terms as this process knows them. */
export interface FollowedInstruments {
  readonly of: InstrumentOf
  all(): ReadonlyMap<string, Instrument>
  stop(): void
}

// Real ms.
const readEveryMs = 30_000

/** The contracts' terms, read again now and then; `stop` ends it. */
export async function followInstruments(hub: Hub, venue: string): Promise<FollowedInstruments> {
  let instruments: ReadonlyMap<string, Instrument> = await readInstruments(hub, venue)
  const timer = setInterval(() => {
    readInstruments(hub, venue).then(
      (told) => (instruments = told),
      (error: unknown) => hub.log.debug({ error: describeError(error) }, 'instruments were not read'),
    )
  }, readEveryMs)
  return {
    of: (symbol) => instruments.get(symbol),
    all: () => instruments,
    stop: () => clearInterval(timer),
  }
}

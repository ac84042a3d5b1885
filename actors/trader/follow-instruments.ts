import type { Hub } from '../../lib/hub/hub.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { Instrument, InstrumentOf } from '../../lib/model/instrument.ts'

// Real ms.
const readEveryMs = 30_000

/** The contracts' terms, read again now and then; `stop` ends it. */
export async function followInstruments(
  hub: Hub,
  venue: string,
): Promise<{ readonly of: InstrumentOf; stop(): void }> {
  let instruments: ReadonlyMap<string, Instrument> = await readInstruments(hub, venue)
  const timer = setInterval(() => {
    readInstruments(hub, venue).then(
      (told) => (instruments = told),
      (error: unknown) => hub.log.debug({ error: describeError(error) }, 'instruments were not read'),
    )
  }, readEveryMs)
  return { of: (symbol) => instruments.get(symbol), stop: () => clearInterval(timer) }
}

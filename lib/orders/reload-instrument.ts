import type { Hub } from '../hub/hub.ts'
import type { FollowedInstruments } from '../market/follow-instruments.ts'
import { readInstruments, writeInstruments } from '../market/instruments.ts'
import { describeError } from '../model/errors.ts'
import type { Instrument } from '../model/instrument.ts'

// Real ms. A strategy that is refused again and again asks no more often than this.
const leastApartMs = 5_000

/** Asks the venue for a contract's terms again, and has every process read them. */
export function instrumentReloader(
  hub: Hub,
  venue: string,
  parts: {
    readonly instruments: FollowedInstruments
    readonly fetch: () => Promise<readonly Instrument[]>
  },
): (symbol: string) => void {
  const { instruments, fetch } = parts
  const wanted = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let last = 0

  async function reload(): Promise<void> {
    last = Date.now()
    const symbols = [...wanted]
    wanted.clear()
    const [fetched, known] = [await fetch(), await readInstruments(hub, venue)]
    // A contract that is listed anew gets its index elsewhere.
    const told = fetched.flatMap((instrument) => {
      const before = symbols.includes(instrument.symbol) ? known.get(instrument.symbol) : undefined
      return before === undefined
        ? []
        : [{ ...instrument, index: before.index, quoteVolume: before.quoteVolume }]
    })
    await writeInstruments(hub, venue, told)
    instruments.reload()
    hub.log.info({ venue, symbols }, "the contracts' terms were asked for again")
  }

  return (symbol) => {
    wanted.add(symbol)
    timer ??= setTimeout(
      () => {
        timer = undefined
        reload().catch((error: unknown) =>
          hub.log.warn({ venue, error: describeError(error) }, "the contracts' terms were not read again"),
        )
      },
      Math.max(0, last + leastApartMs - Date.now()),
    ).unref()
  }
}

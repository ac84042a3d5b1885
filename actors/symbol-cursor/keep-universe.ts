import { statSync } from 'node:fs'
import { readHeldSymbols } from '../../lib/account/held-symbols.ts'
import type { Egress } from '../../lib/egress/egress.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Leadership } from '../../lib/hub/lease.ts'
import { writeVenueClock } from '../../lib/hub/venue-clock.ts'
import { listInstruments, readInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { laneTitle, readLane, writeLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { readSymbolsFile, symbolsFilePath } from '../../lib/market/symbols-file.ts'
import { selectUniverse } from '../../lib/market/universe.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'

/** Keeps instruments and lanes as the venue and the filters say, while this process leads. */
export interface KeptUniverse {
  /** asks the venue again; one refresh at a time, tried again after a failure while this process leads */
  refresh(reason: string): void
  /** the index of a symbol that is followed; one that is not known makes the universe be read again before long */
  indexOf(symbol: string): number | undefined
  stop(): void
}

interface Parts {
  readonly hub: Hub
  readonly exchange: Exchange
  readonly egress: Egress
  readonly leadership: Leadership
  readonly lanes: readonly Lane[]
}

// Real ms.
const retryMs = 2_000
const lackEveryMs = 5_000
const fileCheckMs = 1_000
const heldEveryMs = 2_000

/** Starts looking at the symbols file; everything else happens at `refresh`. */
export function keepUniverse(parts: Parts): KeptUniverse {
  const { hub, exchange, leadership } = parts
  const path = symbolsFilePath(hub.config)
  let indexes = new Map<string, number>()
  let running = false
  let retry: NodeJS.Timeout | undefined
  let stopped = false
  let fileChangedAt = changeTime(path)
  let lackedAt = 0
  let followedNow = new Set<string>()

  async function apply(listed: Iterable<ListedInstrument>, reason: string): Promise<void> {
    const all = [...listed]
    // First of all: with a file that cannot be read the lane as it stands is still handed out.
    indexes = new Map(all.map(({ symbol, index }) => [symbol, index]))
    const { quoteAssets, underlyings, minQuoteVolume, symbolLimit } = hub.config
    const lists = readSymbolsFile(path)
    const held = await readHeldSymbols(hub, exchange.venue)
    const filter = { quoteAssets, underlyings, minQuoteVolume, symbolLimit, lists, held }
    const symbols = selectUniverse(all, filter).followed.map(({ symbol }) => symbol)
    followedNow = new Set(symbols)
    for (const lane of parts.lanes) await writeAndTell(parts, lane, symbols, reason)
  }

  async function once(reason: string): Promise<void> {
    const known = await readInstruments(hub, exchange.venue)
    // What the hub knows already is enough to go on with while the venue is asked.
    if (known.size > 0) await apply(known.values(), reason)
    const instruments = await parts.egress.call('market', () => exchange.fetchInstruments())
    if (known.size === 0) await store(listInstruments(instruments, new Map(), known), reason)
    const volumes = await parts.egress.call('market', () => exchange.fetchQuoteVolumes())
    await store(listInstruments(instruments, volumes, await readInstruments(hub, exchange.venue)), reason)
    if (Number.isFinite(hub.clock.errorMs())) await writeVenueClock(hub, exchange.venue)
  }

  async function store(listed: ListedInstrument[], reason: string): Promise<void> {
    await writeInstruments(hub, exchange.venue, listed)
    await apply(listed, reason)
  }

  function refresh(reason: string): void {
    if (running || stopped || !leadership.isLeader()) return
    running = true
    clearTimeout(retry)
    once(reason)
      .catch((error: unknown) => {
        hub.log.warn({ error: describeError(error), reason }, 'the universe was not refreshed')
        retry = setTimeout(() => refresh(reason), retryMs)
      })
      .finally(() => {
        running = false
      })
  }

  // Whoever holds a symbol that no lane has needs its candles at once; when it leaves there is time.
  async function followHeld(): Promise<void> {
    const held = await readHeldSymbols(hub, exchange.venue)
    const lacked = [...held].filter((symbol) => indexes.has(symbol) && !followedNow.has(symbol))
    if (lacked.length === 0 || followedNow.size === 0) return
    const known = await readInstruments(hub, exchange.venue)
    if (lacked.some((symbol) => known.get(symbol)?.status !== 'delisted'))
      await apply(known.values(), 'an account holds a symbol')
  }

  const heldTimer = setInterval(() => {
    if (!leadership.isLeader()) return
    followHeld().catch((error: unknown) =>
      hub.log.debug({ error: describeError(error) }, 'nobody looked at what accounts hold'),
    )
  }, heldEveryMs)

  const fileTimer = setInterval(() => {
    const changedAt = changeTime(path)
    if (changedAt === fileChangedAt) return
    fileChangedAt = changedAt
    if (!leadership.isLeader()) return
    readInstruments(hub, exchange.venue)
      .then((known) => apply(known.values(), 'the symbols file changed'))
      .catch((error: unknown) =>
        hub.log.error({ error: describeError(error) }, 'the symbols file was not applied'),
      )
  }, fileCheckMs)

  return {
    refresh,
    indexOf(symbol) {
      const index = indexes.get(symbol)
      if (index === undefined && Date.now() - lackedAt > lackEveryMs) {
        lackedAt = Date.now()
        refresh(`${symbol} has no index`)
      }
      return index
    },
    stop() {
      stopped = true
      clearInterval(fileTimer)
      clearInterval(heldTimer)
      clearTimeout(retry)
    },
  }
}

async function writeAndTell(
  { hub, leadership }: Parts,
  lane: Lane,
  symbols: string[],
  reason: string,
): Promise<void> {
  const before = new Set(await readLane(hub, lane))
  const change = await writeLane(hub, lane, leadership.token, symbols)
  if (change === undefined) return leadership.lost()
  if (change.added === 0 && change.removed === 0) return
  const now = new Set(symbols)
  const added = symbols.filter((symbol) => !before.has(symbol))
  const removed = [...before].filter((symbol) => !now.has(symbol))
  const shown = { added: added.slice(0, 20), removed: removed.slice(0, 20) }
  hub.log.info({ lane: laneTitle(lane), symbols: symbols.length, ...change, shown, reason }, 'lane changed')
}

function changeTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

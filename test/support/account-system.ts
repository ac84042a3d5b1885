import { Redis } from 'ioredis'
import { readBalances } from '../../lib/account/balances.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { add, compareDecimals, div, needDecimal, toDecimal } from '../../lib/model/decimal.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import { AccountClient } from '../simulator/account-client.ts'
import type { Truth } from '../simulator/account-client.ts'
import { venue } from './system.ts'
import type { System } from './system.ts'
import { nameAt } from './venue-names.ts'

export const of = { venue, account: 'main' }

/** How an actor reaches the simulator's account. */
export const keySettings = {
  SLUICE_ACCOUNT: of.account,
  SLUICE_KEY_MAIN: 'demo',
  SLUICE_SECRET_MAIN: 'demo',
  // Where the venue asks for one.
  SLUICE_PASSPHRASE_MAIN: 'a phrase',
}

/** An address of its own for each source, which the simulator tells apart. */
export const addresses: Readonly<Record<AccountSource, string>> = {
  account: '127.0.0.5',
  risk: '127.0.0.6',
  stream: '127.0.0.7',
}

/** The settings of a position actor with one source at its own address, at `share` of its budget. */
export function sourceSettings(source: AccountSource, share = 1): Record<string, string> {
  return {
    ...keySettings,
    SLUICE_SOURCE: source,
    SLUICE_ADDRESS: source,
    SLUICE_LOCAL_ADDRESS: addresses[source],
    SLUICE_ACCOUNT_SHARE: String(share),
  }
}

/** Whoever trades in the account, by an address of its own. */
export function openTrading(system: System): Promise<AccountClient> {
  return AccountClient.open(system.simulator.url)
}

/** What Redis tells otherwise than the venue knows it; empty when all is the same, decimal for decimal. */
export async function differencesOf(system: System, client: AccountClient): Promise<string[]> {
  const truth = await client.truth()
  const { hub } = system
  const [positions, balances, instruments] = await Promise.all([
    readPositions(hub, system.of),
    readBalances(hub, system.of),
    readInstruments(hub, system.of.venue),
  ])
  const found: string[] = []
  const places = new Set<string>()
  for (const { symbol, side, size: amount, entryPrice } of truth.positions) {
    const name = nameAt(system.of.venue, symbol)
    const place = `${name}/${side.toLowerCase()}`
    const size = div(needDecimal(amount, 'a size'), instruments.get(name)?.contractSize ?? '1', 8)
    places.add(place)
    const told = positions.get(place)
    if (!isSame(told?.size ?? '0', size)) found.push(`${place}: ${told?.size}, is ${size}`)
    else if (size !== '0' && !isSame(told?.entryPrice, entryPrice))
      found.push(`${place}: entry ${told?.entryPrice}, is ${entryPrice}`)
  }
  for (const [place, { size }] of positions)
    if (!places.has(place) && size !== '0') found.push(`${place}: ${size}, never was`)
  for (const [asset, { balance }] of Object.entries(truth.balances)) {
    const told = balances.get(asset)?.walletBalance
    if (!isSame(told ?? '0', balance)) found.push(`${asset}: ${told}, is ${balance}`)
  }
  return found
}

function isSame(a: string | undefined, b: string): boolean {
  const [x, y] = [toDecimal(a), toDecimal(b)]
  return x !== undefined && y !== undefined && compareDecimals(x, y) === 0
}

/** Everything that Redis ever told of positions, as it was published. */
export interface Watched {
  /** what was told and never was, or went back in time; empty when all of it was so */
  wrong(truth: Truth): string[]
  readonly count: () => number
  stop(): void
}

/** Watches the account's feed. */
export async function watchPositions(system: System): Promise<Watched> {
  const { hub } = system
  const seen: { place: string; size: string; time: number }[] = []
  const reader = new Redis({
    ...hub.redis.options,
    lazyConnect: true,
    enableOfflineQueue: true,
    commandTimeout: undefined,
  } as never)
  reader.on('error', () => {})
  reader.on('message', (_channel: string, text: string) => {
    const { positions = {} } = JSON.parse(text) as {
      positions?: Record<string, { size: string; time: number }>
    }
    for (const [place, { size, time }] of Object.entries(positions)) seen.push({ place, size, time })
  })
  await reader.connect()
  await reader.subscribe(hub.keys.accountFeed(system.of.venue, system.of.account))
  return {
    wrong(truth) {
      const was = historyOf(truth)
      const last = new Map<string, number>()
      return seen.flatMap(({ place, size, time }) => {
        const problems: string[] = []
        if (time < (last.get(place) ?? 0)) problems.push(`${place}: back from ${last.get(place)} to ${time}`)
        last.set(place, Math.max(time, last.get(place) ?? 0))
        const sizes = was.get(place)?.get(time) ?? []
        if (!sizes.some((each) => isSame(each, size))) problems.push(`${place}: ${size} at ${time} never was`)
        return problems
      })
    },
    count: () => seen.length,
    stop: () => reader.disconnect(),
  }
}

/** `SYMBOL/side` -> time -> the sizes that the position had after a fill of that time. */
function historyOf({ trades }: Truth): Map<string, Map<number, string[]>> {
  const history = new Map<string, Map<number, string[]>>()
  const now = new Map<string, string>()
  for (const { symbol, side, positionSide, qty, time } of trades) {
    const place = `${symbol}/${positionSide.toLowerCase()}`
    const size = add(now.get(place) ?? '0', side === 'BUY' ? qty : `-${qty}`)
    now.set(place, size)
    const times = history.get(place) ?? new Map<number, string[]>()
    history.set(place, times)
    times.set(time, [...(times.get(time) ?? []), size])
  }
  return history
}

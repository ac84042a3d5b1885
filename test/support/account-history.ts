import fc from 'fast-check'
import { openEventOrder } from '../../lib/exchange/event-order.ts'
import type { AccountEvent } from '../../simulator/account/account-events.ts'
import { emptyAccount, readPosition } from '../../simulator/account/account.ts'
import type { Account, AccountState } from '../../simulator/account/account.ts'
import { absolute, formatShort, fromUnits } from '../../simulator/account/fixed.ts'
import type { Fixed } from '../../simulator/account/fixed.ts'
import { Ids } from '../../simulator/account/ids.ts'
import { Ledger } from '../../simulator/account/ledger.ts'
import type { Order, PositionSide } from '../../simulator/account/order.ts'
import { PastStates } from '../../simulator/account/past-states.ts'
import { entryPrice } from '../../simulator/account/position.ts'
import type { Position } from '../../simulator/account/position.ts'
import type { Listing } from '../../simulator/core/listing.ts'
import { Market } from '../../simulator/core/market.ts'
import type { AccountRows } from './account-rows.ts'

/** When histories begin, ms. */
export const historyStart = 1_764_000_000_000

/** 20 ordinary symbols and some others, with prices of their own. */
export const market = new Market(
  { symbols: 20, seed: 7, replay: undefined, startMinute: undefined },
  historyStart,
)
const listings: readonly Listing[] = [...market.listings.values()].filter(({ plain }) => plain).slice(0, 20)

/** What is done with an account, `gapMs` after what was done before. */
export type Deed = { readonly gapMs: number } & (
  | {
      readonly kind: 'order'
      readonly symbol: number
      readonly short: boolean
      /** lots held afterwards; in hedge mode its size alone counts */
      readonly to: number
      /** into how many fills of one time it falls */
      readonly fills: number
    }
  | { readonly kind: 'transfer'; readonly asset: string; readonly cents: number }
  | { readonly kind: 'funding'; readonly symbol: number; readonly cents: number }
)

export interface History {
  readonly hedged: boolean
  readonly deeds: readonly Deed[]
}

const gaps = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 900 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_900, max: 3_500 }) },
)

/** Openings, closings, flips, transfers and funding on up to 20 symbols, often in bursts on a few of them. */
export const histories: fc.Arbitrary<History> = fc.integer({ min: 0, max: 19 }).chain((last) =>
  fc.record({
    hedged: fc.boolean(),
    deeds: fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({
            kind: fc.constant('order' as const),
            gapMs: gaps,
            symbol: fc.integer({ min: 0, max: last }),
            short: fc.boolean(),
            to: fc.oneof(fc.constant(0), fc.integer({ min: -9, max: 9 })),
            fills: fc.integer({ min: 1, max: 4 }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            kind: fc.constant('transfer' as const),
            gapMs: fc.oneof(gaps, fc.constant(0)),
            asset: fc.constantFrom('USDT', 'USDC', 'BNB'),
            cents: fc.integer({ min: -90_000, max: 90_000 }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            kind: fc.constant('funding' as const),
            gapMs: fc.oneof(gaps, fc.constant(0)),
            symbol: fc.integer({ min: 0, max: last }),
            cents: fc.integer({ min: -500, max: 500 }),
          }),
        },
      ),
      { minLength: 1, maxLength: 30 },
    ),
  }),
)

/** A position after one fill, as every source shows it. */
export interface Step {
  readonly time: number
  readonly size: string
  /** undefined when flat */
  readonly entryPrice: string | undefined
}

/** What a history made of the simulator's account. */
export interface Truth {
  /** raw messages that change the account in the order of the stream, each with its place among those of one time */
  readonly events: readonly { readonly time: number; readonly message: object; readonly ordinal: number }[]
  /** `SYMBOL/side` -> all that a position has been, the oldest first */
  readonly steps: ReadonlyMap<string, readonly Step[]>
  /** asset -> all that a wallet has been */
  readonly wallets: ReadonlyMap<string, readonly { readonly time: number; readonly balance: string }[]>
  /** how the account stood at a time */
  stateAt(time: number): AccountState
  readonly endTime: number
}

/** Plays a history on the simulator's ledger, by the history's own clock; a venue tells of it in its own words. */
export function playHistory({ hedged, deeds }: History, rows: AccountRows): Truth {
  const account = emptyAccount('key', 'secret')
  account.isHedged = hedged
  const events: Truth['events'][number][] = []
  const steps = new Map<string, Step[]>()
  const wallets = new Map<string, { time: number; balance: string }[]>()
  const order = openEventOrder()
  const past = new PastStates()
  past.keep(Number.MAX_SAFE_INTEGER, [account], historyStart - 1)
  const ledger = new Ledger(new Ids(), (event) => {
    past.note(account, event.time)
    if (event.kind === 'fill') push(steps, placeOf(event.position, rows), toStep(event.position, rows))
    if (event.kind === 'fill' || event.kind === 'balance') {
      const { asset, balance } = event.wallet
      push(wallets, asset, { time: event.time, balance: formatShort(balance) })
    }
    events.push(...toMessages(event, rows, order))
  })
  ledger.transfer(account, 'USDT', fromUnits(100_000_000, 2), historyStart)
  // An account is older than what happens to it.
  let time = historyStart + 1
  for (const deed of deeds) {
    time += deed.gapMs
    if (deed.kind === 'order') fill(ledger, account, deed, time)
    if (deed.kind === 'transfer') ledger.transfer(account, deed.asset, fromUnits(deed.cents, 2), time)
    if (deed.kind === 'funding')
      ledger.payFunding(account, symbolAt(deed.symbol).symbol, fromUnits(deed.cents, 2), time)
  }
  return { events, steps, wallets, stateAt: (at) => past.read(account, at), endTime: time }
}

function symbolAt(index: number): Listing {
  return listings[index % listings.length]!
}

function fill(
  ledger: Ledger,
  account: Account,
  { symbol, short, to, fills }: Extract<Deed, { kind: 'order' }>,
  time: number,
): void {
  const listing = symbolAt(symbol)
  const side: PositionSide = !account.isHedged ? 'BOTH' : short ? 'SHORT' : 'LONG'
  const lots = side === 'BOTH' ? to : side === 'LONG' ? Math.abs(to) : -Math.abs(to)
  const lot = fromUnits(1, listing.quantityDigits)
  const traded = BigInt(lots) * lot - readPosition(account, listing.symbol, side).size
  if (traded === 0n) return
  let order = toOrder(listing, side, traded, time)
  const count = BigInt(Math.min(fills, Number(order.quantity / lot)))
  const part = (order.quantity / lot / count) * lot
  for (let n = 1n; n <= count; n++) {
    const quantity = n === count ? order.quantity - part * (count - 1n) : part
    const ticks = Math.round(listing.referencePrice * 10 ** listing.priceDigits) + Number(n)
    order = ledger.fill(
      account,
      order,
      fromUnits(Math.max(1, ticks), listing.priceDigits),
      quantity,
      false,
      time,
    )
  }
}

function toOrder(listing: Listing, positionSide: PositionSide, traded: Fixed, time: number): Order {
  return {
    symbol: listing.symbol,
    side: traded > 0n ? 'BUY' : 'SELL',
    positionSide,
    type: 'MARKET',
    timeInForce: 'GTC',
    price: 0n,
    quantity: absolute(traded),
    reduceOnly: false,
    clientId: 'x',
    id: BigInt(time),
    status: 'NEW',
    filled: 0n,
    value: 0n,
    time,
    updateTime: time,
    restsFrom: time,
  }
}

function toMessages(event: AccountEvent, rows: AccountRows, order: ReturnType<typeof openEventOrder>) {
  return rows.toMessages(event, market).flatMap((message) => {
    const time = rows.stream.accountTimeOf(message) ?? event.time
    const ordinal = order.place(time, JSON.stringify(message))
    return ordinal === undefined ? [] : [{ time: event.time, message, ordinal }]
  })
}

/** `SYMBOL/side` in our words. */
function placeOf({ symbol, side }: Position, rows: AccountRows): string {
  const word = { BOTH: 'both', LONG: 'long', SHORT: 'short' }[side]
  return `${rows.symbolOf(listingOf(symbol))}/${word}`
}

function toStep(position: Position, rows: AccountRows): Step {
  const { size, updateTime: time } = position
  return {
    time,
    size: rows.sizeOf(position, listingOf(position.symbol)),
    entryPrice: size === 0n ? undefined : formatShort(entryPrice(position)),
  }
}

function listingOf(symbol: string): Listing {
  return market.listings.get(symbol)!
}

function push<T>(lists: Map<string, T[]>, key: string, each: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [each])
  else list.push(each)
}

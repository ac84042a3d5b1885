import { readConditions } from '../../lib/hub/conditions.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { div, floorTo, needDecimal } from '../../lib/model/decimal.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { AccountClient } from '../simulator/account-client.ts'
import type { Truth } from '../simulator/account-client.ts'
import { getJson, postJson } from '../simulator/request.ts'
import { keySettings } from './account-system.ts'
import type { Child } from './child.ts'
import type { System, SystemOptions } from './system.ts'
import { until } from './until.ts'

/** How a risk actor reaches the simulator's account, at an address of its own. */
export const riskSettings = {
  ...keySettings,
  SLUICE_LIVE: 'true',
  SLUICE_ADDRESS: 'risk-actor',
  SLUICE_LOCAL_ADDRESS: '127.0.0.8',
}

/** A system whose account can hold much, and whose instruments are known; nobody fetches candles. */
export const richSystem: SystemOptions = {
  symbols: 24,
  klines: 0,
  listed: true,
  simulatorFlags: ['--account', 'demo:demo:USDT=1000000'],
}

/** An account of one test, where several share a system. */
export interface OwnAccount {
  readonly of: AccountOf
  readonly client: AccountClient
  /** how actors reach it */
  readonly keys: Readonly<Record<string, string>>
  /** the same for its risk actor, which has an address of its own */
  readonly risk: Readonly<Record<string, string>>
}

let addresses = 0

/** Opens an account that can hold much; `modes` are those of the simulator. */
export async function openAccount(system: System, account: string, modes: object = {}): Promise<OwnAccount> {
  const { url } = system.simulator
  const body = { key: account, secret: account, assets: { USDT: '1000000' }, ...modes }
  const { status, body: text } = await postJson(`${url}/_sim/accounts`, body)
  if (status !== 200) throw new Error(`the simulator answered ${status}: ${text}`)
  const name = account.toUpperCase().replaceAll('-', '_')
  const keys = {
    SLUICE_ACCOUNT: account,
    [`SLUICE_KEY_${name}`]: account,
    [`SLUICE_SECRET_${name}`]: account,
  }
  return {
    of: { venue: system.of.venue, account },
    client: await AccountClient.open(url, account, account),
    keys,
    risk: { ...keys, SLUICE_ADDRESS: account, SLUICE_LOCAL_ADDRESS: `127.0.1.${(addresses += 1)}` },
  }
}

/** Starts a risk actor and waits until one leads in its account. */
export async function startRisk(
  system: System,
  settings: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const all: Readonly<Record<string, string>> = { ...riskSettings, ...settings }
  const child = await system.start('risk', all)
  const leads = async () =>
    (await readLivingActors(system.hub.redis, system.hub.keys)).some(
      ({ kind, fields }) =>
        kind === 'risk' && fields['leads'] === '1' && fields['account'] === all['SLUICE_ACCOUNT'],
    )
  await until('a risk actor leads', leads, 30_000)
  return child
}

/** Starts risk actors for the tests of the enclosing `describe`; each ends with its test, and so do the venue's faults. */
export function withRisks(
  running: () => System,
): (settings: Readonly<Record<string, string>>) => Promise<Child> {
  const risks: Child[] = []
  afterEach(async () => {
    for (const risk of risks.splice(0)) await risk.signal('SIGKILL')
    await running().simulator.faults()
  })
  return async (settings) => {
    const risk = await startRisk(running(), settings)
    risks.push(risk)
    return risk
  }
}

/** Perpetuals of the market, once they are known. */
export async function perpetualsOf(system: System, count: number): Promise<ListedInstrument[]> {
  let found: ListedInstrument[] = []
  const known = async () => {
    const all = await readInstruments(system.hub, system.of.venue)
    found = [...all.values()].filter(
      ({ contract, status, quote }) => contract === 'perpetual' && status === 'trading' && quote === 'USDT',
    )
    return found.length >= count
  }
  await until(`${count} perpetuals are known`, known, 20_000, () => `${found.length}`)
  return found.slice(0, count)
}

/** A symbol with an open position, and what of it can be traded. */
export interface Held {
  readonly instrument: ListedInstrument
  readonly size: string
  readonly side: 'BUY' | 'SELL'
  readonly mark: number
}

/** Opens a position of about `notional` in each, every second one short. */
export async function openPositions(
  system: System,
  client: AccountClient,
  instruments: readonly ListedInstrument[],
  notional = 2_000,
): Promise<Held[]> {
  const held: Held[] = []
  for (const [at, instrument] of instruments.entries()) {
    const { symbol, lotSize = '1' } = instrument
    const { markPrice } = await getJson<{ markPrice: string }>(
      `${system.simulator.url}/fapi/v1/premiumIndex?symbol=${symbol}`,
    )
    const size = floorTo(div(needDecimal(notional, 'notional'), markPrice, 8), lotSize)
    const side = at % 2 === 0 ? 'BUY' : 'SELL'
    await client.market(symbol, side, size)
    held.push({ instrument, size, side, mark: Number(markPrice) })
  }
  return held
}

/** A limit price so many parts beyond the mark, on the tick. */
export function priceAt({ instrument, mark }: Held, factor: number): string {
  return floorTo(needDecimal(mark * factor, 'price'), instrument.tickSize ?? '1')
}

/** A resting order that reduces the position, and a stop, as a person or a ladder would have placed them. */
export async function placeAround(client: AccountClient, held: Held): Promise<void> {
  const { instrument, size, side } = held
  const out = side === 'BUY' ? 'SELL' : 'BUY'
  const [profit, loss] = side === 'BUY' ? [1.03, 0.9] : [0.97, 1.1]
  await client.limit(instrument.symbol, out, size, priceAt(held, profit), { reduceOnly: true })
  await client.ask('POST /fapi/v1/algoOrder', {
    algoType: 'CONDITIONAL',
    symbol: instrument.symbol,
    side: out,
    type: 'STOP_MARKET',
    triggerPrice: priceAt(held, loss),
    closePosition: true,
    workingType: 'MARK_PRICE',
  })
}

/** An entry that rests far from the mark. */
export function restEntry(client: AccountClient, held: Held): Promise<unknown> {
  return client.limit(held.instrument.symbol, 'BUY', held.size, priceAt(held, 0.96))
}

/** What the venue's own ledger holds. */
export async function leftOf(client: AccountClient): Promise<{
  positions: string[]
  orders: number
  stops: number
}> {
  const truth = await client.truth()
  const positions = truth.positions.filter(({ size }) => Number(size) !== 0).map(({ symbol }) => symbol)
  return { positions, orders: truth.openOrders.length, stops: truth.openAlgoOrders.length }
}

/** The positions of the venue's own ledger that no stop closes whole. */
export function uncoveredIn({ positions, openAlgoOrders }: Truth): string[] {
  return positions
    .filter(({ symbol, size }) => {
      const out = Number(size) > 0 ? 'SELL' : 'BUY'
      const stops = openAlgoOrders.filter((stop) => stop['symbol'] === symbol && stop['side'] === out)
      const isClosed = stops.some((stop) => stop['closePosition'] === true)
      const sum = stops.reduce((total, stop) => total + Number(stop['quantity']), 0)
      return Number(size) !== 0 && !isClosed && sum < Math.abs(Number(size))
    })
    .map(({ symbol, side }) => `${symbol} ${side}`)
}

/** The names of an account's conditions. */
export async function conditionsOf(system: System, of = system.of): Promise<string[]> {
  return [...(await readConditions(system.hub, of)).keys()]
}

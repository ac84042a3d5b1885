import { setTimeout as sleep } from 'node:timers/promises'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { mul } from '../../lib/model/decimal.ts'
import type { BenchRedis } from './bench-redis.ts'
import type { BenchVenue } from './bench-venue.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { fetchMarket } from './fetch-market.ts'
import type { AccountLedger, HistoryAccount, HistorySymbol } from './position-histories.ts'
import { simulatedAccount } from './simulated-account.ts'
import { writeStormyMarket } from './stormy-market.ts'
import { readUrl } from './system.ts'

/** Accounts at a venue that fails. */
export interface Covered {
  readonly accounts: readonly CoveredAccount[]
  /** what went wrong so far, a kind of failure at a place by its name -> how often */
  readonly readFailures: () => Promise<ReadonlyMap<string, number>>
}

/** An account that a risk actor keeps stops for, and what may be held in it. */
export interface CoveredAccount {
  readonly account: HistoryAccount
  readonly symbols: readonly CoveredSymbol[]
}

/** A symbol by the simulator's name, sizes in the base asset, of which a contract may be a part or many. */
export interface CoveredSymbol extends HistorySymbol {
  readonly maxMarketQty: number
}

const accounts = 4
// Binance takes 1,200 orders in a minute of an account, Bybit 600.
const symbolsOfAccount = 6
const names = Array.from({ length: symbolsOfAccount }, (_, at) => `STORM${'ABCDEF'[at]}USDT`)
const readyWithinMs = 30_000
const mostFailures = 1_000_000
// In the quote asset.
const usualNotional = 2_000

// So near that the market's strides reach them now and then.
const limits = {
  rungs: [0.003, 0.0035, 0.004, 0.0045, 0.005],
  closeAllBehind: 0.0005,
  rungTolerance: 0.0005,
  backstopBeyond: 0.001,
  markAgreement: 0.02,
}

function faultsOf({ places, codes }: BenchVenue): object[] {
  const { createStop, readStop, cancelStop, listStops, stopEvents, positionEvents } = places
  const slow = (path: string) => ({ kind: 'latency', ms: 150, path, probability: 0.2 })
  return [
    { kind: 'reject', code: codes.stopFilter, path: createStop, probability: 0.03 },
    { kind: 'reject', code: codes.stopRoom, path: createStop, probability: 0.02 },
    { kind: 'unknown', taken: true, path: createStop, probability: 0.05 },
    { kind: 'unknown', taken: false, path: createStop, probability: 0.01 },
    { kind: 'unknown', path: cancelStop, probability: 0.05 },
    { kind: 'reject', code: codes.absent, path: cancelStop, probability: 0.03 },
    { kind: 'notFoundFor', ms: 1_500, path: readStop, probability: 0.2 },
    { kind: 'lag', ms: 30_000, path: listStops, probability: 0.5 },
    ...[createStop, readStop, cancelStop].map(slow),
    { kind: 'drop', path: stopEvents, probability: 0.05 },
    { kind: 'drop', path: positionEvents, probability: 0.02 },
    { kind: 'reorder', path: 'stream/private', probability: 0.05 },
    { kind: 'triggerFails', status: 'REJECTED', probability: 0.1 },
    { kind: 'triggerFails', status: 'EXPIRED', probability: 0.1 },
    { kind: 'triggerFails', status: 'STUCK', probability: 0.1 },
  ]
}

/** Starts a simulator with a stormy market, and a risk actor for each of its accounts; then everything begins to fail. */
export async function startCovered(
  redis: BenchRedis,
  children: ChildProcess[],
  { speaks, seed }: { speaks: BenchVenue; seed: number },
  signal: AbortSignal,
): Promise<Covered> {
  const run = (title: string, folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const child = startChild({ title, folder, args }, { ...redis.environment, ...more }, redis.folder)
    children.push(child)
    return child
  }
  const owners = Array.from({ length: accounts }, (_, at) => `cover${at + 1}`)
  const opened = owners.flatMap((owner) => ['--account', `${owner}:secret:USDT=1000000`])
  const market = writeStormyMarket(redis.folder, names, seed)
  // It speaks all venues, so that whoever trades in the accounts need not be of the measured one.
  const flags = ['--port', '0', '--log-level', 'silent', '--seed', String(seed)]
  const url = await readUrl(run('simulator', 'simulator', [...flags, ...market, ...opened]), signal)
  const environment = {
    SLUICE_EXCHANGE: speaks.id,
    SLUICE_EXCHANGE_URL: url,
    SLUICE_LOG_LEVEL: 'error',
  }
  run('symbol-cursor', 'actors/symbol-cursor', ['--address', 'bench'], environment)
  await untilTrue('instruments', signal, async () => {
    const listed = [...(await readInstruments(redis.hub, speaks.id)).keys()].map((each) =>
      speaks.marketName(each),
    )
    return names.every((name) => listed.includes(name))
  })
  for (const [at, owner] of owners.entries()) {
    const place = ['--address', `bench-${owner}`, '--local-address', `127.0.0.${20 + at}`]
    run(`risk-${owner}`, 'actors/risk', ['--account', owner, '--live', ...place], {
      ...environment,
      [`SLUICE_KEY_${owner.toUpperCase()}`]: owner,
      [`SLUICE_SECRET_${owner.toUpperCase()}`]: 'secret',
      [`SLUICE_PASSPHRASE_${owner.toUpperCase()}`]: 'a-phrase',
      SLUICE_RISK_LIMITS: JSON.stringify(limits),
    })
  }
  await untilTrue('risk actors', signal, async () => {
    const actors = await readLivingActors(redis.hub.redis, redis.hub.keys)
    const ready = actors.filter(({ kind, fields }) => kind === 'risk' && fields['connected'] === '1')
    return ready.length === accounts
  })
  const symbols = await readSymbols(speaks, url)
  await postFaults(url, faultsOf(speaks))
  return {
    accounts: owners.map((key) => ({ account: openAccount(url, key), symbols })),
    readFailures: () => readFailures(url),
  }
}

async function readSymbols(speaks: BenchVenue, url: string): Promise<CoveredSymbol[]> {
  const { instruments, marks } = await fetchMarket(speaks.id, url)
  const byName = new Map([...instruments.values()].map((each) => [speaks.marketName(each.symbol), each]))
  return names.map((symbol) => {
    const instrument = byName.get(symbol)
    const mark = Number(marks.get(instrument?.symbol ?? ''))
    if (instrument?.lotSize === undefined || !(mark > 0)) throw new Error(`${symbol} has no lot, or no mark`)
    const { contractSize, maxMarketQty } = instrument
    const lotSize = mul(instrument.lotSize, contractSize)
    return {
      symbol,
      lotSize,
      usualLots: Math.max(1, Math.round(usualNotional / mark / Number(lotSize))),
      maxMarketQty: maxMarketQty === undefined ? Infinity : Number(mul(maxMarketQty, contractSize)),
    }
  })
}

function openAccount(url: string, key: string): HistoryAccount {
  // At rate 1 the simulator's clock is this machine's.
  const trading = simulatedAccount(url, { key, secret: 'secret' }, Date.now)
  return {
    key,
    trading,
    async readLedger() {
      const answer = await fetch(`${url}/_sim/account?key=${key}`, { signal: AbortSignal.timeout(5_000) })
      return (await answer.json()) as AccountLedger
    },
  }
}

async function postFaults(url: string, rules: readonly object[]): Promise<void> {
  // Only what may not go on for ever is counted.
  const counted = rules.map((rule) => ({ ...rule, count: mostFailures }))
  const sent = { method: 'POST', body: JSON.stringify(counted), signal: AbortSignal.timeout(5_000) }
  const answer = await fetch(`${url}/_sim/faults`, sent)
  if (!answer.ok) throw new Error(`the simulator took no faults: ${await answer.text()}`)
}

async function readFailures(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/_sim/faults`, { signal: AbortSignal.timeout(5_000) })
  const rules = (await answer.json()) as { kind: string; path?: string; status?: string; left: number }[]
  const failures = new Map<string, number>()
  for (const { kind, path, status, left } of rules) {
    const name = [kind, path ?? status ?? ''].join(' ').trim()
    failures.set(name, (failures.get(name) ?? 0) + mostFailures - left)
  }
  return failures
}

async function untilTrue(what: string, signal: AbortSignal, look: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs
  while (Date.now() < giveUpAt) {
    if (await look()) return
    await sleep(100, undefined, { signal })
  }
  throw new Error(`expected ${what} within ${readyWithinMs} ms`)
}

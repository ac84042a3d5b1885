import { incomeReadField, readIncome } from '../../lib/account/income.ts'
import { readTradingState, writeTradingState } from '../../lib/account/trading-states.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import { mul } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { readFlatten, requestFlatten } from '../../lib/orders/flatten-requests.ts'
import { freshDrawdown, judgeDrawdown } from '../../lib/risk/drawdown.ts'
import type { DrawdownState } from '../../lib/risk/drawdown.ts'
import { mustFlatten, withSample } from '../../lib/risk/unrealised-loss.ts'
import type { UnrealisedSample } from '../../lib/risk/unrealised-loss.ts'
import { readAccountValue } from './account-value.ts'
import type { AccountValue } from './account-value.ts'
import type { PastPrices } from './price-assets-at.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

// Real ms.
const everyMs = 1_000
const mostWaiting = 600
// Market ms around a transfer in which the wallet may be told with it or without.
const beforeTransferMs = 5_000
const afterTransferMs = 20_000

// What moves money in and out, and is neither won nor lost.
const transferTypes: ReadonlySet<string> = new Set([
  'TRANSFER',
  'INTERNAL_TRANSFER',
  'CROSS_COLLATERAL_TRANSFER',
  'COIN_SWAP_DEPOSIT',
  'COIN_SWAP_WITHDRAW',
  'STRATEGY_UMFUTURES_TRANSFER',
  'WELCOME_BONUS',
])

interface StoredDrawdown extends DrawdownState {
  /** venue time at which trading was made to reduce; absent: it was not */
  readonly reducedAt?: number
}

/** Holds equity against the drawdown and what all positions would bring against its limit. */
export function runEquity(
  actor: RiskActor,
  instruments: () => ReadonlyMap<string, ListedInstrument>,
  prices: PastPrices,
): RiskPart {
  const { hub, of, limits } = actor
  const { clock, keys, log } = hub
  let waiting: { equity: Decimal; time: number }[] = []
  let unrealised: UnrealisedSample[] = []
  let told: Condition | undefined

  async function look(): Promise<void> {
    if (!actor.isLeader()) {
      waiting = []
      unrealised = []
      told = undefined
      return
    }
    const value = await readAccountValue(actor, instruments())
    const now = Math.floor(clock.now())
    const standing = new Map<string, Condition>()
    await keepUnrealised(value, now, standing)
    await keepDrawdown(value, now)
    if (told !== undefined) standing.set('drawdown', told)
    await keepConditions(hub, of, 'drawdown', only(standing, 'drawdown'))
    await keepConditions(hub, of, 'unrealised', only(standing, 'unrealised'))
  }

  async function keepUnrealised(
    { unrealised: samples }: AccountValue,
    now: number,
    standing: Map<string, Condition>,
  ): Promise<void> {
    for (const sample of samples) unrealised = withSample(unrealised, sample)
    if (!mustFlatten(unrealised, now, limits)) return
    const loss = unrealised.at(-1)?.profit ?? ''
    const reason = `all positions would bring ${loss}, the limit is a loss of ${limits.unrealisedLoss}`
    standing.set('unrealised loss', { since: now, text: reason, severity: 'critical' })
    const [last, { state }] = await Promise.all([readFlatten(hub, of), readTradingState(hub, of)])
    // Who stopped one has seen this, and nothing was opened since.
    if (last?.ended === 'stopped' && state === 'halted') return
    if (last !== undefined && last.ended === undefined) return
    if (await requestFlatten(hub, of, reason, 'rule'))
      log.error({ loss }, 'the account is flattened for its loss')
  }

  async function keepDrawdown({ figures, confirmedAt }: AccountValue, now: number): Promise<void> {
    const isFresh = confirmedAt !== undefined && now - confirmedAt <= limits.accountAgeMs
    if (figures.equity !== undefined && isFresh)
      waiting = [...waiting, { equity: figures.equity, time: now }].slice(-mostWaiting)
    const key = keys.drawdown(of.venue, of.account)
    const [text, read, { state: trading, change }] = await Promise.all([
      hub.redis.get(key),
      hub.redis.hget(keys.sources(of.venue, of.account), incomeReadField),
      readTradingState(hub, of),
    ])
    if (read === null) return
    const knownUntil = Number(read)
    let state = text === null ? freshDrawdown(now) : (JSON.parse(text) as StoredDrawdown)
    // It was not active any more when this was noted, so that whoever made it active has done so since. Times would have to
    // be of one clock.
    if (isReduced(state) && trading === 'active' && change?.by === 'person') {
      const resumedAt = Math.max(state.reducedAt, change.time)
      log.info({ peak: state.peak }, 'trading was resumed: the drawdown begins anew')
      state = freshDrawdown(resumedAt)
      waiting = waiting.filter(({ time }) => time > resumedAt)
      told = undefined
    }
    const transfers = await readTransfers(state.countedUntil - afterTransferMs)
    const due = waiting.filter(({ time }) => time + beforeTransferMs <= knownUntil)
    waiting = waiting.filter((sample) => !due.includes(sample))
    for (const { equity, time } of due) {
      const isNearTransfer = transfers.some(
        (each) => time > each.time - beforeTransferMs && time < each.time + afterTransferMs,
      )
      if (isNearTransfer) continue
      const judged = judgeDrawdown(state, { equity, time, transfers, knownUntil }, limits)
      const { reducedAt } = state as StoredDrawdown
      state = { ...judged.state, ...(reducedAt === undefined ? {} : { reducedAt }) }
      if (judged.drawdown !== undefined) state = await act(state, judged.verdict, judged.drawdown, time, now)
    }
    if (due.length > 0 || text === null) await hub.redis.set(key, JSON.stringify(state))
  }

  async function act(
    state: StoredDrawdown,
    verdict: 'fine' | 'warn' | 'reduce',
    drawdown: Decimal,
    time: number,
    now: number,
  ): Promise<StoredDrawdown> {
    const text = `equity is ${drawdown} below its highest, the limit is ${limits.drawdown}`
    const since = told?.since ?? time
    if (verdict === 'fine') told = undefined
    else told = { since, text, severity: verdict === 'reduce' ? 'critical' : 'warning' }
    if (verdict !== 'reduce' || isReduced(state)) return state
    const { isWritten } = await writeTradingState(hub, of, 'reducing', text, { from: ['active'] })
    if (isWritten) log.error({ drawdown }, 'trading is reducing after a drawdown')
    return { ...state, reducedAt: now }
  }

  async function readTransfers(since: number): Promise<{ amount: Decimal; time: number }[]> {
    const rows = (await readIncome(hub, of, since)).filter(({ type }) => transferTypes.has(type))
    await prices.prepare(new Set(rows.map(({ asset }) => asset)))
    return rows.flatMap(({ asset, amount, time }) => {
      const price = prices.priceAt(asset, time)
      return price === undefined ? [] : [{ amount: mul(amount, price), time }]
    })
  }

  const timer = repeat(hub, { what: 'the equity was not judged', everyMs }, look)
  return { tell: () => ({}), stop: () => timer.stop() }
}

function isReduced(state: StoredDrawdown): state is StoredDrawdown & { reducedAt: number } {
  return state.reducedAt !== undefined
}

function only(standing: ReadonlyMap<string, Condition>, prefix: string): Map<string, Condition> {
  return new Map([...standing].filter(([name]) => name.startsWith(prefix)))
}

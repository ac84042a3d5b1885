import { incomeReadField, readIncome } from '../../lib/account/income.ts'
import { readBans } from '../../lib/account/listing-bans.ts'
import { readForgiven, setBan } from '../../lib/account/loss-bans.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import type { Fill } from '../../lib/model/order.ts'
import type { TradeReport } from '../../lib/model/order-report.ts'
import { everySymbol, judgeLosses } from '../../lib/risk/loss-limits.ts'
import type { LossVerdict } from '../../lib/risk/loss-limits.ts'
import { toLossRows } from '../../lib/risk/loss-rows.ts'
import type { HeardTrade, LossRow } from '../../lib/risk/loss-rows.ts'
import type { PastPrices } from './price-assets-at.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
// Market ms: a row of income may be told later than one of a later time.
const lateMs = 120_000
// Real ms.
const everyMs = 250
/** Without news, as windows move on. */
const slowMs = 5_000
/** Between two workings out of the same income; the shorter where a price is missing, or it was never read. */
const wholeMs = 60_000
const partMs = 3_000
const backMs = 10 * 60_000
const mostTrades = 20_000
const page = 1_000

interface Audited {
  /** as stored: up to which venue time income was read */
  readonly read: string | null
  /** venue time up to which the income tells of trades */
  readonly until: number
  readonly rows: readonly LossRow[]
  readonly unpriced: readonly string[]
  /** real ms */
  readonly at: number
  readonly isWhole: boolean
}

/** Bans what has lost too much, and warns before; as soon as fills tell, and again by the venue's income. */
export function runLosses(actor: RiskActor, prices: PastPrices): RiskPart {
  const { hub, of, limits } = actor
  const { clock, keys, log } = hub
  // Symbol and the venue's trade id -> the trade.
  const trades = new Map<string, HeardTrade>()
  let after = ''
  let bans = 0
  let changes = 0
  let audited: Audited | undefined
  let judged = { seen: '', at: 0 }

  function put(trade: HeardTrade, isSure: boolean): void {
    const key = `${trade.symbol} ${trade.id}`
    if (!isSure && trades.has(key)) return
    trades.delete(key)
    trades.set(key, trade)
    changes += 1
    for (const oldest of trades.keys()) {
      if (trades.size <= mostTrades) break
      trades.delete(oldest)
    }
  }

  /** The fills that were recorded since the last look, whoever heard of them. */
  async function readFills(): Promise<void> {
    for (;;) {
      const start = after === '' ? String(Date.now() - backMs) : `(${after}`
      const rows = await hub.redis.xrange(keys.fills(of.venue, of.account), start, '+', 'COUNT', page)
      for (const [id, [, text = '{}']] of rows) {
        after = id
        const { id: fillId, orderId, symbol, realisedProfit, fee, time } = JSON.parse(text) as Fill
        const tradeId = fillId.slice(orderId.length + 1)
        const feeAsset = hub.config.quoteAssets[0] ?? 'USDT'
        put({ id: tradeId, symbol, realisedProfit, fee, feeAsset, time }, false)
      }
      if (rows.length < page) return
    }
  }

  /** The income's rows, worked out anew when it was read again: there may be tens of thousands. */
  async function readAudited(now: number, read: string | null): Promise<Audited> {
    const isDue = audited === undefined || Date.now() - audited.at > (audited.isWhole ? wholeMs : partMs)
    if (!isDue && audited?.read === read) return audited
    const income = await readIncome(hub, of, now - dayMs)
    const until = read === null ? 0 : Number(read) - lateMs
    for (const [key, { time }] of trades) if (time < until - lateMs) trades.delete(key)
    const firstHeard = Math.min(...[...trades.values()].map(({ time }) => time))
    // What was traded before anything was heard is told by the income alone, however fresh.
    const auditedUntil = Math.max(until, Math.min(firstHeard - 1, Number(read ?? 0)))
    await prices.prepare(new Set(income.map(({ asset }) => asset)))
    const { rows, unpriced } = toLossRows({ income, trades: [], auditedUntil, priceAt: prices.priceAt })
    changes += 1
    const isWhole = unpriced.length === 0 && read !== null
    audited = { read, until: auditedUntil, rows, unpriced, at: Date.now(), isWhole }
    return audited
  }

  async function look(): Promise<void> {
    if (!actor.isLeader()) return
    await readFills()
    const now = Math.floor(clock.now())
    const [read, stored, forgiven] = await Promise.all([
      hub.redis.hget(keys.sources(of.venue, of.account), incomeReadField),
      readBans(hub, of),
      readForgiven(hub, of),
    ])
    const { rows, unpriced, until } = await readAudited(now, read)
    const seen = JSON.stringify([changes, ...stored.keys(), ...forgiven])
    if (seen === judged.seen && Date.now() - judged.at < slowMs) return
    judged = { seen, at: Date.now() }
    const heard = [...trades.values()]
    await prices.prepare(new Set(heard.map(({ feeAsset }) => feeAsset)))
    const fresh = toLossRows({ income: [], trades: heard, auditedUntil: until, priceAt: prices.priceAt })
    const all = [...rows, ...fresh.rows]
    const verdicts = judgeLosses(all, { now, limits, bans: stored, forgiven })
    for (const { symbol, ban } of verdicts) {
      if (ban === undefined || !(await setBan(hub, of, symbol, ban, now))) continue
      bans += 1
      log.error({ symbol, reason: ban.reason }, 'banned for its loss')
    }
    const missing = [...new Set([...unpriced, ...fresh.unpriced])]
    await keepConditions(hub, of, 'loss ', toConditions(verdicts, missing, now))
  }

  const timer = repeat(hub, { what: 'losses were not judged', everyMs }, look)
  function hear({ id, symbol, realisedProfit, fee, feeAsset, time }: TradeReport): void {
    put({ id, symbol, realisedProfit, fee, feeAsset, time }, true)
  }
  actor.tradeEars.add(hear)
  return {
    tell: () => ({ lossBans: bans }),
    stop() {
      actor.tradeEars.delete(hear)
      timer.stop()
    },
  }
}

function toConditions(
  verdicts: readonly LossVerdict[],
  unpriced: readonly string[],
  now: number,
): Map<string, Condition> {
  const standing = new Map<string, Condition>()
  for (const { verdict, symbol, loss, limit, windowMs } of verdicts) {
    if (verdict !== 'warn') continue
    const who = symbol === everySymbol ? 'the account' : symbol
    const text = `${who} lost ${loss} in ${windowMs / hourMs} h, near the limit of ${limit}`
    standing.set(`loss ${symbol}`, { since: now, text, symbol })
  }
  if (unpriced.length > 0) {
    const text = `losses are not known in full: no price of ${unpriced.join(', ')}`
    standing.set('loss unknown', { since: now, text })
  }
  return standing
}

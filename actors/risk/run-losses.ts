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
import type { HeardTrade } from '../../lib/risk/loss-rows.ts'
import type { PastPrices } from './price-assets-at.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
// Market ms: a row of income may be told later than one of a later time.
const lateMs = 120_000
// Real ms.
const everyMs = 500
const backMs = 10 * 60_000
const mostTrades = 20_000
const page = 1_000

/** Bans what has lost too much, and warns before; as soon as fills tell, and again by the venue's income. */
export function runLosses(actor: RiskActor, prices: PastPrices): RiskPart {
  const { hub, of, limits } = actor
  const { clock, keys, log } = hub
  // Symbol and the venue's trade id -> the trade.
  const trades = new Map<string, HeardTrade>()
  let after = ''
  let bans = 0

  function put(trade: HeardTrade, isSure: boolean): void {
    const key = `${trade.symbol} ${trade.id}`
    if (!isSure && trades.has(key)) return
    trades.delete(key)
    trades.set(key, trade)
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

  async function look(): Promise<void> {
    if (!actor.isLeader()) return
    await readFills()
    const now = Math.floor(clock.now())
    const [income, read, stored, forgiven] = await Promise.all([
      readIncome(hub, of, now - dayMs),
      hub.redis.hget(keys.sources(of.venue, of.account), incomeReadField),
      readBans(hub, of),
      readForgiven(hub, of),
    ])
    const auditedUntil = read === null ? 0 : Number(read) - lateMs
    for (const [key, { time }] of trades) if (time < auditedUntil - lateMs) trades.delete(key)
    const heard = [...trades.values()]
    await prices.prepare(
      new Set([...income, ...heard.map(({ feeAsset: asset }) => ({ asset }))].map(({ asset }) => asset)),
    )
    const firstHeard = Math.min(...heard.map(({ time }) => time))
    const { rows, unpriced } = toLossRows({
      income,
      trades: heard,
      // What was traded before anything was heard is told by the income alone, however fresh.
      auditedUntil: Math.max(auditedUntil, Math.min(firstHeard - 1, Number(read ?? 0))),
      priceAt: (asset, time) => prices.priceAt(asset, time),
    })
    const verdicts = judgeLosses(rows, { now, limits, bans: stored, forgiven })
    for (const { symbol, ban } of verdicts) {
      if (ban === undefined || !(await setBan(hub, of, symbol, ban, now))) continue
      bans += 1
      log.error({ symbol, reason: ban.reason }, 'banned for its loss')
    }
    await keepConditions(hub, of, 'loss ', toConditions(verdicts, unpriced, now))
  }

  const timer = repeat(hub, { what: 'losses were not judged', everyMs }, look)
  function hear({ id, symbol, realisedProfit, fee, feeAsset, time }: TradeReport): void {
    put({ id, symbol, realisedProfit, fee, feeAsset, time }, true)
    timer.now()
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

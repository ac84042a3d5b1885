import { expect } from 'chai'
import fc from 'fast-check'
import { add, compareDecimals, negate } from '../../../lib/model/decimal.ts'
import type { Income } from '../../../lib/model/income.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { judgeLosses, lossOf } from '../../../lib/risk/loss-limits.ts'
import type { LossGround } from '../../../lib/risk/loss-limits.ts'
import { toLossRows } from '../../../lib/risk/loss-rows.ts'
import type { HeardTrade, LossRow } from '../../../lib/risk/loss-rows.ts'
import { amount } from '../../support/arbitrary-instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const hourMs = 3_600_000
const now = 100 * hourMs
const ground: LossGround = { now, limits: limitsOf({}), bans: new Map(), forgiven: new Map() }

function lost(symbol: string | undefined, of: string, hoursAgo = 1): LossRow {
  return { symbol, amount: `-${of}`, time: now - hoursAgo * hourMs }
}

function verdicts(rows: LossRow[], by: Partial<LossGround> = {}): string[] {
  return judgeLosses(rows, { ...ground, ...by }).map(
    ({ verdict, symbol, windowMs, loss }) => `${verdict} ${symbol} ${loss} in ${windowMs / hourMs} h`,
  )
}

const anyAmount = fc.tuple(fc.boolean(), amount(100_000_000)).map(([minus, of]) => (minus ? `-${of}` : of))
const anyTrade: fc.Arbitrary<HeardTrade> = fc.record({
  id: fc.integer({ min: 1, max: 30 }).map(String),
  symbol: fc.constantFrom('AUSDT', 'BUSDT'),
  realisedProfit: anyAmount,
  fee: amount(1_000),
  feeAsset: fc.constantFrom('USDT', 'BNB'),
  time: fc.integer({ min: now - 30 * hourMs, max: now }),
})

describe('the loss limits', () => {
  it('warn of a symbol at 80 % and ban it at its limit, over 4 and over 24 hours', () => {
    expect(verdicts([lost('AUSDT', '119.99999999')])).to.deep.equal([])
    expect(verdicts([lost('AUSDT', '120')])).to.deep.equal(['warn AUSDT 120 in 4 h'])
    expect(verdicts([lost('AUSDT', '149.99999999')])).to.deep.equal(['warn AUSDT 149.99999999 in 4 h'])
    expect(verdicts([lost('AUSDT', '150')])).to.deep.equal(['ban AUSDT 150 in 4 h'])
    expect(verdicts([lost('AUSDT', '150', 4)])).to.deep.equal([])
    expect(verdicts([lost('AUSDT', '1800', 23)])).to.deep.equal(['ban AUSDT 1800 in 24 h'])
    expect(verdicts([lost('AUSDT', '1800', 24)])).to.deep.equal([])
  })

  it('ban all symbols when the account has lost too much, wherever it did', () => {
    const rows = ['A', 'B', 'C'].map((name) => lost(`${name}USDT`, '999', 20))
    expect(verdicts(rows)).to.deep.equal(['warn ALL 2997 in 24 h'])
    expect(verdicts([...rows, lost(undefined, '3', 2)])).to.deep.equal(['ban ALL 3000 in 24 h'])
  })

  it('set what was won against what was lost', () => {
    expect(verdicts([lost('AUSDT', '200'), { ...lost('AUSDT', '0'), amount: '100' }])).to.deep.equal([])
  })

  it('give bans an end, or none, as configured, and do not repeat those that stand', () => {
    const [ban] = judgeLosses([lost('AUSDT', '150')], ground)
    expect(ban?.ban).to.deep.equal({
      reason: 'lost 150 in 4 h, the limit is 150',
      since: now,
      until: now + 4 * hourMs,
    })
    const byHand = judgeLosses([lost('AUSDT', '150')], { ...ground, limits: limitsOf({ symbolBanMs: null }) })
    expect(byHand[0]?.ban?.until).to.equal(null)
    const stands = { reason: '', since: 0, until: now + 1 }
    expect(verdicts([lost('AUSDT', '150')], { bans: new Map([['AUSDT', stands]]) })).to.deep.equal([])
    const ended = { ...stands, until: now }
    expect(verdicts([lost('AUSDT', '150')], { bans: new Map([['AUSDT', ended]]) })).to.have.length(1)
  })

  it('forget what was lost before a person lifted a ban, for what was lifted only', () => {
    const rows = [lost('AUSDT', '3000', 2), lost('AUSDT', '10', 1)]
    const forgiven = new Map([['AUSDT', now - 2 * hourMs]])
    expect(verdicts(rows, { forgiven })).to.deep.equal(['ban ALL 3010 in 24 h'])
  })

  it('add up the same whatever the order of the rows', () => {
    const row = fc.record({
      symbol: fc.constantFrom('AUSDT', 'BUSDT', undefined),
      amount: anyAmount,
      time: fc.integer({ min: now - 30 * hourMs, max: now }),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const sum = rows
          .filter(({ time }) => time > now - 24 * hourMs)
          .reduce((total, each) => add(total, each.amount), '0')
        const expected = compareDecimals(sum, '0') < 0 ? negate(sum) : '0'
        expect(lossOf(rows, 'ALL', 24 * hourMs, ground)).to.equal(expected)
        const key = (found: ReturnType<typeof judgeLosses>) =>
          found.map((each) => JSON.stringify(each)).toSorted()
        expect(key(judgeLosses(rows.toReversed(), ground))).to.deep.equal(key(judgeLosses(rows, ground)))
      }),
      runs,
    )
  })
})

describe('the rows of won and lost', () => {
  const priceAt = (asset: string) => (asset === 'BNB' ? '600' : asset === 'USDT' ? '1' : undefined)

  /** The income that a venue tells of a trade. */
  function incomeOf({ id, symbol, realisedProfit, fee, feeAsset, time }: HeardTrade): Income[] {
    return [
      { type: 'REALIZED_PNL', id: `1${id}`, asset: 'USDT', symbol, amount: realisedProfit, time },
      { type: 'COMMISSION', id: `1${id}`, asset: feeAsset, symbol, amount: negate(fee), time },
    ]
  }

  function total(rows: readonly LossRow[]): string {
    return rows.reduce((sum, row) => add(sum, row.amount), '0')
  }

  it('count each trade once, by its income or before that has come, however much is told twice', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyTrade, { selector: ({ id, symbol }) => id + symbol, maxLength: 20 }),
        fc.integer({ min: now - 30 * hourMs, max: now }),
        fc.boolean(),
        (trades, auditedUntil, twice) => {
          const income = trades.filter(({ time }) => time <= auditedUntil).flatMap(incomeOf)
          // Rows that came already, though not all that belong to their time have.
          const early = trades
            .filter(({ time }) => time > auditedUntil)
            .slice(0, 3)
            .flatMap(incomeOf)
          const all = [...income, ...early, ...(twice ? income : [])]
          const { rows, unpriced } = toLossRows({
            income: all,
            trades: twice ? [...trades, ...trades] : trades,
            auditedUntil,
            priceAt,
          })
          expect(unpriced).to.deep.equal([])
          const truth = toLossRows({
            income: trades.flatMap(incomeOf),
            trades: [],
            auditedUntil: now,
            priceAt,
          })
          expect(total(rows)).to.equal(total(truth.rows))
        },
      ),
      runs,
    )
  })

  it('count funding and insurance by the income, and no transfers', () => {
    const row = { id: '1', asset: 'USDT', symbol: 'AUSDT', time: now }
    const income = ['FUNDING_FEE', 'INSURANCE_CLEAR', 'TRANSFER', 'WELCOME_BONUS', 'constructor'].map(
      (type, at) => ({
        ...row,
        type,
        amount: `-${10 ** at}`,
      }),
    )
    const { rows } = toLossRows({ income, trades: [], auditedUntil: 0, priceAt })
    expect(total(rows)).to.equal('-11')
  })

  it('say which asset has no price, rather than count it as nothing', () => {
    const trade = { id: '1', symbol: 'AUSDT', realisedProfit: '5', fee: '1', feeAsset: 'XYZ', time: now }
    expect(toLossRows({ income: [], trades: [trade], auditedUntil: 0, priceAt }).unpriced).to.deep.equal([
      'XYZ',
    ])
  })
})

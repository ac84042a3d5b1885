import { expect } from 'chai'
import fc from 'fast-check'
import { add, sub } from '../../../lib/model/decimal.ts'
import type { Decimal } from '../../../lib/model/decimal.ts'
import { freshDrawdown, judgeDrawdown } from '../../../lib/risk/drawdown.ts'
import type { DrawdownState } from '../../../lib/risk/drawdown.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { mustFlatten, withSample } from '../../../lib/risk/unrealised-loss.ts'
import type { UnrealisedSample } from '../../../lib/risk/unrealised-loss.ts'
import { amount } from '../../support/arbitrary-instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const limits = limitsOf({})

function judge(
  state: DrawdownState,
  equity: Decimal,
  time: number,
  transfers: { amount: Decimal; time: number }[] = [],
  knownUntil = time,
) {
  return judgeDrawdown(state, { equity, time, transfers, knownUntil }, limits)
}

describe('the drawdown', () => {
  it('is what the equity is below its highest; warned of at 80 %, reducing at the limit', () => {
    const first = judge(freshDrawdown(0), '20000', 1)
    expect(first).to.deep.include({ drawdown: '0', verdict: 'fine' })
    const higher = judge(first.state, '20100.5', 2)
    expect(judge(higher.state, '16100.51', 3)).to.deep.include({ drawdown: '3999.99', verdict: 'fine' })
    expect(judge(higher.state, '16100.5', 3)).to.deep.include({ drawdown: '4000', verdict: 'warn' })
    expect(judge(higher.state, '15100.5', 3)).to.deep.include({ drawdown: '5000', verdict: 'reduce' })
    const back = judge(judge(higher.state, '15100.5', 3).state, '20000', 4)
    expect(back).to.deep.include({ drawdown: '100.5', verdict: 'fine' })
  })

  it('does not change by what is paid in and out', () => {
    const step = fc.record({
      profit: amount(1_000_000),
      isLoss: fc.boolean(),
      paid: amount(1_000_000),
      isOut: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        let [plain, paying] = [freshDrawdown(0), freshDrawdown(0)]
        let [profit, paid] = ['1000', '0']
        const transfers: { amount: Decimal; time: number }[] = []
        for (const [at, each] of steps.entries()) {
          profit = (each.isLoss ? sub : add)(profit, each.profit)
          paid = (each.isOut ? sub : add)(paid, each.paid)
          transfers.push({ amount: each.isOut ? `-${each.paid}` : each.paid, time: at + 1 })
          const one = judge(plain, profit, at + 1)
          const other = judge(paying, add(profit, paid), at + 1, transfers.toReversed())
          expect(other.drawdown).to.equal(one.drawdown)
          ;[plain, paying] = [one.state, other.state]
        }
      }),
      runs,
    )
  })

  it('waits with a sample until all transfers up to its time are known', () => {
    const { state } = judge(freshDrawdown(0), '20000', 1)
    const early = judge(state, '12000', 5, [], 4)
    expect(early).to.deep.equal({ state, drawdown: undefined, verdict: 'fine' })
    expect(judge(state, '12000', 5, [{ amount: '-8000', time: 4 }], 5)).to.deep.include({ drawdown: '0' })
    // What comes after the sample belongs to the next one.
    expect(judge(state, '20000', 5, [{ amount: '-8000', time: 6 }], 7)).to.deep.include({ drawdown: '0' })
  })
})

describe('the unrealised loss', () => {
  const at = (source: string, time: number, profit = '-5000.01'): UnrealisedSample => ({
    source,
    time,
    profit,
  })
  const now = 10_000

  it('flattens after three samples of two sources beyond the limit', () => {
    expect(mustFlatten([at('account', 1), at('risk', 2), at('account', 3)], now, limits)).to.equal(true)
    expect(mustFlatten([at('account', 1), at('account', 2), at('account', 3)], now, limits)).to.equal(false)
    expect(mustFlatten([at('account', 1), at('risk', 2)], now, limits)).to.equal(false)
    expect(mustFlatten([at('account', 1), at('risk', 2), at('account', 3, '-5000')], now, limits)).to.equal(
      false,
    )
    expect(
      mustFlatten([at('account', 1), at('risk', 2, '10'), at('account', 3), at('risk', 4)], now, limits),
    ).to.equal(false)
  })

  it('does not flatten on what is stale, nor counts a word twice', () => {
    const three = [at('account', 1), at('risk', 2), at('account', 3)]
    expect(mustFlatten(three, 20_001, limits)).to.equal(true)
    expect(mustFlatten(three, 20_002, limits)).to.equal(false)
    const repeated = [at('risk', 2), at('risk', 2), at('account', 1)].reduce<UnrealisedSample[]>(
      withSample,
      [],
    )
    expect(repeated).to.deep.equal([at('account', 1), at('risk', 2)])
    const many = Array.from({ length: 50 }, (_, time) => at('risk', time)).reduce<UnrealisedSample[]>(
      withSample,
      [],
    )
    expect(many.map(({ time }) => time)).to.deep.equal([38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49])
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import {
  mergeIncome,
  readIncome,
  readIncomeBySymbol,
  readLatestIncomeTime,
} from '../../lib/account/income.ts'
import { add } from '../../lib/model/decimal.ts'
import type { Income } from '../../lib/model/income.ts'
import { main, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

const hourMs = 3_600_000

function row(more: Partial<Income>): Income {
  return {
    type: 'FUNDING_FEE',
    id: '4480321991774044579',
    asset: 'USDT',
    symbol: 'BTCUSDT',
    amount: '-0.1',
    time: start,
    ...more,
  }
}

describe('the income of an account', () => {
  const redis = withRedis({ cluster: true })

  it('is kept once for each row, however answers overlap and repeat', async () => {
    const hub = await redis.hub()
    const ids = Array.from({ length: 40 }, (_, n) => String(4_480_321_991_774_044_579n + BigInt(n)))
    const rows = ids.map((id, n) => row({ id, time: start + (n >> 2), amount: `-${n + 1}` }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray(rows), { maxLength: 5 }), async (pages) => {
        const other = await redis.hub()
        for (const page of pages) await mergeIncome(other, main, page, start)
        const told = new Set(pages.flat())
        const kept = await readIncome(other, main, 0)
        expect(kept.toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)))).to.deep.equal(
          rows.filter((each) => told.has(each)),
        )
        other.close()
      }),
      { numRuns: 30 },
    )
    expect(await mergeIncome(hub, main, rows, start)).to.equal(40)
    expect(await mergeIncome(hub, main, rows.slice(10), start)).to.equal(0)
  })

  it('tells rows apart by their type, asset and symbol where the id is the same', async () => {
    const hub = await redis.hub()
    const rows = [
      row({ type: 'COMMISSION', id: '7' }),
      row({ type: 'REALIZED_PNL', id: '7' }),
      row({ type: 'COMMISSION', id: '7', asset: 'BNB' }),
      row({ type: 'COMMISSION', id: '7', symbol: 'ETHUSDT' }),
      row({ type: 'TRANSFER', id: '7', symbol: undefined }),
    ]
    expect(await mergeIncome(hub, main, rows, start)).to.equal(5)
    expect(await readIncome(hub, main, 0)).to.have.deep.members(rows)
  })

  it('is summed by symbol and asset over 4 and 24 hours, and forgotten after 25', async () => {
    const hub = await redis.hub()
    const ages = [0, 3.9, 4.1, 23.9, 24.1, 24.9]
    const rows = ages.map((hours, n) => row({ id: String(n), time: start - hours * hourMs, amount: '0.1' }))
    const bnb = row({ id: 'b', asset: 'BNB', amount: '-0.3', time: start - hourMs })
    const transfer = row({ id: 't', type: 'TRANSFER', symbol: undefined, amount: '1000' })
    await mergeIncome(
      hub,
      main,
      [...rows, bnb, transfer, row({ id: 'old', time: start - 26 * hourMs })],
      start,
    )
    const { in4h, in24h } = await readIncomeBySymbol(hub, main, start)
    expect([...in4h].map(([symbol, sums]) => [symbol, Object.fromEntries(sums)])).to.deep.equal([
      ['BTCUSDT', { USDT: '0.2', BNB: '-0.3' }],
    ])
    expect(in24h.get('BTCUSDT')?.get('USDT')).to.equal('0.4')
    expect(await readIncome(hub, main, 0)).to.have.length(8)
    await mergeIncome(hub, main, [], start + 2 * hourMs)
    expect(await readIncome(hub, main, 0)).to.have.length(5)
    expect(await readLatestIncomeTime(hub, main)).to.equal(start)
  })

  it('is exact where floats would not be', async () => {
    const hub = await redis.hub()
    const amounts = ['0.1', '0.2', '-0.3', '1234567890123.12345678']
    await mergeIncome(
      hub,
      main,
      amounts.map((amount, n) => row({ id: String(n), amount })),
      start,
    )
    const { in4h } = await readIncomeBySymbol(hub, main, start)
    expect(in4h.get('BTCUSDT')?.get('USDT'))
      .to.equal(add(...amounts))
      .and.to.equal('1234567890123.12345678')
  })
})

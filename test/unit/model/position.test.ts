import { expect } from 'chai'
import fc from 'fast-check'
import { add, compareDecimals, abs, mul, needDecimal, negate, sub } from '../../../lib/model/decimal.ts'
import { applyFill, applyFunding, flatPosition, unrealisedProfit } from '../../../lib/model/position.ts'
import type { PositionFill } from '../../../lib/model/position.ts'

const amount = fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 5 }))
const decimal = amount.map(([units, digits]) => needDecimal(`${units}e-${digits}`, 'an amount'))
const fill = fc.record<PositionFill>({
  side: fc.constantFrom('buy', 'sell'),
  size: decimal,
  price: decimal,
  fee: decimal,
  time: fc.integer({ min: 1, max: 1e6 }),
})
const contractSize = fc.constantFrom('1', '0.01', '10')

const signed = ({ side, size }: PositionFill) => (side === 'buy' ? size : negate(size))

describe('a position', () => {
  it('is the sum of its fills, and its profit the money that changed hands, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(fill, { maxLength: 30 }), decimal, contractSize, (fills, mark, contract) => {
        const position = fills.reduce((before, each) => applyFill(before, each, contract), flatPosition('X'))
        expect(position.size).to.equal(add('0', ...fills.map(signed)))
        expect(position.fees).to.equal(add('0', ...fills.map(({ fee }) => fee)))
        expect(position.revision).to.equal(fills.length)
        const received = fills.map((each) => negate(mul(signed(each), contract, each.price)))
        const equity = add('0', ...received, mul(position.size, contract, mark))
        expect(add(position.realisedProfit, unrealisedProfit(position, mark, contract))).to.equal(equity)
      }),
    )
  })

  it('has an entry price between the prices it was built at, and none when flat', () => {
    const buys = fc
      .array(fill, { minLength: 1, maxLength: 20 })
      .map((fills) => fills.map((each) => ({ ...each, side: 'buy' as const })))
    fc.assert(
      fc.property(buys, contractSize, (fills, contract) => {
        const position = fills.reduce((before, each) => applyFill(before, each, contract), flatPosition('X'))
        const prices = fills.map(({ price }) => Number(price))
        expect(Number(position.entryPrice)).to.be.within(
          Math.min(...prices) * (1 - 1e-9),
          Math.max(...prices) * (1 + 1e-9),
        )
        const flat = applyFill(
          position,
          { side: 'sell', size: position.size, price: '7', fee: '0', time: 1 },
          contract,
        )
        expect(flat).to.include({ size: '0', cost: '0' }).and.not.have.property('entryPrice')
      }),
    )
  })

  it('keeps its entry price, within a rounding, when a part of it is closed', () => {
    fc.assert(
      fc.property(fill, decimal, decimal, (first, part, price) => {
        fc.pre(compareDecimals(part, first.size) < 0)
        const held = applyFill(flatPosition('X'), first, '1')
        const side = first.side === 'buy' ? 'sell' : 'buy'
        const less = applyFill(held, { side, size: part, price, fee: '0', time: 2 }, '1')
        const off = abs(sub(mul(less.entryPrice ?? '0', less.size), mul(held.entryPrice ?? '0', less.size)))
        expect(Number(off)).to.be.below(1e-6)
        expect(less.realisedProfit).to.equal(
          mul(sub(price, first.price), first.side === 'buy' ? part : negate(part)),
        )
      }),
    )
  })

  it('turns from long to short through zero', () => {
    const long = applyFill(
      flatPosition('X'),
      { side: 'buy', size: '2', price: '100', fee: '0.1', time: 1 },
      '1',
    )
    const short = applyFill(long, { side: 'sell', size: '5', price: '110', fee: '0.2', time: 2 }, '1')
    expect(short).to.include({
      size: '-3',
      cost: '-330',
      entryPrice: '110',
      realisedProfit: '20',
      fees: '0.3',
    })
  })

  it('pays or receives funding once per funding time', () => {
    const short = applyFill(
      flatPosition('X'),
      { side: 'sell', size: '2', price: '100', fee: '0', time: 1 },
      '10',
    )
    const funding = { rate: '0.0001', markPrice: '105', fundingTime: 8 }
    const funded = applyFunding(short, funding, '10')
    expect(funded).to.include({ funding: '0.21', fundedAt: 8, revision: 2 })
    expect(applyFunding(funded, funding, '10')).to.equal(funded)
    expect(applyFunding(funded, { ...funding, rate: '-0.0002', fundingTime: 16 }, '10').funding).to.equal(
      '-0.21',
    )
  })
})

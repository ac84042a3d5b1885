import { expect } from 'chai'
import fc from 'fast-check'
import { add, ceilTo, compareDecimals, floorTo, mul } from '../../../lib/model/decimal.ts'
import { sizeOrder } from '../../../lib/risk/size-order.ts'
import type { SizeToCut, SizedOrder } from '../../../lib/risk/size-order.ts'
import { fewestParts, lotsIn, splitSize } from '../../../lib/risk/split-size.ts'
import { amount, anyInstrument, step } from '../../support/arbitrary-instrument.ts'
import { toPerpetual } from '../../support/instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const instrument = { ...toPerpetual('AUSDT'), contractSize: '0.01', lotSize: '1', minQty: '1' }
const market: SizeToCut = {
  side: 'buy',
  type: 'market',
  size: '10',
  notional: undefined,
  price: undefined,
  reduceOnly: false,
}

function sized(asked: Partial<SizeToCut>, by: object = {}, most?: string): SizedOrder {
  const answer = sizeOrder(
    { ...market, ...asked },
    { ...instrument, ...by },
    { reference: '1000', ...(most && { most }) },
  )
  if ('denied' in answer) throw new Error(`expected a size, was denied: ${answer.denied}`)
  return answer
}

function denied(asked: Partial<SizeToCut>, by: object = {}): string {
  const answer = sizeOrder({ ...market, ...asked }, { ...instrument, ...by }, { reference: '1000' })
  if (!('denied' in answer)) throw new Error(`expected a denial, was ${JSON.stringify(answer)}`)
  return answer.denied
}

const anyAsked = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    limit: fc.boolean(),
    amount: amount(1_000_000_000),
    byNotional: fc.boolean(),
    price: amount(1_000_000_000),
    reduceOnly: fc.boolean(),
  })
  .map(({ side, limit, amount: asked, byNotional, price, reduceOnly }): SizeToCut => ({
    side,
    type: limit ? 'limit' : 'market',
    size: byNotional ? undefined : asked,
    notional: byNotional ? asked : undefined,
    price: limit ? price : undefined,
    reduceOnly,
  }))

describe('sizing an order', () => {
  it('counts contracts by their size in the base asset', () => {
    expect(sized({ size: undefined, notional: '105' })).to.include({ size: '10', notional: '100' })
    expect(sized({ size: '7' })).to.include({ size: '7', notional: '70' })
    expect(sized({ type: 'limit', price: '500.06', notional: '105', size: undefined })).to.include({
      size: '21',
      price: '500',
    })
  })

  it('splits a market order by the most of the venue into equal slices, the odd lots on the first', () => {
    expect(sized({ size: '25' }, { maxMarketQty: '10' }).slices).to.deep.equal(['9', '8', '8'])
    expect(sized({ size: '25', type: 'limit', price: '1000' }, { maxMarketQty: '10' }).slices).to.deep.equal([
      '25',
    ])
  })

  it('never reduces more than there is', () => {
    expect(sized({ reduceOnly: true, size: '25' }, {}, '7.9').size).to.equal('7')
  })

  it('holds the least notional of each slice, except of what only reduces', () => {
    expect(denied({ size: '9' }, { minNotional: '100' })).to.equal('the notional 90 is below the least, 100')
    expect(denied({ size: '18' }, { minNotional: '100', maxMarketQty: '10' })).to.contain('90 is below')
    expect(sized({ size: '9', reduceOnly: true }, { minNotional: '100' }).size).to.equal('9')
  })

  it('is denied where it cannot be, and says why', () => {
    expect(denied({ size: '0.5' })).to.contain('less than the lot of 1')
    expect(denied({ size: '3' }, { minQty: '4' })).to.contain('below the least, 4')
    expect(denied({ size: '101' }, { maxMarketQty: '1' })).to.contain('100 times the most')
    expect(denied({ size: '3' }, { maxMarketQty: '0.5' })).to.contain('the most of a market order')
    expect(denied({ size: '11' }, { minQty: '6', maxMarketQty: '10' })).to.contain('slice of 5')
    expect(denied({}, { linear: false })).to.contain('inverse')
    expect(denied({}, { tickSize: undefined })).to.contain('tick and lot')
    expect(denied({ type: 'limit', price: '0.04' })).to.contain('above 0')
    expect(sizeOrder(market, instrument, { reference: undefined })).to.deep.equal({
      denied: 'no quote of AUSDT is known',
    })
  })

  it('gives lots within the most, never above what was asked, and all that fits of it', () => {
    let counted = 0
    fc.assert(
      fc.property(anyInstrument, anyAsked, amount(1_000_000_000), (terms, asked, reference) => {
        const order = sizeOrder(asked, terms, { reference })
        if ('denied' in order) return
        counted += 1
        const lot = terms.lotSize ?? ''
        const at = order.price ?? reference
        for (const slice of order.slices) {
          expect(floorTo(slice, lot)).to.equal(slice)
          if (asked.type === 'market' && terms.maxMarketQty !== undefined)
            expect(compareDecimals(slice, terms.maxMarketQty)).to.be.at.most(0)
        }
        expect(add(...order.slices)).to.equal(order.size)
        const contractValue = mul(terms.contractSize, at)
        const [worth, next, most] =
          asked.size === undefined
            ? [mul(order.size, contractValue), mul(add(order.size, lot), contractValue), asked.notional ?? '']
            : [order.size, add(order.size, lot), asked.size]
        expect(compareDecimals(worth, most)).to.be.at.most(0)
        expect(compareDecimals(next, most)).to.be.greaterThan(0)
        expect(order.notional).to.equal(mul(order.size, contractValue))
        if (order.price === undefined || asked.price === undefined) return
        const tick = terms.tickSize ?? ''
        expect(order.price).to.equal((asked.side === 'buy' ? floorTo : ceilTo)(asked.price, tick))
      }),
      { numRuns: runs.numRuns * 5 },
    )
    expect(counted).to.be.greaterThan(runs.numRuns / 2)
  })
})

describe('a split size', () => {
  it('adds up exactly, with no part above the most and parts that differ by the odd lots only', () => {
    fc.assert(
      fc.property(
        step,
        fc.integer({ min: 1, max: 20_000 }),
        fc.option(fc.integer({ min: 20, max: 2_000 }), { nil: undefined }),
        fc.integer({ min: 0, max: 5 }),
        (lot, lots, mostLots, more) => {
          const size = mul(lot, String(lots))
          const most = mostLots === undefined ? undefined : mul(lot, String(mostLots))
          const count = fewestParts({ size, lot, most }) + more
          const parts = splitSize({ size, lot, most }, count)
          expect(parts.reduce((sum, part) => add(sum, part))).to.equal(size)
          for (const part of parts) expect(lotsIn(part, lot) <= BigInt(mostLots ?? lots)).to.equal(true)
          expect(parts.length).to.be.at.most(count)
          if (lots >= count) expect(parts.length).to.equal(count)
          if (count > 1 && more === 0 && most !== undefined)
            expect(fewestParts({ size, lot, most })).to.equal(Math.ceil(lots / (mostLots ?? 1)))
        },
      ),
      runs,
    )
  })
})

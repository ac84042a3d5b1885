import { expect } from 'chai'
import fc from 'fast-check'
import { abs, add, compareDecimals, floorTo, mul, signOf, sub } from '../../../lib/model/decimal.ts'
import type { Decimal } from '../../../lib/model/decimal.ts'
import { fitLadder } from '../../../lib/risk/fit-ladder.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { planLadder, slotsFor } from '../../../lib/risk/stop-ladder.ts'
import type { LadderTerms, StopLadder, StopPosition } from '../../../lib/risk/stop-ladder.ts'
import { isBeyond } from '../../../lib/risk/stop-triggers.ts'
import { amount, anyInstrument } from '../../support/arbitrary-instrument.ts'
import { toPerpetual } from '../../support/instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 120) * 5 }
const limits = limitsOf({})
const long: StopPosition = {
  symbol: 'AUSDT',
  side: 'both',
  size: '1',
  entryPrice: '1000',
  liquidationPrice: '500',
}
const terms: LadderTerms = { instrument: toPerpetual('AUSDT'), limits, slots: 100 }

function ladderOf(
  position: Partial<StopPosition>,
  by: Partial<LadderTerms> = {},
  instrument: object = {},
): StopLadder {
  const of = { ...terms, ...by, instrument: { ...terms.instrument, ...instrument } }
  const plan = planLadder({ ...long, ...position }, of)
  if (plan.plan !== 'ladder') throw new Error(`expected a ladder: ${plan.reason}`)
  return plan
}

function triggers({ rungs, closeAll }: StopLadder): (Decimal | undefined)[] {
  return [...rungs, closeAll].map((stop) => stop?.triggerPrice)
}

function sizes({ rungs, rest }: StopLadder): (Decimal | undefined)[] {
  return [...rungs.map(({ size }) => size), rest]
}

describe('the stop ladder', () => {
  it('has five equal rungs, triggers rounded towards the entry, and a stop behind them that closes the rest', () => {
    const of = ladderOf({ size: '1.003', entryPrice: '1000.03' })
    expect(triggers(of)).to.deep.equal(['950.1', '945.1', '940.1', '935.1', '930.1', '927.6'])
    expect(sizes(of)).to.deep.equal(['0.203', '0.2', '0.2', '0.2', '0.2', '0'])
    expect(of.stopSide).to.equal('sell')
    const short = ladderOf({ size: '-1.003', entryPrice: '1000.03', liquidationPrice: '1500' })
    expect(triggers(short)).to.deep.equal(['1050', '1055', '1060', '1065', '1070', '1072.5'])
    expect(short).to.deep.include({ stopSide: 'buy', reduceTo: undefined, rungs: short.rungs })
    expect(sizes(short)).to.deep.equal(sizes(of))
  })

  it('has fewer rungs when lots, minimums or slots are few, and more where the most of the venue is', () => {
    const count = (...of: Parameters<typeof ladderOf>) => ladderOf(...of).rungs.length
    expect(count({ size: '0.003' }, {}, { minNotional: undefined })).to.equal(3)
    expect(count({ size: '0.005' }, {}, { minQty: '0.002', minNotional: undefined })).to.equal(2)
    expect(count({ size: '0.02' })).to.equal(3)
    expect(count({ size: '0.004' })).to.equal(1)
    expect([11, 10, 9, 4, 3, 2].map((slots) => count({}, { slots }))).to.deep.equal([5, 4, 4, 1, 1, 1])
    const eight = Array.from({ length: 8 }, () => '0.125')
    expect(sizes(ladderOf({}, {}, { maxMarketQty: '0.1299' }))).to.deep.equal([...eight, '0'])
    expect(new Set(triggers(ladderOf({}, {}, { maxMarketQty: '0.1299' }))).size).to.equal(6)
  })

  it('leaves to the stop behind it what no rung can take', () => {
    expect(sizes(ladderOf({ size: '0.0125' }, {}, { minNotional: undefined }))).to.include.members([
      '0.004',
      '0.0005',
    ])
    expect(sizes(ladderOf({ size: '5' }, { slots: 5 }, { maxMarketQty: '2' }))).to.deep.equal(['2', '2', '1'])
    const dust = ladderOf({ size: '0.0009' })
    expect(sizes(dust)).to.deep.equal(['0.0009'])
    expect(triggers(dust)).to.deep.equal(['950'])
    expect(triggers(ladderOf({}, { slots: 1 }))).to.deep.equal(['950'])
  })

  it('stays within its part of the way to liquidation, and says to how much the position must shrink', () => {
    const near = ladderOf({ liquidationPrice: '900' })
    expect(triggers(near)).to.deep.equal(['950', '945', '943', '943', '943', '940.5'])
    expect(near.reduceTo).to.equal('0.814')
    expect(ladderOf({ liquidationPrice: '883.4' }).reduceTo).to.equal('0.949')
    expect(ladderOf({ liquidationPrice: '883.3' }).reduceTo).to.equal(undefined)
    expect(ladderOf({ liquidationPrice: undefined }).reduceTo).to.equal(undefined)
    const under = ladderOf({ liquidationPrice: '1001' })
    expect(under.reduceTo).to.equal('0')
    expect(under.rungs.every(({ triggerPrice }) => triggerPrice === '999.9')).to.equal(true)
  })

  it('puts the last stop between its rungs and liquidation', () => {
    expect(triggers(ladderOf({ liquidationPrice: '990' })).slice(-2)).to.deep.equal(['994.3', '992.2'])
    expect(triggers(ladderOf({ liquidationPrice: '999.9' })).slice(-2)).to.deep.equal(['999.9', '999.9'])
  })

  it('leaves out the rungs that the mark has passed, where it succeeds another ladder', () => {
    expect(triggers(ladderOf({}, { passedBy: '945' }))).to.deep.equal(['940', '935', '930', '927.5'])
    expect(planLadder(long, { ...terms, passedBy: '930' }).plan).to.equal('passed')
    expect(planLadder(long, { ...terms, passedBy: '951' })).to.deep.equal(planLadder(long, terms))
  })

  it('is none without a positive entry price, or without a position', () => {
    for (const wrong of [{ entryPrice: undefined }, { entryPrice: '0' }, { entryPrice: '-1' }, { size: '0' }])
      expect(planLadder({ ...long, ...wrong }, terms).plan, JSON.stringify(wrong)).to.equal('none')
    const unknown = { ...terms, instrument: { ...terms.instrument, lotSize: undefined } }
    expect(planLadder(long, unknown).plan).to.equal('none')
  })

  const anyPosition = fc.record({
    isLong: fc.boolean(),
    contracts: amount(1_000_000_000),
    entryPrice: amount(1_000_000_000),
    way: fc.option(amount(1_000), { nil: undefined }),
    slots: fc.integer({ min: 0, max: 30 }),
  })

  it('adds up to the position with its rest whatever the lot, on lots within the most and on the losing side', () => {
    let ladders = 0
    fc.assert(
      fc.property(anyInstrument, anyPosition, (instrument, { isLong, contracts, entryPrice, way, slots }) => {
        const size = isLong ? contracts : `-${contracts}`
        const liquidationPrice = way && (isLong ? sub : add)(entryPrice, mul(entryPrice, way))
        const plan = planLadder(
          { ...long, size, entryPrice, liquidationPrice },
          { instrument, limits, slots },
        )
        if (plan.plan !== 'ladder') return
        ladders += plan.rungs.length > 1 ? 1 : 0
        const lot = instrument.lotSize ?? ''
        const tick = instrument.tickSize ?? ''
        expect(plan.rungs.reduce((sum, rung) => add(sum, rung.size ?? ''), plan.rest)).to.equal(contracts)
        expect(signOf(plan.rest)).to.be.at.least(0)
        if (slots >= 3) expect(slotsFor(plan.rungs.length)).to.be.at.most(slots)
        for (const { size: part = '', triggerPrice } of plan.rungs) {
          expect(floorTo(part, lot)).to.equal(part)
          expect(compareDecimals(part, instrument.minQty ?? '')).to.be.at.least(0)
          if (instrument.maxMarketQty !== undefined)
            expect(compareDecimals(part, instrument.maxMarketQty)).to.be.at.most(0)
          expect(isBeyond(isLong, triggerPrice, entryPrice)).to.equal(true)
          expect(signOf(triggerPrice)).to.equal(1)
          expect(floorTo(triggerPrice, tick)).to.equal(triggerPrice)
        }
        for (const [at, { triggerPrice }] of [
          ...plan.rungs.slice(1),
          ...(plan.closeAll ? [plan.closeAll] : []),
        ].entries()) {
          const before = plan.rungs[at]?.triggerPrice
          if (before !== undefined) expect(isBeyond(isLong, before, triggerPrice)).to.equal(false)
        }
      }),
      runs,
    )
    expect(ladders).to.be.greaterThan(runs.numRuns / 10)
  })

  it('is known to fit before it is planned', () => {
    let fitting = 0
    fc.assert(
      fc.property(anyInstrument, anyPosition, (instrument, { isLong, contracts, entryPrice, way, slots }) => {
        const size = isLong ? contracts : `-${contracts}`
        const liquidationPrice = way && (isLong ? sub : add)(entryPrice, mul(entryPrice, way))
        const position = { ...long, size, entryPrice, liquidationPrice }
        const plan = planLadder(position, { instrument, limits, slots })
        const fit = fitLadder(position, { instrument, limits, slots })
        if (fit.fits) fitting += 1
        const isWhole =
          plan.plan === 'ladder' &&
          plan.rungs.length > 0 &&
          plan.reduceTo === undefined &&
          compareDecimals(plan.rest, instrument.lotSize ?? '') < 0
        // A tick so coarse that rungs are lost has a ladder of what is left of them.
        const isCoarse = isLong && compareDecimals(mul(entryPrice, '0.9'), instrument.tickSize ?? '') <= 0
        if (!isCoarse) expect(fit.fits).to.equal(isWhole)
        if (fit.fits && plan.plan === 'ladder') expect(fit.rungs).to.equal(plan.rungs.length)
      }),
      runs,
    )
    expect(fitting).to.be.greaterThan(runs.numRuns / 20)
  })

  it('has every rung at its distance or nearer by less than a tick, and within its part unless it says to shrink', () => {
    fc.assert(
      fc.property(anyInstrument, anyPosition, (instrument, { isLong, contracts, entryPrice, way, slots }) => {
        const size = isLong ? contracts : `-${contracts}`
        const liquidationPrice = way && (isLong ? sub : add)(entryPrice, mul(entryPrice, way))
        const plan = planLadder(
          { ...long, size, entryPrice, liquidationPrice },
          { instrument, limits, slots },
        )
        if (plan.plan !== 'ladder') return
        const tick = instrument.tickSize ?? ''
        if (plan.reduceTo === undefined) {
          for (const { triggerPrice } of plan.rungs) {
            const distance = abs(sub(entryPrice, triggerPrice))
            if (way !== undefined)
              expect(compareDecimals(distance, mul(entryPrice, way, limits.liquidationShare))).to.be.at.most(
                0,
              )
            const isExact = limits.rungs.some((share) => {
              const off = sub(mul(entryPrice, share), distance)
              return signOf(off) >= 0 && compareDecimals(off, tick) < 0
            })
            // Only a tick so coarse that it would reach the entry moves a trigger away from it.
            if (compareDecimals(mul(entryPrice, '0.05'), tick) >= 0) expect(isExact).to.equal(true)
          }
        } else {
          expect(compareDecimals(plan.reduceTo, contracts)).to.be.lessThan(0)
          expect(floorTo(plan.reduceTo, instrument.lotSize ?? '')).to.equal(plan.reduceTo)
        }
        const last = plan.rungs.at(-1)?.triggerPrice
        if (liquidationPrice === undefined || last === undefined || plan.closeAll === undefined) return
        if (isBeyond(isLong, liquidationPrice, last))
          expect(isBeyond(isLong, liquidationPrice, plan.closeAll.triggerPrice)).to.equal(true)
      }),
      runs,
    )
  })
})

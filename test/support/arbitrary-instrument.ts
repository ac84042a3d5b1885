import fc from 'fast-check'
import { mul, needDecimal } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import { toPerpetual } from './instrument.ts'

/** A step as venues have them: 0.001, 0.05, 1, 10, 25. */
export const step: fc.Arbitrary<Decimal> = fc
  .tuple(fc.constantFrom(1, 2, 2.5, 5), fc.integer({ min: -8, max: 2 }))
  .map(([digits, exponent]) => needDecimal(`${digits}e${exponent}`, 'a step'))

/** An instrument with steps and bounds of any kind that go together. */
export const anyInstrument: fc.Arbitrary<Instrument> = fc
  .record({
    lotSize: step,
    tickSize: step,
    contractSize: fc.constantFrom('1', '0.01', '0.001', '10', '1000'),
    leastLots: fc.integer({ min: 1, max: 20 }),
    mostLots: fc.option(fc.integer({ min: 20, max: 100_000 }), { nil: undefined }),
    halfLots: fc.boolean(),
    minNotional: fc.option(fc.constantFrom('5', '20', '100'), { nil: undefined }),
  })
  .map(({ lotSize, tickSize, contractSize, leastLots, mostLots, halfLots, minNotional }) => ({
    ...toPerpetual('AUSDT'),
    lotSize,
    tickSize,
    contractSize,
    minQty: mul(lotSize, String(leastLots)),
    // The most need not be a multiple of the lot.
    maxMarketQty:
      mostLots === undefined ? undefined : mul(lotSize, halfLots ? `${mostLots}.5` : String(mostLots)),
    minNotional,
  }))

/** A positive decimal with any number of digits that people and venues write. */
export function amount(most: number): fc.Arbitrary<Decimal> {
  return fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 0, max: 8 }))
    .map(([units, digits]) => needDecimal(`${units}e-${digits}`, 'an amount'))
}

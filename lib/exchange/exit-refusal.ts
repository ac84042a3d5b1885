import { VenueRejectedError } from '../model/errors.ts'
import { ordersOf, venueOf } from './open-exchange.ts'

/**
 * Why a venue would not have an order that only reduces. band: the best price is beyond its percent-price filter; resting:
 * other orders hold the position; other: anything else.
 */
export function exitRefusal(venue: string, error: unknown): 'band' | 'resting' | 'other' {
  const { bandCodes, restingCodes } = ordersOf(venueOf(venue))
  const code = error instanceof VenueRejectedError ? (error.code ?? '') : ''
  if (bandCodes.has(code)) return 'band'
  return restingCodes.has(code) ? 'resting' : 'other'
}

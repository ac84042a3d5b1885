import { VenueRejectedError } from '../model/errors.ts'
import { ordersOf, venueOf } from './open-exchange.ts'

/**
 * Why a venue would not have a stop. passed: the price is beyond its trigger; no room: there are too many stops; other:
 * anything else.
 */
export function stopRefusal(venue: string, error: unknown): 'passed' | 'no room' | 'other' {
  const { passedCodes, roomCodes } = ordersOf(venueOf(venue))
  const code = error instanceof VenueRejectedError ? (error.code ?? '') : ''
  if (passedCodes.has(code)) return 'passed'
  return roomCodes.has(code) ? 'no room' : 'other'
}

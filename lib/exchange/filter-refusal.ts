import { VenueRejectedError } from '../model/errors.ts'
import { ordersOf, venueOf } from './open-exchange.ts'

/** Whether a venue refused an order by the contract's terms, which then are not as they were thought to be. */
export function isFilterRefusal(venue: string, error: unknown): boolean {
  return error instanceof VenueRejectedError && ordersOf(venueOf(venue)).filterCodes.has(error.code ?? '')
}

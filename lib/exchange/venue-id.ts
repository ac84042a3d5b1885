import { textIf, textIn } from './raw.ts'
import type { Raw } from './raw.ts'

// No venue takes a colon in an id of ours.
const byVenue = 'id:'

/**
 * The client order id of a row; of an order that was placed without one `id:` and the venue's, so that it can be asked for
 * and cancelled too.
 */
export function clientIdOf(row: Raw, clientId: string, id: string): string {
  return textIf(row, clientId) ?? byVenue + textIn(row, id)
}

/** The parameter that names an order, by what `clientIdOf` gave. */
export function paramOf(clientOrderId: string, clientId: string, id: string): Raw {
  return clientOrderId.startsWith(byVenue)
    ? { [id]: clientOrderId.slice(byVenue.length) }
    : { [clientId]: clientOrderId }
}

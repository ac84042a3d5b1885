import type { Charge, VenueLimit } from '../model/egress-budget.ts'
import { InvariantError } from '../model/errors.ts'
import type { PollCost, PollKind } from './exchange.ts'
import type { Venue } from './venue.ts'
import type { RequestWords } from './venue-call.ts'

const narrowestFirst: readonly VenueLimit['scope'][] = ['instrument', 'user', 'address']

/**
 * What a request counts in each of the venue's limits, the narrowest scope first. Throws InvariantError for one that
 * counts in none: what is bounded by nothing must not leave.
 */
export function chargesOf(venue: Venue, request: RequestWords): Charge[] {
  const endpoint = `${request.method} ${request.path}`
  const charges = venue.limits
    .filter(({ endpoints }) => endpoints === undefined || endpoints.includes(endpoint))
    .map((limit) => ({
      limit,
      amount: amountOf(venue, limit, request),
      symbol: symbolOf(venue, limit, request),
    }))
  if (charges.length === 0) throw new InvariantError(`no limit of ${venue.id} counts ${endpoint}`)
  return charges.toSorted(
    (a, b) => narrowestFirst.indexOf(a.limit.scope) - narrowestFirst.indexOf(b.limit.scope),
  )
}

/** What the polls of one kind cost by the limit that lets the fewest leave, and how many are of use. */
export function pollCostOf(venue: Venue, kind: PollKind): PollCost {
  const { mostPerSecond, ...request } = venue.polls[kind]
  const perMs = ({ limit, amount }: Charge) => limit.limit / limit.windowMs / amount
  const [charge] = chargesOf(venue, request).toSorted((a, b) => perMs(a) - perMs(b))
  if (charge === undefined) throw new InvariantError(`polls of ${kind} at ${venue.id} cost nothing`)
  return { charge, mostPerSecond }
}

function amountOf(venue: Venue, { counts }: VenueLimit, request: RequestWords): number {
  if (counts === 'weight') return venue.weigh(request)
  return counts !== 'requests' && Array.isArray(request.params) ? request.params.length : 1
}

function symbolOf(venue: Venue, { scope }: VenueLimit, { params, path }: RequestWords): string | undefined {
  if (scope !== 'instrument') return undefined
  const first = (Array.isArray(params) ? params[0] : params) as Record<string, unknown> | undefined
  const symbol = first?.[venue.symbolParam]
  if (typeof symbol !== 'string') throw new InvariantError(`${path} names no instrument of ${venue.id}`)
  return symbol
}

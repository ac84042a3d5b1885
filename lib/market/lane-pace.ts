import type { LivingActor } from '../hub/heartbeats.ts'
import { decodeFlows } from '../model/egress-budget.ts'

/** What the fetchers of candles can do now. */
export interface FetchPace {
  /** polls that leave in a real second, by all open addresses together */
  readonly perSecond: number
  /** how many jobs may be ahead of their requests */
  readonly ahead: number
}

/**
 * What leaves by every open address that has a fetcher, less the shares of the other flows by that address. So many
 * jobs may be ahead as leave in `leadMs`, two at least by each address, so that it never runs dry; never more than
 * twice the slots.
 */
export function toFetchPace(
  actors: readonly LivingActor[],
  of: { venue: string; leadMs: number; now: number },
): FetchPace {
  const living = actors.filter(({ fields }) => fields['venue'] === of.venue)
  const addresses = new Map<string, number>()
  let slots = 0
  for (const { kind, fields } of living) {
    if (kind !== 'kline' || Number(fields['closedUntil']) > of.now || Number(fields['slots']) === 0) continue
    slots += Number(fields['slots'])
    const address = fields['address'] ?? ''
    addresses.set(address, Number(fields['perSecond']) * partLeft(living, address, fields['limit']))
  }
  let [perSecond, ahead] = [0, 0]
  for (const each of addresses.values()) {
    perSecond += each
    ahead += Math.max(2, Math.ceil((each * of.leadMs) / 1000))
  }
  return { perSecond, ahead: Math.min(ahead, 2 * slots) }
}

// Real ms.
const shortestLookMs = 15
const longestLookMs = 200

/**
 * Real ms after which it is worth looking again how many jobs have left: half the time in which one leaves, so that of
 * the two that are ahead the second is replaced before it is due. Bounded, since fetchers come and go.
 */
export function toLookEveryMs(perSecond: number): number {
  return Math.min(longestLookMs, Math.max(shortestLookMs, 500 / perSecond))
}

// Processes of one flow share its part; a flow in another limit of the venue takes nothing of this one.
function partLeft(living: readonly LivingActor[], address: string, limit: string | undefined): number {
  const told = living.filter(({ fields }) => fields['address'] === address && fields['limit'] === limit)
  const shares = new Map(
    told.flatMap(({ fields }) => decodeFlows(fields['flows'])).map(({ name, share }) => [name, share]),
  )
  return Math.max(0, 1 - [...shares.values()].reduce((sum, share) => sum + share, 0))
}

import { ladderWrite } from '../../lua/ladder-write.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { LadderState, LadderStop } from '../risk/ladder-state.ts'

/** The lease of whoever keeps the stops of an account. */
export function riskLease({ keys }: Hub, { venue, account }: AccountOf): string {
  return keys.accountLease(venue, account, 'risk')
}

/** `SYMBOL/side` -> what is remembered of the position's stops. */
export async function readLadders(
  { redis, keys }: Hub,
  { venue, account }: AccountOf,
): Promise<Map<string, LadderState>> {
  const texts = await redis.hgetall(keys.ladders(venue, account))
  return new Map(Object.entries(texts).map(([place, text]) => [place, decodeLadder(text)]))
}

/** Remembers a position's stops, or forgets them; false when another process leads by its `token`. */
export function writeLadder(
  hub: Hub,
  of: AccountOf,
  { token, place, state }: { token: string; place: string; state: LadderState | undefined },
): Promise<boolean> {
  const ladders = hub.keys.ladders(of.venue, of.account)
  const ladder = state === undefined ? '' : encodeLadder(state)
  return ladderWrite(hub.redis, { lease: riskLease(hub, of), ladders }, { token, place, ladder })
}

/** The JSON of a ladder's state. */
export function encodeLadder({ stops, ...rest }: LadderState): string {
  return JSON.stringify({ ...rest, stops: [...stops.values()] })
}

/** The state that a JSON text tells; what it lacks is undefined. */
export function decodeLadder(text: string): LadderState {
  const { stops, ladder, mostRungs, uncoveredSince } = JSON.parse(text) as StoredLadder
  return {
    stops: new Map(stops.map((stop) => [stop.id, toStop(stop)])),
    ladder: ladder && { ...ladder, closeAll: ladder.closeAll && { ...ladder.closeAll, size: undefined } },
    mostRungs,
    uncoveredSince,
  }
}

type StoredLadder = Partial<Omit<LadderState, 'stops'>> & { readonly stops: readonly LadderStop[] }

function toStop(stop: LadderStop): LadderStop {
  const { size, refusal, waitsFor } = stop
  return { ...stop, size, refusal, waitsFor }
}

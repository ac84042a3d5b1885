import { flattenBegin } from '../../lua/flatten-begin.ts'
import { flattenWrite } from '../../lua/flatten-write.ts'
import { writeTradingState } from '../account/trading-states.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { ExitState } from '../risk/exit-state.ts'
import type { FlattenState } from '../risk/flatten-plan.ts'

/** Who wants an account flattened, and why. */
export interface FlattenRequest {
  readonly reason: string
  readonly by: 'person' | 'rule'
  /** real ms since epoch */
  readonly requestedAt: number
}

/** What a person is shown of a flatten. */
export interface FlattenProgress {
  /** `SYMBOL/side` -> contracts that are left, as last heard; absent: none */
  readonly left: Readonly<Record<string, string>>
  /** orders and stops that were found last */
  readonly orders: number
  readonly stops: number
  /** `SYMBOL/side` -> why it cannot go on by itself */
  readonly problems: Readonly<Record<string, string>>
  readonly isLate: boolean
}

/** A flatten as it is stored. */
export interface StoredFlatten {
  readonly request: FlattenRequest
  /** undefined before anybody began with it */
  readonly state: FlattenState | undefined
  readonly progress: FlattenProgress | undefined
  readonly revision: number
  /** how it ended; undefined while it goes on */
  readonly ended: 'flat' | 'stopped' | undefined
}

/**
 * Halts an account and asks for it to be flattened by the risk actor that leads; false when that is under way already.
 */
export async function requestFlatten(
  hub: Hub,
  of: AccountOf,
  reason: string,
  by: FlattenRequest['by'],
): Promise<boolean> {
  await writeTradingState(hub, of, 'halted', `flatten: ${reason}`, by === 'rule' ? fromAll : undefined)
  const request: FlattenRequest = { reason, by, requestedAt: Date.now() }
  return flattenBegin(hub.redis, keysOf(hub, of), { request: JSON.stringify(request) })
}

/** The states that a flatten's halt may follow: all of them. */
export const fromAll = { from: ['active', 'reducing', 'halted', 'missing'] } as const

/** The account's last flatten; undefined when there was none. */
export async function readFlatten(hub: Hub, of: AccountOf): Promise<StoredFlatten | undefined> {
  const fields = await hub.redis.hgetall(keysOf(hub, of).flatten)
  const { request, state, progress, revision, ended } = fields
  if (request === undefined) return undefined
  return {
    request: JSON.parse(request) as FlattenRequest,
    state: state === undefined ? undefined : decodeState(state),
    progress: progress === undefined ? undefined : (JSON.parse(progress) as FlattenProgress),
    revision: Number(revision),
    ended: ended === 'flat' || ended === 'stopped' ? ended : undefined,
  }
}

/** Keeps how far it has come; false when it was ended, or somebody else went on with it. */
export function writeFlatten(
  hub: Hub,
  of: AccountOf,
  revision: number,
  { state, progress }: { state: FlattenState; progress: FlattenProgress },
): Promise<boolean> {
  const fields = { state: encodeState(state), progress: JSON.stringify(progress) }
  return flattenWrite(hub.redis, keysOf(hub, of), revision, fields)
}

/** Ends it; false when it had ended, or somebody else went on with it meanwhile. */
export function endFlatten(
  hub: Hub,
  of: AccountOf,
  revision: number,
  ended: 'flat' | 'stopped',
): Promise<boolean> {
  return flattenWrite(hub.redis, keysOf(hub, of), revision, { ended, endedAt: Date.now() })
}

function keysOf({ keys }: Hub, { venue, account }: AccountOf) {
  return { flatten: keys.flatten(venue, account) }
}

function encodeState({ startedAt, exits }: FlattenState): string {
  return JSON.stringify({ startedAt, exits: Object.fromEntries(exits) })
}

function decodeState(text: string): FlattenState {
  const { startedAt, exits } = JSON.parse(text) as { startedAt: number; exits: Record<string, ExitState> }
  return { startedAt, exits: new Map(Object.entries(exits)) }
}

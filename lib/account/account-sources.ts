import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { AccountSource } from '../model/position-report.ts'

/** Market ms after a change in which a venue's answers may still be without it. */
export const settleMs = 2_000

export const accountSources: readonly AccountSource[] = ['account', 'risk', 'stream']

/** What is known of one source of an account; venue times, undefined where there was none yet. */
export interface SourceState {
  /** when its last word was surely not yet asked for, or when its stream last gave a sign of life */
  readonly heardAt: number | undefined
  /** likewise of its latest complete snapshots */
  readonly positionsAt: number | undefined
  readonly balancesAt: number | undefined
  /** since when a stream has told everything without a gap */
  readonly beganAt: number | undefined
}

export type SourceStates = Readonly<Record<AccountSource, SourceState>>

/** What is known of the sources of an account. */
export async function readSources(hub: Hub, { venue, account }: AccountOf): Promise<SourceStates> {
  return decodeSources(await hub.redis.hgetall(hub.keys.sources(venue, account)))
}

/** The same of stored fields. */
export function decodeSources(fields: Readonly<Record<string, string>>): SourceStates {
  const time = (name: string) => (fields[name] === undefined ? undefined : Number(fields[name]))
  const state = (source: AccountSource): SourceState => ({
    heardAt: time(`${source} heard`),
    positionsAt: time(`${source} positions`),
    balancesAt: time(`${source} balances`),
    beganAt: time(`${source} began`),
  })
  return { account: state('account'), risk: state('risk'), stream: state('stream') }
}

/** Says that a source gave a sign of life at `at`, venue time, though it had nothing to tell: a ping, for a stream. */
export async function noteHeard(
  hub: Hub,
  { venue, account }: AccountOf,
  source: AccountSource,
  at: number,
): Promise<void> {
  await hub.redis.hset(hub.keys.sources(venue, account), `${source} heard`, Math.floor(at))
}

/**
 * Says that the stream was opened at `at`, venue time, after a gap: what it said before no longer counts as its word,
 * and changes from now on are expected of it. Not for a connection that overlaps the one before it.
 */
export async function beginStream(hub: Hub, { venue, account }: AccountOf, at: number): Promise<void> {
  const time = Math.floor(at)
  await hub.redis
    .multi()
    .del(hub.keys.reports(venue, account, 'stream'))
    .hset(hub.keys.sources(venue, account), { 'stream began': time, 'stream heard': time })
    .exec()
}

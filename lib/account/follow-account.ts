import { Redis } from 'ioredis'
import { decodeConditions } from '../hub/conditions.ts'
import { readLivingActors } from '../hub/heartbeats.ts'
import type { Hub } from '../hub/hub.ts'
import { blockingOptions } from '../hub/redis.ts'
import type { AccountOf } from '../model/account-of.ts'
import { describeError } from '../model/errors.ts'
import { modesProblem, readModes } from './account-modes.ts'
import type { StoredModes } from './account-modes.ts'
import type { AccountPosition } from './account-position.ts'
import { decodeSources } from './account-sources.ts'
import { differenceName } from './check-account.ts'
import { judgeSources } from './judge-sources.ts'
import { isStanding, readBans } from './listing-bans.ts'
import type { StoredBan } from './listing-bans.ts'
import { decodePositions } from './positions.ts'

/** An account at the venue, as somebody who only reads it knows it. */
export interface FollowedAccount {
  /** the symbol's positions, one in one-way mode and two in hedge mode; the flat ones too */
  positions(symbol: string): readonly AccountPosition[]
  /** why nothing may be opened in a symbol; undefined when nothing stands against it */
  notReady(symbol: string): string | undefined
  /** why nothing may be opened at all */
  problem(): string | undefined
  /** why the account may not be traded live by way of its order actor; undefined when it may */
  liveProblem(): string | undefined
  stop(): void
}

// Real ms. A message makes it read anew; so does time, in case one was lost.
const readEveryMs = 500
const gatherMs = 10
// Without a look that succeeded for so long nothing is known any more.
const staleAfterMs = 3_000

interface Known {
  readonly positions: ReadonlyMap<string, readonly AccountPosition[]>
  /** records on which the sources differ */
  readonly differences: ReadonlySet<string>
  readonly bans: ReadonlyMap<string, StoredBan>
  readonly hasSnapshot: boolean
  readonly modes: StoredModes | undefined
  readonly hasOrderActor: boolean
  readonly isTold: boolean
  /** real ms */
  readonly readAt: number
}

/** Follows what Redis knows of an account. */
export function followAccount(hub: Hub, of: AccountOf): FollowedAccount {
  const { venue, account } = of
  let known: Known | undefined
  let busy = false
  let again = false
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const subscriber = new Redis(blockingOptions(hub.endpoint, `account ${account}`))

  async function read(): Promise<Known> {
    const { keys } = hub
    const hashes = [
      keys.positions(venue, account),
      keys.conditions(venue, account),
      keys.sources(venue, account),
    ]
    const readAt = Date.now()
    const [texts, bans, modes, actors] = await Promise.all([
      Promise.all(hashes.map((key) => hub.redis.hgetall(key))),
      readBans(hub, of),
      readModes(hub, of),
      readLivingActors(hub.redis, keys, ['order', 'position']),
    ])
    const [positions = {}, conditions = {}, sources = {}] = texts
    const { account: one, risk: other } = decodeSources(sources)
    return {
      positions: bySymbol(decodePositions(positions).values()),
      differences: new Set(decodeConditions(conditions).keys()),
      bans,
      hasSnapshot: one.positionsAt !== undefined || other.positionsAt !== undefined,
      modes,
      hasOrderActor: actors.some(({ kind, fields }) => kind === 'order' && fields['account'] === account),
      isTold: judgeSources(actors, of, Date.now()).some((source) => source.problem === undefined),
      readAt,
    }
  }

  async function look(): Promise<void> {
    clearTimeout(timer)
    busy = true
    again = false
    try {
      known = await read()
    } catch (error) {
      hub.log.debug({ error: describeError(error) }, 'the account was not read')
    }
    busy = false
    // Keeps a connection on which nothing is told from being taken for a dead one.
    if (subscriber.status === 'ready') subscriber.ping().catch(() => {})
    if (!stopped) timer = setTimeout(() => void look(), again ? gatherMs : readEveryMs)
  }

  subscriber.on('error', () => {})
  subscriber.on('message', () => {
    if (again) return
    again = true
    if (busy) return
    clearTimeout(timer)
    timer = setTimeout(() => void look(), gatherMs)
  })
  subscriber.subscribe(hub.keys.accountFeed(venue, account)).catch((error: unknown) => {
    hub.log.debug({ error: describeError(error) }, 'the account is followed by looking alone')
  })
  void look()

  function banOf(symbol: string): StoredBan | undefined {
    const ban = known?.bans.get(symbol)
    return ban !== undefined && isStanding(ban, hub.clock.now()) ? ban : undefined
  }

  function problem(): string | undefined {
    if (known === undefined || Date.now() - known.readAt > staleAfterMs)
      return `account ${account} could not be read of late`
    if (!known.hasSnapshot) return `no full snapshot of account ${account} has come yet`
    if (!known.isTold) return `nothing tells of account ${account}: is actors/position running for it?`
    const ban = banOf('ALL')
    return ban === undefined ? undefined : `account ${account} may not open anything: ${ban.reason}`
  }

  function liveProblem(): string | undefined {
    const whole = problem()
    if (whole !== undefined || known === undefined) return whole
    if (known.modes === undefined) return `how account ${account} is set up is not known yet`
    const wrong = modesProblem(known.modes)
    if (wrong !== undefined) return `account ${account} may not be traded live: ${wrong}`
    return known.hasOrderActor
      ? undefined
      : `nobody sends orders of account ${account}: is actors/order running?`
  }

  return {
    liveProblem,
    positions: (symbol) => known?.positions.get(symbol) ?? [],
    problem,
    notReady(symbol) {
      const whole = problem()
      if (whole !== undefined || known === undefined) return whole
      const differing = ['both', 'long', 'short'].some((side) =>
        known?.differences.has(differenceName(`${symbol}/${side}`)),
      )
      if (differing) return `the sources of account ${account} differ on ${symbol}`
      const ban = banOf(symbol)
      return ban === undefined ? undefined : `${symbol} may not be opened: ${ban.reason}`
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      subscriber.disconnect()
    },
  }
}

function bySymbol(positions: Iterable<AccountPosition>): Map<string, AccountPosition[]> {
  const found = new Map<string, AccountPosition[]>()
  for (const position of positions)
    found.set(position.symbol, [...(found.get(position.symbol) ?? []), position])
  return found
}

import { memberBeat } from '../../lua/member-beat.ts'
import type { Hub } from './hub.ts'

// Real ms: a member that dies has lost its turns to the others after `ttlMs`, plus one beat.
const beatEveryMs = 500
const ttlMs = 1_500

/** A place among the members of a group that shares its work by turns. */
export interface Turns {
  /** Real ms from now until this member's next turn, at least `afterMs` away; undefined while Redis is away. */
  untilNext(afterMs: number): number | undefined
  /** how many members live, this one included */
  members(): number
  stop(): Promise<void>
}

/**
 * Joins a group whose members take turns on Redis's clock. Each address has `perSecond()` turns a real second, which its
 * members share; all turns of the group are evenly spread. Nobody is told anything: the members' names give the order.
 */
export function joinTurns(
  hub: Hub,
  key: string,
  of: { address: string; id: string; perSecond: () => number },
): Turns {
  const member = `${of.address}/${of.id}`
  let members = [member]
  let aheadMs: number | undefined
  const beat = async () => {
    const sentAt = Date.now()
    try {
      const told = await memberBeat(hub.redis, { members: key }, { member, ttl: ttlMs })
      members = told.members
      aheadMs = told.time - (sentAt + Date.now()) / 2
    } catch {
      aheadMs = undefined
    }
  }
  void beat()
  const timer = setInterval(() => void beat(), beatEveryMs)
  return {
    untilNext(afterMs) {
      if (aheadMs === undefined) return undefined
      const now = Date.now() + aheadMs
      return nextTurn(members, member, of.perSecond(), now + afterMs) - now
    },
    members: () => members.length,
    async stop() {
      clearInterval(timer)
      await hub.redis.zrem(key, member).catch(() => 0)
    },
  }
}

/**
 * When `member` has its first turn at or after `after`, ms. Members are `ADDRESS/NAME`, in order; turns go from address
 * to address, and within an address from member to member.
 */
export function nextTurn(
  members: readonly string[],
  member: string,
  perSecond: number,
  after: number,
): number {
  const addressOf = (name: string) => name.slice(0, name.lastIndexOf('/'))
  const addresses = [...new Set(members.map(addressOf))]
  const own = members.filter((name) => addressOf(name) === addressOf(member))
  const turnMs = 1000 / (addresses.length * perSecond)
  const cycle = addresses.length * own.length
  const place = own.indexOf(member) * addresses.length + addresses.indexOf(addressOf(member))
  const first = Math.ceil(after / turnMs)
  return (first + ((place - (first % cycle) + cycle) % cycle)) * turnMs
}

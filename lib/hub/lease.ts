import { nanoid } from 'nanoid'
import { leaseRelease } from '../../lua/lease-release.ts'
import { leaseTake } from '../../lua/lease-take.ts'
import type { Hub } from './hub.ts'

/** Real ms: a leader that dies is replaced after `leaseMs` at the latest, plus one try. */
const leaseMs = 2_000
const tryEveryMs = 400

/** One's claim to lead; scripts compare `token` with the lease, so an old leader can do nothing. */
export interface Leadership {
  readonly token: string
  isLeader(): boolean
  /** whether the last answer that came made it the leader, however long ago: for what must go on without Redis */
  ledLast(): boolean
  /** says that a script found the lease to be another's */
  lost(): void
  stop(): Promise<void>
}

/** Tries for the lease again and again, renews it once held, and tells each change. */
export function standForLeader(hub: Hub, key: string, onChange: (leads: boolean) => void): Leadership {
  const token = nanoid()
  let heldUntil = 0
  let leads = false
  let ledLast = false
  let stopped = false
  const set = (held: boolean) => {
    if (held === leads) return
    leads = held
    onChange(held)
  }
  const attempt = async () => {
    const askedAt = Date.now()
    try {
      const { held } = await leaseTake(hub.redis, { lease: key }, { token, ttl: leaseMs })
      ledLast = held && !stopped
      if (held) heldUntil = Math.max(heldUntil, askedAt + leaseMs)
      // An answer that took longer than a lease lasts proves nothing: the next one makes the leader.
      if (!stopped && (!held || Date.now() < heldUntil)) set(held)
    } catch (error) {
      // Without an answer the lease may have run out: whoever cannot renew it does not lead.
      if (Date.now() > heldUntil) set(false)
      hub.log.debug({ error }, 'lease not renewed')
    }
  }
  void attempt()
  const timer = setInterval(() => void attempt(), tryEveryMs)
  return {
    token,
    isLeader: () => leads && Date.now() < heldUntil,
    ledLast: () => ledLast,
    lost() {
      ledLast = false
      set(false)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await leaseRelease(hub.redis, { lease: key }, { token }).catch(() => false)
      leads = false
      ledLast = false
    },
  }
}

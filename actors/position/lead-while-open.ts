import type { Egress } from '../../lib/egress/egress.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import type { Leadership } from '../../lib/hub/lease.ts'

// Real ms. A short closure is waited for; a ban hands the lead to whoever has another address.
const lookEveryMs = 500
const longClosureMs = 5_000

/** A lead that is given away while the address of this process is closed for long. */
export function leadWhileOpen(
  hub: Hub,
  key: string,
  egress: Egress,
  onLead: () => void,
): { isLeader(): boolean; stop(): Promise<void> } {
  let leadership: Leadership | undefined
  const look = () => {
    const closedMs = egress.closedUntil() - Date.now()
    if (leadership === undefined && closedMs <= 0) {
      leadership = standForLeader(hub, key, (leads) => {
        if (leads) onLead()
      })
    } else if (leadership !== undefined && closedMs > longClosureMs) {
      void leadership.stop()
      leadership = undefined
    }
  }
  look()
  const timer = setInterval(look, lookEveryMs)
  return {
    isLeader: () => leadership?.isLeader() === true,
    async stop() {
      clearInterval(timer)
      await leadership?.stop()
    },
  }
}

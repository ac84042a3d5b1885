import type { World } from '../http/world.ts'

/** What every source address and account has asked, and how much of its limits an address has used. Weight, bans: on the simulated clock. */
export function toStats({ clock, traffic, venues, streams }: World) {
  const addresses = Object.fromEntries(
    [...traffic.addresses].map(([address, record]) => {
      const uses = venues.flatMap((venue) => venue.readUse(address) ?? [])
      return [
        address,
        {
          ...record,
          weight: uses.reduce((sum, use) => sum + use.weight, 0),
          windowWeight: uses.reduce((sum, use) => sum + use.windowWeight, 0),
          bannedUntil: uses.find((use) => use.bannedUntil !== undefined)?.bannedUntil,
          windows: uses.flatMap((use) => use.windows),
        },
      ]
    }),
  )
  return {
    now: clock.now(),
    wallNow: Date.now(),
    rate: clock.rate,
    behindMs: clock.behindMs,
    offsetMs: clock.offsetMs,
    requests: traffic.requests,
    addresses,
    users: Object.fromEntries(traffic.users),
    streams: streams.flatMap((each) => each.report()),
  }
}

import type { Hub } from '../hub/hub.ts'

/** The request budget of one public address, as all processes share it; spans in real ms. */
export interface Budget {
  /** its name; of one limit among several, that behind it */
  readonly address: string
  /** weight used in the window that runs now */
  readonly usedWeight: number
  /** the venue's weight per window; undefined until an egress has told it */
  readonly limit: number | undefined
  /** what of it we may use */
  readonly permitted: number | undefined
  readonly windowMs: number | undefined
  /** how long the window still runs */
  readonly windowLeftMs: number | undefined
  /** how long the address stays closed; 0 when it is open */
  readonly cooldownMs: number
  /** HTTP status that closed it last */
  readonly closedBy: number | undefined
  /** a first request is out, and nothing else leaves until its answer has told what is used */
  readonly probing: boolean
  /** since the last request left */
  readonly idleMs: number
}

/** The budgets of every address that requests to the venue left by, the most recently used first. */
export async function readBudgets(hub: Hub, venue: string): Promise<Budget[]> {
  const [addresses, [seconds, micros]] = await Promise.all([
    hub.redis.zrevrange(hub.keys.addresses(venue), 0, -1, 'WITHSCORES'),
    hub.redis.time(),
  ])
  const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  const names = addresses.filter((_, i) => i % 2 === 0)
  return Promise.all(
    names.map(async (address, i) => {
      const [name = '', ...limit] = address.split(' ')
      const rest = limit.length === 0 ? undefined : limit.join(' ')
      const state = await hub.redis.hgetall(hub.keys.egress(venue, name, rest))
      return toBudget(address, Number(addresses[2 * i + 1]), state, now)
    }),
  )
}

/** What the stored state of an address means at `now`, ms of Redis's clock, on which windows and closures run. */
export function toBudget(
  address: string,
  lastRequestAt: number,
  state: Readonly<Record<string, string>>,
  now: number,
): Budget {
  const told = (field: string) => (state[field] === undefined ? undefined : Number(state[field]))
  const windowMs = told('windowMs')
  return {
    address,
    usedWeight: usedAt(now, windowMs, told('window'), told('used') ?? 0, told('booked') ?? 0),
    limit: told('limit'),
    permitted: told('permitted'),
    windowMs,
    windowLeftMs: windowMs === undefined ? undefined : windowMs - (now % windowMs),
    cooldownMs: Math.max(0, (told('closedUntil') ?? 0) - now),
    closedBy: told('closedBy'),
    probing: (told('probeUntil') ?? 0) > now,
    idleMs: Math.max(0, now - lastRequestAt),
  }
}

// The state is that of its last request: a window later what was booked ahead is what is used, then nothing is.
function usedAt(
  now: number,
  windowMs: number | undefined,
  window: number | undefined,
  used: number,
  booked: number,
): number {
  if (window === undefined) return 0
  if (windowMs === undefined || now < window + windowMs) return used
  return now < window + 2 * windowMs ? booked : 0
}

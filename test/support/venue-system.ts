import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { startMarketVenue } from './market-venue.ts'
import type { MarketVenue } from './market-venue.ts'
import { startRedisProcess } from './redis-process.ts'
import { cleanEnvironment } from './run-program.ts'
import { until } from './until.ts'

/** A venue, and what follows it. */
export interface FollowedVenue {
  readonly venue: string
  readonly hub: Hub
  readonly market: MarketVenue
  /** what the actors and the commands are told */
  readonly environment: Readonly<Record<string, string>>
  lane(): Promise<LaneStatus | undefined>
  /** throws when a process has ended by itself */
  requireAlive(): void
}

/** Starts a Redis and, for each venue, one process of each kind that its market needs; all of it ends at `stop`. */
export async function startVenues(
  venues: readonly { venue: 'okx' | 'bybit'; rate: number; share: number; symbols: number }[],
): Promise<{ followed: FollowedVenue[]; stop(): Promise<void> }> {
  const stops: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each()
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice-venues-'))
  stops.push(() => rmSync(folder, { recursive: true, force: true }))
  const configFile = join(folder, 'sluice.json')
  writeFileSync(configFile, '{}')
  try {
    const redis = await startRedisProcess()
    stops.push(() => redis.stop())
    const { host, port, password } = redis.endpoint
    const followed = await Promise.all(
      venues.map(async ({ venue, rate, share, symbols }): Promise<FollowedVenue> => {
        const market = await startMarketVenue(venue, { symbols, rate })
        stops.push(() => market.close())
        const environment = {
          REDIS_URL: `redis://:${password}@${host}:${port}`,
          SLUICE_CONFIG: configFile,
          SLUICE_EXCHANGE: venue,
          [`SLUICE_EXCHANGE_URL_${venue.toUpperCase()}`]: market.url,
          SLUICE_RATE: String(rate),
          SLUICE_SHARE: String(share),
          SLUICE_LOG_LEVEL: 'warn',
          SLUICE_SYMBOLS_FILE: join(folder, 'symbols.json'),
        }
        const flags = { exchange: venue, logLevel: 'error', rate: String(rate) }
        const { config } = readConfig(flags, { SLUICE_CONFIG: configFile })
        const hub = await openHub(config, redis.endpoint, openLog('error', { test: 1 }), 'test')
        stops.push(() => hub.close())
        const children: Child[] = []
        for (const kind of ['symbol-cursor', 'kline', 'ticker', 'mark']) {
          const child = startChild(kind, process.execPath, [`actors/${kind}`], cleanEnvironment(environment))
          children.push(child)
          stops.push(() => child.signal('SIGKILL'))
        }
        const lane = async () => (await readLaneStatus(hub, venue)).find((each) => each.lane === '1m:all')
        const requireAlive = () => {
          const crash = children.map((child) => child.crash()).find((each) => each !== undefined)
          if (crash !== undefined) throw new Error(crash)
        }
        const complete = async () => {
          requireAlive()
          const status = await lane()
          return status?.symbols === symbols && status.missing === 0
        }
        await until(`a lane of ${symbols} symbols of ${venue}`, complete, 40_000)
        return { venue, hub, market, environment, lane, requireAlive }
      }),
    )
    return { followed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

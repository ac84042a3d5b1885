import type { Hub } from '../../lib/hub/hub.ts'
import { redisVersionIn } from '../../lib/hub/redis.ts'
import { fail, ok, warn } from './check.ts'
import type { Check } from './check.ts'

const oldestVersion = 7
const slowMs = 20
const wakefulHz = 50
const tolerableOffsetMs = 250
const intolerableOffsetMs = 2_000
const pings = 5

/** How Redis is set up, and how far its clock is from this host's. */
export async function checkRedis(hub: Hub): Promise<Check[]> {
  const info = await hub.redis.info()
  return [...judgeRedisInfo(info), ...(await checkRedisClock(hub))]
}

/** Judges what INFO tells. */
export function judgeRedisInfo(info: string): Check[] {
  const told = (field: string) => new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1]
  const version = redisVersionIn(info)
  const policy = told('maxmemory_policy') ?? 'unknown'
  const hz = Number(told('configured_hz') ?? told('hz'))
  const loses = 'set it: sluice redis-cli CONFIG SET'
  return [
    Number.parseInt(version, 10) >= oldestVersion
      ? ok('Redis version', version)
      : fail('Redis version', version, `install Redis ${oldestVersion} or newer`),
    policy === 'noeviction'
      ? ok('maxmemory-policy', policy)
      : fail(
          'maxmemory-policy',
          `${policy}: Redis may throw away jobs and candles`,
          `${loses} maxmemory-policy noeviction`,
        ),
    told('aof_enabled') === '1'
      ? ok('appendonly', 'yes')
      : warn(
          'appendonly',
          'no: after a crash of Redis all is rebuilt from nothing',
          `${loses} appendonly yes`,
        ),
    hz >= wakefulHz
      ? ok('hz', String(hz))
      : warn('hz', `${hz}: delayed jobs wake up to ${Math.round(1000 / hz)} ms late`, `${loses} hz 100`),
  ]
}

async function checkRedisClock(hub: Hub): Promise<Check[]> {
  let best = { roundTripMs: Infinity, offsetMs: 0 }
  for (let i = 0; i < pings; i++) {
    const sentAt = performance.timeOrigin + performance.now()
    const [seconds, micros] = await hub.redis.time()
    const receivedAt = performance.timeOrigin + performance.now()
    const roundTripMs = receivedAt - sentAt
    const offsetMs = Number(seconds) * 1000 + Number(micros) / 1000 - (sentAt + receivedAt) / 2
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs }
  }
  const { roundTripMs, offsetMs } = best
  const found = `${offsetMs.toFixed(1)} ms from this host's`
  const advice = 'run a time service (chrony, systemd-timesyncd) on both hosts'
  return [
    roundTripMs <= slowMs
      ? ok('Redis round trip', `${roundTripMs.toFixed(2)} ms`)
      : warn(
          'Redis round trip',
          `${roundTripMs.toFixed(1)} ms`,
          'run the actors closer to Redis: each request books its weight there',
        ),
    Math.abs(offsetMs) <= tolerableOffsetMs
      ? ok("Redis' clock", found)
      : Math.abs(offsetMs) <= intolerableOffsetMs
        ? warn("Redis' clock", found, advice)
        : fail("Redis' clock", found, advice),
  ]
}

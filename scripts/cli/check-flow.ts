import type { Hub } from '../../lib/hub/hub.ts'
import { fail, ok, warn } from './check.ts'
import type { Check } from './check.ts'
import { toSpan } from './span.ts'
import { openSystemStatus } from './system-status.ts'
import type { SystemStatus } from './system-status.ts'

const tolerableOffsetMs = 1_000
const oldMeasurementMs = 15 * 60_000

/** Whether candles flow: the venue's clock, actors, lanes, budgets and queues. */
export async function checkFlow(hub: Hub): Promise<Check[]> {
  const status = openSystemStatus(hub)
  try {
    const told = await hub.redis.hgetall(hub.keys.clock(hub.config.exchange))
    return [judgeVenueClock(told, Date.now()), ...judgeStatus(await status.read())]
  } finally {
    await status.close()
  }
}

/** Judges what the leader told of the venue's clock. */
export function judgeVenueClock(told: Readonly<Record<string, string>>, now: number): Check {
  const name = "venue's clock"
  const { offsetMs, rate, measuredAt } = told
  if (offsetMs === undefined || rate === undefined) {
    return warn(
      name,
      'nobody has told it yet',
      'a symbol-cursor or kline actor that reaches the venue tells it',
    )
  }
  const ageMs = now - Number(measuredAt)
  const found = `${Number(offsetMs).toFixed(1)} ms from the leader's, asked ${toSpan(ageMs)} ago`
  if (Number(rate) !== 1) return ok(name, `runs ${rate} times as fast, asked ${toSpan(ageMs)} ago`)
  if (ageMs > oldMeasurementMs)
    return warn(name, found, 'see that a symbol-cursor is alive and reaches the venue')
  if (Math.abs(Number(offsetMs)) <= tolerableOffsetMs) return ok(name, found)
  return warn(name, found, 'run a time service (chrony, systemd-timesyncd) on the hosts of the actors')
}

/** Judges lanes, budgets, actors and queues. */
export function judgeStatus({ lanes, budgets, actors, queues }: SystemStatus): Check[] {
  const alive = (kind: string) => actors.filter((actor) => actor.kind === kind)
  const leaders = alive('symbol-cursor').filter(({ fields }) => fields['leads'] === '1').length
  const checks: Check[] = [
    alive('kline').length > 0
      ? ok('kline actors', `${alive('kline').length} alive`)
      : fail('kline actors', 'none alive', 'start one: node actors/kline'),
    leaders === 1
      ? ok('symbol-cursor', `${alive('symbol-cursor').length} alive, one leads`)
      : alive('symbol-cursor').length > 0
        ? warn(
            'symbol-cursor',
            `${alive('symbol-cursor').length} alive, ${leaders} lead`,
            'look again in 3 s',
          )
        : fail('symbol-cursor', 'none alive', 'start one: node actors/symbol-cursor'),
  ]
  if (lanes.length === 0)
    checks.push(fail('lanes', 'none', 'a symbol-cursor that reaches the venue makes them'))
  for (const { lane, freshness, symbols, missing, lapMs, ageMs } of lanes) {
    const found = `${freshness}: ${symbols} symbols, lap ${toSpan(lapMs)}, oldest ${toSpan(ageMs?.max)}`
    const name = `lane ${lane}`
    // Symbols are hot at times only.
    const mayBeEmpty = lane.endsWith(':hot')
    if (freshness === 'fresh' || (freshness === 'empty' && mayBeEmpty)) checks.push(ok(name, found))
    else if (freshness === 'starting')
      checks.push(warn(name, `${found}, ${missing} not yet`, 'look again after one lap'))
    else if (freshness === 'late')
      checks.push(warn(name, found, 'see whether an address is closed or an actor died'))
    else checks.push(fail(name, found, 'see the log of the symbol-cursor and of the kline actors'))
  }
  for (const { address, cooldownMs, closedBy, usedWeight, permitted, limit } of budgets) {
    const name = `address ${address}`
    if (cooldownMs > 0) {
      const found = `closed by ${closedBy ?? 'the venue'}, opens in ${toSpan(cooldownMs)}`
      checks.push(
        warn(
          name,
          found,
          'wait; if it happens again, see what else sends from this address or lower --share',
        ),
      )
    } else checks.push(ok(name, `${usedWeight} of ${permitted ?? '–'} used, limit ${limit ?? '–'}`))
  }
  for (const { name, failed } of queues) {
    if (failed > 0)
      checks.push(warn(`queue ${name}`, `${failed} failed jobs are kept`, "the board's /queues tells why"))
  }
  return checks
}

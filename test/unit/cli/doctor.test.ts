import { expect } from 'chai'
import { judgeStatus, judgeVenueClock } from '../../../scripts/cli/check-flow.ts'
import { checkNode } from '../../../scripts/cli/check-host.ts'
import { judgeRedisInfo } from '../../../scripts/cli/check-redis.ts'
import { judgeSight } from '../../../scripts/cli/check-venue.ts'
import type { Check } from '../../../scripts/cli/check.ts'

function verdicts(checks: readonly Check[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]))
}

describe('the doctor', () => {
  it('asks for Node 20.19', () => {
    const found = ['18.20.0', '20.18.3', '20.19.0', '24.1.0'].map((version) => checkNode(version).verdict)
    expect(found).to.deep.equal(['fail', 'fail', 'ok', 'ok'])
  })

  it('asks Redis for its version, for keeping everything, for its log and for waking often', () => {
    const info =
      'redis_version:7.0.15\r\nhz:100\r\nconfigured_hz:100\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n'
    expect(new Set(Object.values(verdicts(judgeRedisInfo(info))))).to.deep.equal(new Set(['ok']))
    const bad =
      'redis_version:6.2.1\r\nhz:10\r\nconfigured_hz:10\r\naof_enabled:0\r\nmaxmemory_policy:allkeys-lru\r\n'
    const checks = judgeRedisInfo(bad)
    expect(verdicts(checks)).to.deep.equal({
      'Redis version': 'fail',
      'maxmemory-policy': 'fail',
      appendonly: 'warn',
      hz: 'warn',
    })
    for (const { advice } of checks) expect(advice).to.match(/\w/)
  })

  it("warns of a venue's clock that is far off or was not asked for long, and lets a fast simulator be", () => {
    const now = 1_764_000_000_000
    const judge = (offsetMs: string, rate: string, ageMs: number) =>
      judgeVenueClock({ offsetMs, rate, measuredAt: String(now - ageMs) }, now).verdict
    expect([judge('3', '1', 1_000), judge('-1500', '1', 1_000), judge('3', '1', 3_600_000)]).to.deep.equal([
      'ok',
      'warn',
      'warn',
    ])
    expect(judge('-9e12', '10', 1_000)).to.equal('ok')
    expect(judgeVenueClock({}, now).verdict).to.equal('warn')
  })

  it('fails without actors and lanes', () => {
    expect(verdicts(judgeStatus({ lanes: [], budgets: [], actors: [], queues: [] }))).to.deep.equal({
      'kline actors': 'fail',
      'symbol-cursor': 'fail',
      lanes: 'fail',
    })
  })

  it('fails for what is missing or strange and is read, and warns of what is new and of what nobody reads', () => {
    const sight = {
      place: 'GET /x',
      isPrivate: false,
      isRead: true,
      problem: undefined,
      findings: [],
      rows: undefined,
    }
    const found = (kind: 'missing' | 'unknown' | 'event' | 'word' | 'type') => ({
      ...sight,
      findings: [{ kind, path: 'a', expected: 'text', found: '7', count: 2 }],
    })
    const judged = [
      sight,
      found('unknown'),
      found('event'),
      found('missing'),
      found('word'),
      found('type'),
      { ...found('type'), isRead: false },
      { ...sight, problem: 'answers 404' },
      { ...sight, problem: 'not open', isRead: false },
    ].map((each) => judgeSight(each))
    expect(judged.map(({ verdict }) => verdict).join(' ')).to.equal(
      'ok warn warn fail fail fail warn fail warn',
    )
    expect(judged[3]?.details).to.deep.equal(['missing field GET /x a, expected text (2 times)'])
    for (const { verdict, advice } of judged) expect(advice === undefined).to.equal(verdict === 'ok')
  })

  it('says of a venue what to do: nothing was asked, nobody answers, or it has changed', () => {
    const of = { place: 'GET /x', isPrivate: false, isRead: true, findings: [], rows: undefined }
    const advice = ['not asked: no weight left', 'no answer: refused', 'answers 404'].map(
      (problem) => judgeSight({ ...of, problem }).advice,
    )
    expect(advice[0]).to.contain('later')
    expect(advice[1]).to.contain('network')
    expect(advice[2]).to.contain('changed')
  })
})

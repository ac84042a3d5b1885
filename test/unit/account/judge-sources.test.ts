import { expect } from 'chai'
import { judgeSources } from '../../../lib/account/judge-sources.ts'
import type { LivingActor } from '../../../lib/hub/heartbeats.ts'

const now = 1_764_000_000_000
const of = { venue: 'binanceusdm', account: 'main' }

function actor(sources: string, fields: Readonly<Record<string, string | number>> = {}): LivingActor {
  const told = {
    venue: of.venue,
    account: of.account,
    sources,
    beatAt: now - 200,
    periodMs: 1_000,
    ...fields,
  }
  const texts = Object.entries(told).map(([name, value]) => [name, String(value)])
  const all = Object.fromEntries(texts) as Record<string, string>
  return { id: `position:host:${sources}`, kind: 'position', beatAgeMs: 200, fields: all }
}

const problems = (actors: readonly LivingActor[]) =>
  Object.fromEntries(judgeSources(actors, of, now).map(({ source, problem }) => [source, problem]))

describe("an account's sources", () => {
  it('are relied on while they answer and are connected', () => {
    const all = actor('account risk stream', { accountAt: now - 900, riskAt: now - 1_500, connected: 1 })
    expect(problems([all])).to.deep.equal({ account: undefined, risk: undefined, stream: undefined })
    const [account] = judgeSources([all], of, now)
    expect(account).to.include({ processes: 1, ageMs: 900 })
  })

  it('are lost when nobody reads them, they do not answer, or their address is closed', () => {
    const actors = [
      actor('account', { accountAt: now - 4_000 }),
      actor('risk', { riskAt: now - 100, closedUntil: now + 30_000 }),
    ]
    const found = problems(actors)
    expect(found['account']).to.equal('it does not answer')
    expect(found['risk']).to.match(/^the venue closed the address until 20/)
    expect(found['stream']).to.equal('no process reads it')
    expect(problems([actor('account')])['account']).to.equal('it has not answered yet')
    expect(problems([actor('stream', { connected: 0 })])['stream']).to.equal('it is not connected')
  })

  it('are as good as the best process that reads them, and only of their own account', () => {
    const bad = actor('account', { accountAt: now - 60_000 })
    const good = actor('account', { accountAt: now - 300 })
    const other = actor('account', { accountAt: now - 300, account: 'second' })
    expect(problems([bad, good])['account']).to.equal(undefined)
    expect(problems([bad, other])['account']).to.equal('it does not answer')
  })

  it('have more patience where the budget allows few polls', () => {
    const slow = actor('risk', { riskAt: now - 9_000, periodMs: 6_000 })
    expect(problems([slow])['risk']).to.equal(undefined)
  })
})

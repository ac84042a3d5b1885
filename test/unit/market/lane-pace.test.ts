import { expect } from 'chai'
import type { LivingActor } from '../../../lib/hub/heartbeats.ts'
import { toFetchPace, toLookEveryMs } from '../../../lib/market/lane-pace.ts'
import { decodeFlows, encodeFlows } from '../../../lib/model/egress-budget.ts'

const now = 1_764_000_000_000
const of = { venue: 'binanceusdm', leadMs: 100, now }

function actor(kind: string, fields: Record<string, string>): LivingActor {
  const told = { venue: 'binanceusdm', address: 'here', ...fields }
  return { id: `${kind}:host:1`, kind, beatAgeMs: 0, fields: told }
}

function kline(fields: Record<string, string> = {}): LivingActor {
  return actor('kline', { slots: '8', perSecond: '38', closedUntil: '0', ...fields })
}

describe("the fetchers' pace", () => {
  it('is what the flows by the same address leave, those of one name counted once', () => {
    const tickers = actor('ticker', { flows: encodeFlows([{ name: 'tickers', share: 0.2 }]) })
    const marks = actor('mark', { flows: encodeFlows([{ name: 'marks', share: 0.05 }]) })
    const elsewhere = actor('ticker', { address: 'there', flows: 'tickers=0.5' })
    expect(toFetchPace([kline()], of).perSecond).to.equal(38)
    expect(toFetchPace([kline(), elsewhere], of).perSecond).to.equal(38)
    const pace = toFetchPace([kline(), kline(), tickers, tickers, marks], of)
    expect(pace.perSecond).to.be.closeTo(38 * 0.75, 1e-9)
  })

  it('is nothing where accounts have taken the whole address, or it is closed', () => {
    const account = actor('position', { flows: 'main.account=1 main.risk=1' })
    expect(toFetchPace([kline(), account], of).perSecond).to.equal(0)
    expect(toFetchPace([kline({ closedUntil: String(now + 1) })], of)).to.deep.equal({
      perSecond: 0,
      ahead: 0,
    })
  })

  it('reads flows as they were told', () => {
    const flows = [
      { name: 'main.account', share: 0.1 },
      { name: 'main.risk', share: 1 },
    ]
    expect(decodeFlows(encodeFlows(flows))).to.deep.equal(flows)
    expect(decodeFlows(undefined)).to.deep.equal([])
  })

  it('asks for a look twice in the time in which one leaves, and never more than 67 times a second', () => {
    expect(toLookEveryMs(20)).to.equal(25)
    expect(toLookEveryMs(400)).to.equal(15)
    expect([1, 0].map(toLookEveryMs)).to.deep.equal([200, 200])
  })
})

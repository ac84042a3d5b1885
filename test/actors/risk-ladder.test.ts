import { expect } from 'chai'
import { openTrading } from '../support/account-system.ts'
import { bareSpans, ladderOf, untilLadder } from '../support/ladder-system.ts'
import { openPositions, perpetualsOf, richSystem, startRisk } from '../support/risk-system.ts'
import { withSystems } from '../support/system.ts'
import { tell } from '../support/until.ts'

describe('the stops of an account', function () {
  this.timeout(120_000)
  const open = withSystems()

  it('stand soon after a position was opened, add up to it, and go when it is closed', async () => {
    const system = await open(richSystem)
    const client = await openTrading(system)
    const [instrument] = await perpetualsOf(system, 1)
    if (instrument === undefined) throw new Error('no perpetual is known')
    await startRisk(system)
    const [held] = await openPositions(system, client, [instrument])
    const { symbol } = instrument
    const truth = await untilLadder(client, symbol, 10_000)
    const spans = bareSpans(truth, instrument, 0.05)
    tell(`covered after ${spans.map(({ from, to }) => to - from).join(', ')} ms`)
    expect(spans.every(({ from, to }) => to - from <= 3_000)).to.equal(true)
    expect(ladderOf(truth, symbol).rungs.length).to.be.at.least(2)
    await client.market(symbol, 'SELL', held?.size ?? '')
    const left = await untilLadder(client, symbol, 10_000)
    expect(left.openAlgoOrders).to.deep.equal([])
  })
})

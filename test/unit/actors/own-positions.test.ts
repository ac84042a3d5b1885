import { expect } from 'chai'
import fc from 'fast-check'
import { openOwnPositions } from '../../../actors/risk/own-positions.ts'
import type { AccountReport } from '../../../lib/model/balance-report.ts'
import type { PositionReport } from '../../../lib/model/position-report.ts'

const margin = {
  mode: undefined,
  leverage: undefined,
  isolatedWallet: undefined,
  initialMargin: undefined,
  maintenanceMargin: undefined,
  liquidationPrice: undefined,
}

function toWord(of: Partial<PositionReport>): PositionReport {
  return {
    symbol: 'AUSDT',
    side: 'both',
    size: '1',
    entryPrice: '100',
    margin,
    valuation: { markPrice: undefined, unrealisedProfit: undefined },
    source: 'stream',
    time: 1_000,
    ordinal: 0,
    askedAt: 1_000,
    ...of,
  }
}

function toReport(positions: readonly PositionReport[], isComplete = false): AccountReport {
  return {
    positions,
    balances: [],
    complete: { positions: isComplete, balances: false },
    askedAt: positions[0]?.askedAt ?? 0,
  }
}

describe('positions that a process hears of by itself', () => {
  it('are those of the latest change, in whatever order words come', () => {
    const words = fc.array(
      fc.record({
        time: fc.integer({ min: 1, max: 6 }).map((step) => step * 10_000),
        late: fc.integer({ min: 0, max: 5_000 }),
        source: fc.constantFrom('stream' as const, 'risk' as const, 'account' as const),
      }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(words, (told) => {
        const positions = openOwnPositions()
        // A position's size is a matter of the time of its change alone here.
        for (const { time, late, source } of told)
          positions.hear(toReport([toWord({ time, source, size: String(time), askedAt: time + late })]))
        const latest = Math.max(...told.map(({ time }) => time))
        expect(positions.of('AUSDT/both')?.word.size).to.equal(String(latest))
      }),
    )
  })

  it('are the last of the steps of one moment, whoever tells them, though the stream lost one', () => {
    const steps = ['-145.8', '-251.5', '-501.5']
    const heard = fc.tuple(
      fc.shuffledSubarray([0, 1, 2], { minLength: 0 }),
      fc.integer({ min: 0, max: 2 }),
      fc.boolean(),
    )
    fc.assert(
      fc.property(heard, ([streamed, answered, isFirst]) => {
        const positions = openOwnPositions()
        positions.hear(toReport([toWord({ size: '612.9', time: 500 })]))
        const answer = () =>
          positions.hear(toReport([toWord({ source: 'risk', size: steps[answered] ?? '', askedAt: 1_200 })]))
        if (isFirst) answer()
        for (const ordinal of streamed)
          positions.hear(toReport([toWord({ size: steps[ordinal] ?? '', ordinal })]))
        if (!isFirst) answer()
        const last = Math.max(answered, ...streamed)
        expect(positions.of('AUSDT/both')?.word.size).to.equal(steps[last])
      }),
    )
  })

  it('keep the entry price where a word on the same size tells none, and no other', () => {
    const positions = openOwnPositions()
    positions.hear(toReport([toWord({})]))
    positions.hear(toReport([toWord({ time: 2_000, entryPrice: undefined })]))
    expect(positions.of('AUSDT/both')?.entryPrice).to.equal('100')
    positions.hear(toReport([toWord({ time: 3_000, size: '2', entryPrice: undefined })]))
    expect(positions.of('AUSDT/both')?.entryPrice).to.equal(undefined)
  })

  it('keep the liquidation that was told last, also by an answer that knows an older change', () => {
    const positions = openOwnPositions()
    const told = (liquidationPrice: string | undefined) => ({ margin: { ...margin, liquidationPrice } })
    positions.hear(toReport([toWord({ time: 5_000 })]))
    positions.hear(toReport([toWord({ source: 'risk', time: 1_000, askedAt: 5_100, ...told('50') })]))
    positions.hear(toReport([toWord({ time: 6_000, size: '3' })]))
    const position = positions.of('AUSDT/both')
    expect([position?.word.size, position?.liquidationPrice]).to.deep.equal(['3', '50'])
  })

  it('are asked for when a complete snapshot lacks them', () => {
    const positions = openOwnPositions()
    expect(positions.hear(toReport([toWord({}), toWord({ symbol: 'BUSDT', size: '0' })]))).to.deep.equal([])
    expect(positions.hasSnapshot()).to.equal(false)
    expect(positions.hear(toReport([], true))).to.deep.equal(['AUSDT'])
    expect(positions.hasSnapshot()).to.equal(true)
  })
})

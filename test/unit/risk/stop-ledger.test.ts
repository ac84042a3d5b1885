import { expect } from 'chai'
import { SymbolLedger } from '../../../scripts/bench/stop-ledger.ts'

const trade = (time: number, side: 'BUY' | 'SELL', qty: string) => ({ symbol: 'AUSDT', time, side, qty })

function stop(from: number, quantity: string, ended: Record<string, unknown> = {}) {
  const status = { algoStatus: 'NEW', updateTime: from, triggerTime: 0, closePosition: quantity === '0' }
  return { symbol: 'AUSDT', side: 'SELL', createTime: from, quantity, ...status, ...ended }
}

describe("a venue's ledger of stops", () => {
  const cancelled = (updateTime: number) => ({ algoStatus: 'CANCELED', updateTime })

  it('tells when a position was without stops', () => {
    const trades = [trade(1_000, 'BUY', '10'), trade(9_000, 'SELL', '10')]
    const algoOrders = [stop(1_200, '5'), stop(1_300, '5', cancelled(4_000)), stop(4_500, '5')]
    const ledger = new SymbolLedger({ now: 10_000, trades, algoOrders }, 'AUSDT')
    expect(ledger.bareSpans(0.05, 0)).to.deep.equal([
      { from: 1_000, to: 1_300 },
      { from: 4_000, to: 4_500 },
    ])
    expect(ledger.bareSpans(0.5, 0)).to.deep.equal([{ from: 1_000, to: 1_200 }])
  })

  it('counts what closes the rest up to the most of a market order, and a triggered one for a second', () => {
    const trades = [trade(1_000, 'BUY', '10')]
    const reached = { algoStatus: 'TRIGGERING', triggerTime: 3_000 }
    const algoOrders = [stop(1_000, '0'), stop(1_000, '4', reached)]
    const ledger = new SymbolLedger({ now: 6_000, trades, algoOrders }, 'AUSDT')
    expect(ledger.bareSpans(0, 6)).to.deep.equal([{ from: 4_000, to: 6_000 }])
    expect(ledger.bareSpans(0, 10)).to.deep.equal([])
  })

  it('finds a rung that was cancelled before its successor stood, and how often stops were doubled', () => {
    const trades = [trade(1_000, 'BUY', '10')]
    const late = [stop(1_000, '10', cancelled(5_000)), stop(5_001, '10')]
    expect(new SymbolLedger({ now: 6_000, trades, algoOrders: late }, 'AUSDT').earlyCancels(0.05)).to.equal(1)
    const inTime = [stop(1_000, '10', cancelled(5_000)), stop(4_999, '10')]
    const ledger = new SymbolLedger({ now: 6_000, trades, algoOrders: inTime }, 'AUSDT')
    expect([ledger.earlyCancels(0.05), ledger.mostDoubled()]).to.deep.equal([0, 2])
  })
})

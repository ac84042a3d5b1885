import { expect } from 'chai'
import { negate } from '../../lib/model/decimal.ts'
import type { PositionReport, PositionSide } from '../../lib/model/position-report.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { untilFound } from '../support/until.ts'
import { withinMs } from './conforming-venue.ts'
import type { Conformance } from './conforming-venue.ts'

/** How every venue must keep the two positions of a symbol apart in hedge mode. */
export function itKeepsSidesApart(of: () => Conformance): void {
  before(async function () {
    const { site } = of()
    // Elsewhere the account's owner sets the mode.
    if (site.simulated === undefined) return this.skip()
    await site.simulated.hedge(true)
  })
  after(async () => of().site.simulated?.hedge(false))

  const trade = async (side: 'buy' | 'sell', positionSide: PositionSide, reduceOnly = false) => {
    const { orders, instrument, size, newId, ended } = of()
    const clientOrderId = newId()
    const { symbol } = instrument
    await orders.createOrder(toSend({ symbol, clientOrderId, side, positionSide, size, reduceOnly }))
    return ended(clientOrderId)
  }
  const sizes = async () => {
    const { account, instrument } = of()
    const told = await account.fetchPosition(instrument.symbol)
    const all = await account.fetchPositions()
    const shown = all.positions.filter(({ symbol }) => symbol === instrument.symbol)
    const sizeOf = (list: readonly PositionReport[], side: PositionSide) =>
      list.find((each) => each.side === side)?.size ?? '0'
    const of2 = (side: PositionSide) => [sizeOf(told.positions, side), sizeOf(shown, side)]
    return { long: of2('long'), short: of2('short'), both: of2('both') }
  }

  it('tells its mode', async () => {
    expect((await of().account.fetchModes()).positionMode).to.equal('hedge')
  })

  it('opens, tells and closes each side by itself', async () => {
    const { size } = of()
    expect(await trade('buy', 'long')).to.include({ state: 'filled', positionSide: 'long', side: 'buy' })
    expect(await trade('sell', 'short')).to.include({ state: 'filled', positionSide: 'short', side: 'sell' })
    const short = negate(size)
    expect(await sizes()).to.deep.equal({ long: [size, size], short: [short, short], both: ['0', '0'] })
    await trade('sell', 'long', true)
    expect(await sizes()).to.deep.equal({ long: ['0', '0'], short: [short, short], both: ['0', '0'] })
    await trade('buy', 'short', true)
    expect(await sizes()).to.deep.equal({ long: ['0', '0'], short: ['0', '0'], both: ['0', '0'] })
  })

  it('keeps a stop of each side', async () => {
    const { orders, instrument, size, newId, priceAt } = of()
    const { symbol } = instrument
    await trade('buy', 'long')
    await trade('sell', 'short')
    for (const [side, positionSide, factor] of [
      ['sell', 'long', '0.8'],
      ['buy', 'short', '1.2'],
    ] as const) {
      for (const wanted of [size, undefined]) {
        const clientOrderId = newId()
        const triggerPrice = await priceAt(factor)
        await orders.createStop(
          stopToSend({ symbol, clientOrderId, side, positionSide, triggerPrice, size: wanted }),
        )
        const told = await untilFound(
          'the stop',
          async () =>
            (await orders.fetchOpenStops(symbol)).find((each) => each.clientOrderId === clientOrderId),
          withinMs,
        )
        expect(told).to.include({ side, positionSide, triggerPrice, size: wanted, state: 'standing' })
      }
    }
  })
}

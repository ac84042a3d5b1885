import { expect } from 'chai'
import fc from 'fast-check'
import { toRiskReport } from '../../../lib/exchange/binance-account-map.ts'
import { toPositionsReport as toBybitPositions } from '../../../lib/exchange/bybit-account-map.ts'
import {
  toOrderParams as toBybitOrder,
  toStopParams as toBybitStop,
} from '../../../lib/exchange/bybit-orders.ts'
import { toPositionsReport as toOkxPositions } from '../../../lib/exchange/okx-account-map.ts'
import { toOrderParams as toOkxOrder, toStopParams as toOkxStop } from '../../../lib/exchange/okx-orders.ts'
import { abs, mul, signOf } from '../../../lib/model/decimal.ts'
import type { Decimal } from '../../../lib/model/decimal.ts'
import type { PositionReport, PositionSide } from '../../../lib/model/position-report.ts'
import { stopToSend, toSend } from '../../support/order-account.ts'

const askedAt = 1_795_365_000_000
const of = { source: 'risk', askedAt, complete: true } as const
const time = 1_790_000_000_222

interface Held {
  readonly side: PositionSide
  /** contracts, signed */
  readonly size: Decimal
  /** in the base coin, of one contract; 1 at the venues that count in the base coin */
  readonly contractSize: Decimal
}

/** A position as each venue writes it. */
const wires = {
  binanceusdm: ({ side, size, contractSize }: Held) =>
    toRiskReport(
      [
        {
          symbol: 'BTCUSDT',
          positionSide: side.toUpperCase(),
          positionAmt: mul(size, contractSize),
          entryPrice: '60000',
          updateTime: time,
        },
      ],
      askedAt,
    ),
  okx: ({ side, size }: Held) =>
    toOkxPositions(
      {
        data: [
          {
            instId: 'BTC-USDT-SWAP',
            posSide: side === 'both' ? 'net' : side,
            pos: side === 'both' ? size : abs(size),
            mgnMode: 'cross',
            avgPx: '60000',
            uTime: String(time),
          },
        ],
      },
      of,
    ),
  bybit: ({ side, size, contractSize }: Held) =>
    toBybitPositions(
      [
        {
          symbol: 'BTCUSDT',
          positionIdx: { both: 0, long: 1, short: 2 }[side],
          side: ['Sell', '', 'Buy'][signOf(size) + 1],
          size: abs(mul(size, contractSize)),
          avgPrice: '60000',
          updatedTime: String(time),
        },
      ],
      of,
    ),
}

/** What the hub makes of it: everything that does not depend on how the venue counts, and the size in the base coin. */
function baseOf({ side, size, entryPrice, time: at }: PositionReport, contractSize: Decimal) {
  return { side, base: mul(size, contractSize), entryPrice, time: at }
}

const contractSizes = fc.constantFrom('0.001', '0.01', '0.1', '1', '10', '1000')
const lots = fc
  .tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.constantFrom('1', '0.1', '0.01'))
  .map(([count, lot]) => mul(String(count), lot))
const held: fc.Arbitrary<Held> = fc
  .record({
    side: fc.constantFrom('both', 'long', 'short'),
    lot: lots,
    contractSize: contractSizes,
    sold: fc.boolean(),
  })
  .map(({ side, lot, contractSize, sold }) => ({
    side,
    size: (side === 'both' ? sold : side === 'short') ? `-${lot}` : lot,
    contractSize,
  }))

describe('the size of a contract', () => {
  it('never shows: a position of so many base coins is the same one at every venue', () => {
    fc.assert(
      fc.property(held, (position) => {
        const [binance] = wires.binanceusdm(position).positions
        const [okx] = wires.okx(position).positions
        const [bybit] = wires.bybit(position).positions
        if (binance === undefined || okx === undefined || bybit === undefined)
          throw new Error('a position is gone')
        const expected = baseOf(binance, '1')
        expect(expected.base).to.equal(mul(position.size, position.contractSize))
        expect(baseOf(okx, position.contractSize)).to.deep.equal(expected)
        expect(baseOf(bybit, '1')).to.deep.equal(expected)
      }),
    )
  })

  it('is in no order: what is sent are the contracts of the model, to the digit, as what is told', () => {
    fc.assert(
      fc.property(held, ({ side, size }) => {
        const sent = { symbol: 'X', clientOrderId: 'sl01', positionSide: side, size: abs(size) }
        expect(toOkxOrder(toSend(sent))['sz']).to.equal(sent.size)
        expect(toBybitOrder(toSend(sent))['qty']).to.equal(sent.size)
        const stop = stopToSend({ ...sent, triggerPrice: '1' })
        expect(toOkxStop(stop)['sz']).to.equal(sent.size)
        expect(toBybitStop(stop)['qty']).to.equal(sent.size)
        // A swap's size is in contracts whatever the order; `tgtCcy` is for spot alone.
        expect(toOkxOrder(toSend(sent))).to.not.have.property('tgtCcy')
      }),
    )
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import { decodeBalance } from '../../../lib/account/account-balance.ts'
import type { AccountBalance } from '../../../lib/account/account-balance.ts'
import { decodePosition } from '../../../lib/account/account-position.ts'
import type { AccountPosition } from '../../../lib/account/account-position.ts'
import { priceAssets, toFigures, unrealisedAtMark } from '../../../lib/account/figures.ts'
import type { Prices } from '../../../lib/account/figures.ts'
import { add, mul, sub } from '../../../lib/model/decimal.ts'
import { toPerpetual } from '../../support/instrument.ts'

const time = 1_764_000_000_000

function position(place: string, size: string, entryPrice?: string): AccountPosition {
  const head = { size, ...(entryPrice !== undefined && { entryPrice }), source: 'risk', time, askedAt: time }
  return decodePosition(
    place,
    JSON.stringify({ ...head, hold: {}, margin: {}, valuation: {}, lastConfirmedAt: {} }),
  )
}

function balance(asset: string, walletBalance: string, told: Record<string, string> = {}): AccountBalance {
  const field = (value: string) => [value, 'account', time, time, 0]
  const valuation = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, field(value)]))
  const wallet = { walletBalance: field(walletBalance) }
  return decodeBalance(asset, JSON.stringify({ wallet, valuation, lastConfirmedAt: {} }))
}

const marks: Record<string, string> = { BTCUSDT: '100', ETHUSDT: '10' }
const bids: Record<string, string> = { BNBUSDT: '600', BTCUSDT: '1' }
const instruments = [
  toPerpetual('BTCUSDT'),
  { ...toPerpetual('ETHUSDT'), contractSize: '0.1' },
  toPerpetual('BNBUSDT'),
  toPerpetual('SOLUSDT'),
]
const prices: Prices = {
  instrumentOf: (symbol) => instruments.find((each) => each.symbol === symbol),
  markOf: (symbol) => marks[symbol],
  priceOf: priceAssets(
    'USDT',
    instruments,
    (symbol) => marks[symbol],
    (symbol) => bids[symbol],
  ),
}

describe('the figures of an account', () => {
  it('value every asset in the quote asset, by its mark or else by its bid', () => {
    const told = { availableBalance: '40', maintenanceMargin: '2.05' }
    const none = { availableBalance: '0', maintenanceMargin: '0' }
    const figures = toFigures(
      [
        position('BTCUSDT/long', '2', '99'),
        position('BTCUSDT/short', '-1', '99'),
        position('ETHUSDT/both', '-5', '12'),
      ],
      [
        balance('USDT', '50', told),
        balance('BNB', '0.1', none),
        balance('BTC', '0.5', none),
        balance('XYZ', '0'),
      ],
      prices,
    )
    expect(figures).to.deep.equal({
      walletBalance: '160',
      // 2 and -1 at a profit of 1 each, and -5 contracts of 0.1 at 2
      unrealisedProfit: '2',
      equity: '162',
      available: '40',
      maintenanceMargin: '2.05',
      marginRatio: '0.01265432',
      unknown: [],
    })
  })

  it('are unknown as far as a part of them is, and say which', () => {
    const figures = toFigures(
      [position('SOLUSDT/both', '1', '5'), position('BTCUSDT/both', '1'), position('NEWUSDT/both', '0')],
      [balance('USDT', '50', { availableBalance: '7' }), balance('SOL', '3')],
      prices,
    )
    expect(figures).to.deep.include({
      walletBalance: undefined,
      unrealisedProfit: undefined,
      equity: undefined,
      available: undefined,
      marginRatio: undefined,
    })
    expect([...figures.unknown].toSorted()).to.deep.equal([
      'available balance of SOL',
      'entry of BTCUSDT/both',
      'maintenance margin of SOL',
      'maintenance margin of USDT',
      'mark of SOLUSDT',
      'price of SOL',
    ])
  })

  it('have no margin ratio without equity, and nothing of an account without anything', () => {
    const none = { maintenanceMargin: '0', availableBalance: '0' }
    expect(toFigures([], [balance('USDT', '0', none)], prices)).to.include({
      equity: '0',
      marginRatio: undefined,
    })
    expect(toFigures([], [], prices)).to.include({ equity: '0', available: '0', unrealisedProfit: '0' })
  })

  it('bring the equity of the entry and the profit since then, to the last digit', () => {
    const amount = fc
      .integer({ min: -1_000_000, max: 1_000_000 })
      .map((units) => sub(String(units), '0.00000001'))
    fc.assert(
      fc.property(amount, amount, amount, (size, entry, mark) => {
        const at = { ...prices, markOf: () => mark }
        const profit = unrealisedAtMark(position('BTCUSDT/both', size, entry), at)
        expect(add(profit ?? '', mul(size, entry))).to.equal(mul(size, mark))
      }),
    )
  })
})

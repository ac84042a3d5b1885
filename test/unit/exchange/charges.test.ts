import { expect } from 'chai'
import { chargesOf, pollCostOf } from '../../../lib/exchange/charges.ts'
import { accountOf, requireIntervals, venueOf } from '../../../lib/exchange/open-exchange.ts'
import type { RequestWords } from '../../../lib/exchange/venue-call.ts'
import { ConfigError, InvariantError } from '../../../lib/model/errors.ts'

function charged(venue: string, method: string, path: string, params: RequestWords['params'] = {}) {
  return chargesOf(venueOf(venue), { method, path, params }).map(({ limit, amount, symbol }) => [
    limit.name,
    limit.scope,
    amount,
    ...(symbol === undefined ? [] : [symbol]),
  ])
}

describe('what a request counts in', () => {
  it('is the weight of the address, and for orders of Binance the windows of the account first', () => {
    expect(charged('binanceusdm', 'GET', 'klines', { limit: 500 })).to.deep.equal([['weight', 'address', 5]])
    expect(charged('binanceusdm', 'POST', 'order')).to.deep.equal([
      ['orders', 'user', 1],
      ['orders by minute', 'user', 1],
      ['weight', 'address', 0],
    ])
  })

  it("is an endpoint's own limit at OKX, and for orders that of the instrument first", () => {
    expect(charged('okx', 'GET', 'market/candles')).to.deep.equal([['market/candles', 'address', 1]])
    const list = [{ instId: 'A-USDT-SWAP' }, { instId: 'A-USDT-SWAP' }]
    expect(charged('okx', 'POST', 'trade/batch-orders', list)).to.deep.equal([
      ['orders', 'instrument', 2, 'A-USDT-SWAP'],
      ['orders of the account', 'user', 2],
    ])
  })

  it('is as many as are cancelled at once at OKX', () => {
    const list = [{ instId: 'A-USDT-SWAP' }, { instId: 'A-USDT-SWAP' }, { instId: 'A-USDT-SWAP' }]
    expect(charged('okx', 'POST', 'trade/cancel-algos', list)).to.deep.equal([
      ['POST trade/cancel-algos', 'user', 3],
    ])
    expect(charged('okx', 'POST', 'trade/cancel-batch-orders', list)).to.deep.equal([
      ['POST trade/cancel-batch-orders', 'instrument', 3, 'A-USDT-SWAP'],
    ])
  })

  it('is the address at Bybit, and before it what the account may do', () => {
    expect(charged('bybit', 'GET', 'v5/market/kline')).to.deep.equal([['requests', 'address', 1]])
    expect(charged('bybit', 'GET', 'v5/position/list')).to.deep.equal([
      ['v5/position/list', 'user', 1],
      ['requests', 'address', 1],
    ])
  })

  it('must be something, and an order must name its instrument where that counts', () => {
    expect(() => charged('okx', 'GET', 'market/no-such-thing')).to.throw(
      InvariantError,
      'no limit of okx counts',
    )
    expect(() => charged('okx', 'POST', 'trade/order')).to.throw(InvariantError, 'names no instrument')
  })

  it('sets the pace of polls by the limit that lets the fewest leave', () => {
    const nameOf = (venue: string) => pollCostOf(venueOf(venue), 'account').charge.limit.name
    expect(['binanceusdm', 'okx', 'bybit'].map(nameOf)).to.deep.equal([
      'weight',
      'account/positions',
      'v5/position/list',
    ])
    expect(pollCostOf(venueOf('binanceusdm'), 'marks').charge.amount).to.equal(10)
  })
})

describe('a venue', () => {
  it('says what it has not, before anything is asked of it', () => {
    expect(() => requireIntervals(venueOf('okx'), ['1m', '8h'])).to.throw(
      ConfigError,
      'okx has no candles of 8h',
    )
    expect(() => requireIntervals(venueOf('binanceusdm'), ['1m', '8h'])).to.not.throw()
    expect(() => accountOf({ ...venueOf('okx'), account: undefined as never })).to.throw(
      ConfigError,
      'not built yet',
    )
    expect(() => venueOf('nowhere')).to.throw(ConfigError, 'binanceusdm, okx, bybit, bitget')
  })

  it('has one name for each of its limits', () => {
    for (const id of ['binanceusdm', 'okx', 'bybit']) {
      const names = venueOf(id).limits.map(({ name }) => name)
      expect(new Set(names).size).to.equal(names.length)
    }
  })
})

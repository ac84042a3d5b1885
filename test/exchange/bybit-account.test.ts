import { expect } from 'chai'
import { OutcomeUnknownError, RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { signed, signedKeys, withSignedVenue } from '../support/signed-venue.ts'
import type { CameRequest } from '../support/signed-venue.ts'

const symbol = 'BTCUSDT'
const time = 1_795_365_026_427
const result = (of: object) => ({ retCode: 0, retMsg: 'OK', result: of, retExtInfo: {}, time })
const list = (rows: unknown[], nextPageCursor = '') =>
  result({ category: 'linear', list: rows, nextPageCursor })
const position = {
  positionIdx: 0,
  symbol,
  side: 'Sell',
  size: '0.010',
  avgPrice: '59880',
  leverage: '10',
  updatedTime: '1790000000222',
}
const coin = { coin: 'USDT', walletBalance: '1000.5', equity: '1000.5', collateralSwitch: true }
const order = {
  orderId: 'a',
  orderLinkId: 'sl1',
  symbol,
  side: 'Buy',
  positionIdx: 0,
  orderType: 'Limit',
  timeInForce: 'GTC',
  price: '60000',
  qty: '0.01',
  cumExecQty: '0',
  orderStatus: 'New',
  stopOrderType: '',
  reduceOnly: false,
  createdTime: '1790000000500',
  updatedTime: '1790000000555',
}

describe('an account at Bybit', () => {
  const open = withSignedVenue('bybit')

  it('signs what it asks and asks nothing else', async () => {
    const { venue, account } = await open({ answers: { '/v5/position/list': list([position]) } })
    const { positions, complete } = await account.fetchPositions()
    expect(positions.map((each) => `${each.symbol} ${each.size}`)).to.deep.equal([`${symbol} -0.01`])
    expect(complete).to.deep.equal({ positions: true, balances: false })
    const query = 'category=linear&settleCoin=USDT&limit=200'
    expect(venue.lines()).to.deep.equal([`GET /v5/position/list?${query}`])
    const { headers } = venue.requests[0] as CameRequest
    const at = String(headers['x-bapi-timestamp'])
    expect(Number(at)).to.be.closeTo(Date.now(), 5_000)
    expect(headers['x-bapi-sign']).to.equal(
      signed(signedKeys.secret, `${at}${signedKeys.key}2000${query}`, 'hex'),
    )
  })

  it('reads a list to its end, page by page, also where an empty page ends it', async () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...position, symbol: `S${i}USDT` }))
    const page = ({ query }: CameRequest) =>
      query.get('cursor') === null ? list(rows(200), 'next%3A1') : list(rows(3), 'ever on')
    const { venue, account } = await open({ answers: { '/v5/position/list': page } })
    expect((await account.fetchPositions()).positions).to.have.length(203)
    // The venue writes it as it belongs into an address.
    expect(venue.requests.map(({ query }) => query.get('cursor'))).to.deep.equal([null, 'next:1'])
  })

  it('tells its modes by what three endpoints say', async () => {
    const { account } = await open({
      answers: {
        '/v5/account/info': result({ marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 6 }),
        '/v5/account/wallet-balance': result({ list: [{ coin: [coin] }] }),
        '/v5/position/list': ({ query }: CameRequest) =>
          query.get('symbol') === null
            ? list([])
            : list([{ ...position, side: '', size: '0', positionIdx: 1 }]),
      },
    })
    expect(await account.fetchModes()).to.deep.include({ positionMode: 'hedge', multiAssets: false })
  })

  it('tells income oldest first, a week at a time', async () => {
    const row = (id: string, at: string) => ({
      id,
      symbol,
      category: 'linear',
      currency: 'USDT',
      type: 'SETTLEMENT',
      funding: '1',
      transactionTime: at,
    })
    const { venue, account } = await open({
      answers: { '/v5/account/transaction-log': list([row('2', '20'), row('1', '10')]) },
    })
    const week = 7 * 24 * 3_600_000
    const since = Date.now() - week - 1_000
    const first = await account.fetchIncome(since)
    const second = await account.fetchIncome(since, 2)
    expect([first.rows.map(({ id }) => id), first.more, second.more]).to.deep.equal([['1', '2'], true, false])
    expect(venue.requests.map(({ query }) => [query.get('startTime'), query.get('endTime')])).to.deep.equal([
      [String(since), String(since + week)],
      [String(since + week), String(since + 2 * week)],
    ])
  })
})

describe('orders at Bybit', () => {
  const open = withSignedVenue('bybit')

  it('are sent as they are, and stand once they are taken', async () => {
    const { venue, orders } = await open({
      answers: { '/v5/order/create': result({ orderId: 'a', orderLinkId: 'sl1' }) },
    })
    const sent = toSend({ symbol, clientOrderId: 'sl1', price: '60000.1', size: '0.3' })
    const report = await orders.createOrder(sent)
    expect(report).to.deep.equal({
      ...sent,
      orderId: 'a',
      state: 'open',
      filled: '0',
      averagePrice: undefined,
      time,
    })
    const { body, headers } = venue.requests[0] as CameRequest
    expect(JSON.parse(body)).to.deep.equal({
      category: 'linear',
      symbol,
      side: 'Buy',
      positionIdx: 0,
      orderLinkId: 'sl1',
      orderType: 'Limit',
      qty: '0.3',
      price: '60000.1',
      timeInForce: 'GTC',
    })
    const at = String(headers['x-bapi-timestamp'])
    expect(headers['x-bapi-sign']).to.equal(
      signed(signedKeys.secret, `${at}${signedKeys.key}2000${body}`, 'hex'),
    )
  })

  it('are looked for among those that live, then in the history, and else are none', async () => {
    const ended = { ...order, orderStatus: 'Filled', cumExecQty: '0.01', avgPrice: '60000' }
    const { venue, orders } = await open({
      answers: {
        '/v5/order/realtime': list([]),
        '/v5/order/history': ({ query }: CameRequest) =>
          list(query.get('orderLinkId') === 'sl1' ? [ended] : []),
      },
    })
    expect(await orders.fetchOrder(symbol, 'sl1')).to.include({ state: 'filled', filled: '0.01' })
    expect(await orders.fetchOrder(symbol, 'sl2')).to.equal(undefined)
    expect(await orders.fetchStop(symbol, 'st2')).to.equal(undefined)
    expect(venue.lines()[0]).to.equal(
      `GET /v5/order/realtime?category=linear&symbol=${symbol}&orderLinkId=sl1`,
    )
  })

  it('that stop are stops while they wait and orders once they are at the book', async () => {
    const stop = {
      ...order,
      orderType: 'Market',
      stopOrderType: 'Stop',
      triggerPrice: '55000',
      reduceOnly: true,
    }
    const at = async (row: object) => {
      const { orders } = await open({
        answers: { '/v5/order/realtime': list([{ ...stop, ...row }]), '/v5/order/history': list([]) },
      })
      return [(await orders.fetchStop(symbol, 'sl1'))?.state, (await orders.fetchOrder(symbol, 'sl1'))?.state]
    }
    expect(await at({ orderStatus: 'Untriggered' })).to.deep.equal(['standing', undefined])
    expect(await at({ orderStatus: 'Filled', cumExecQty: '0.01' })).to.deep.equal(['finished', 'filled'])
    const { venue, orders } = await open({ answers: { '/v5/order/create': result({ orderId: 'b' }) } })
    const all = stopToSend({ symbol, clientOrderId: 'st1', triggerPrice: '55000', size: undefined })
    expect(await orders.createStop(all)).to.include({ orderId: 'b', state: 'standing', size: undefined })
    expect(JSON.parse(venue.requests[0]?.body ?? '')).to.include({ qty: '0', closeOnTrigger: true })
  })

  it('fail by the code of the answer', async () => {
    const failureAt = async (retCode: number) => {
      const refusal = { retCode, retMsg: 'no', result: {}, retExtInfo: {}, time }
      const { orders } = await open({ answers: { '/v5/order/create': refusal, '/v5/order/cancel': refusal } })
      const failure = await failureOf(() => orders.createOrder(toSend({ symbol, clientOrderId: 'sl1' })))
      return { failure, orders }
    }
    const { failure } = await failureAt(110007)
    expect(failure).to.be.instanceOf(VenueRejectedError)
    expect(failure).to.include({ code: '110007' })
    for (const code of [10006, 10018, 10429])
      expect((await failureAt(code)).failure, String(code)).to.be.instanceOf(RetryLaterError)
    for (const code of [110072, 10000, 10016])
      expect((await failureAt(code)).failure, String(code)).to.be.instanceOf(OutcomeUnknownError)
    const { orders } = await failureAt(110001)
    expect(await orders.cancelOrder(symbol, 'sl1')).to.equal(false)
  })
})

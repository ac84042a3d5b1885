import { expect } from 'chai'
import { OutcomeUnknownError, RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { stopToSend, toSend } from '../support/order-account.ts'
import { signed, signedKeys, withSignedVenue } from '../support/signed-venue.ts'
import type { CameRequest } from '../support/signed-venue.ts'

const symbol = 'BTC-USDT-SWAP'
const data = (...rows: unknown[]) => ({ code: '0', msg: '', data: rows })
const position = {
  instId: symbol,
  posSide: 'net',
  pos: '-2',
  mgnMode: 'cross',
  lever: '5',
  uTime: '1790000000222',
}
const balance = { details: [{ ccy: 'USDT', cashBal: '1000.5', uTime: '1790000000111' }] }
const order = {
  ordId: '1',
  clOrdId: 'sl1',
  instId: symbol,
  side: 'buy',
  posSide: 'net',
  ordType: 'limit',
  px: '60000',
  sz: '1',
  state: 'live',
  reduceOnly: 'false',
  cTime: '1790000000500',
  uTime: '1790000000555',
}
const refusal = (sCode: string, path = '/api/v5/trade/order') => ({
  [path]: {
    code: '1',
    msg: 'All operations failed',
    data: [{ clOrdId: 'sl1', ordId: '', sCode, sMsg: 'no' }],
  },
})

describe('an account at OKX', () => {
  const open = withSignedVenue('okx')

  it('signs what it asks, in the order and with the words of the venue', async () => {
    const { venue, account } = await open({ answers: { '/api/v5/account/positions': data(position) } })
    const { positions, complete } = await account.fetchPositions()
    expect(positions.map((each) => `${each.symbol} ${each.size}`)).to.deep.equal([`${symbol} -2`])
    expect(complete).to.deep.equal({ positions: true, balances: false })
    const [request] = venue.requests
    expect(request?.line).to.equal('GET /api/v5/account/positions?instType=SWAP')
    const { headers } = request as CameRequest
    const at = String(headers['ok-access-timestamp'])
    expect(Date.parse(at)).to.be.closeTo(Date.now(), 5_000)
    expect(headers['ok-access-key']).to.equal(signedKeys.key)
    expect(headers['ok-access-passphrase']).to.equal(signedKeys.passphrase)
    expect(headers['ok-access-sign']).to.equal(
      signed(signedKeys.secret, `${at}GET/api/v5/account/positions?instType=SWAP`, 'base64'),
    )
  })

  it('tells positions and balances as one account that was so at the earlier of two moments', async () => {
    const { account } = await open({
      answers: { '/api/v5/account/positions': data(position), '/api/v5/account/balance': data(balance) },
    })
    const before = Date.now()
    const { positions, balances, complete, askedAt } = await account.fetchAccount()
    expect([positions[0]?.source, balances[0]?.walletBalance]).to.deep.equal(['account', '1000.5'])
    expect(complete).to.deep.equal({ positions: true, balances: true })
    expect(askedAt).to.be.within(before - 5, Date.now())
  })

  it('reads a list to its end, page by page', async () => {
    const page = (of: CameRequest) => {
      const first = Number(of.query.get('after') ?? '250')
      const ids = Array.from({ length: Math.min(100, first) }, (_, i) => first - 1 - i)
      return data(...ids.map((id) => ({ ...order, ordId: String(id) })))
    }
    const { venue, orders } = await open({ answers: { '/api/v5/trade/orders-pending': page } })
    const found = await orders.fetchOpenOrders(symbol)
    expect(new Set(found.map(({ orderId }) => orderId)).size).to.equal(250)
    const path = '/api/v5/trade/orders-pending?instType=SWAP&instId=BTC-USDT-SWAP'
    expect(venue.lines()).to.deep.equal([
      `GET ${path}&limit=100`,
      `GET ${path}&after=150&limit=100`,
      `GET ${path}&after=50&limit=100`,
    ])
  })

  it('tells income oldest first', async () => {
    const bill = (billId: string, ts: string) => ({
      billId,
      ts,
      ccy: 'USDT',
      instId: symbol,
      type: '8',
      balChg: '1',
    })
    const { venue, account } = await open({
      answers: { '/api/v5/account/bills': data(bill('2', '20'), bill('1', '10')) },
    })
    const { rows, more } = await account.fetchIncome(5)
    expect([rows.map(({ id }) => id), more]).to.deep.equal([['1', '2'], false])
    expect(venue.lines()).to.deep.equal(['GET /api/v5/account/bills?instType=SWAP&begin=5&limit=100'])
  })

  it('corrects its clock by a request that is refused for its time, and makes it once more', async () => {
    let times = 0
    const { venue, account } = await open({
      answers: {
        '/api/v5/public/time': () => data({ ts: String(Date.now() + 60_000) }),
        '/api/v5/account/balance': () =>
          (times += 1) === 1 ? { code: '50102', msg: 'Timestamp request expired', data: [] } : data(balance),
      },
    })
    const { askedAt } = await account.fetchBalances()
    expect(askedAt).to.be.closeTo(Date.now() + 60_000, 5_000)
    expect(venue.requests).to.have.length(3)
  })
})

describe('orders at OKX', () => {
  const open = withSignedVenue('okx')
  const taken = (row: object) => ({ ...data({ sCode: '0', sMsg: '', ...row }), inTime: '1790000000500123' })

  it('are sent as they are and with nothing of ccxt’s, and stand once they are taken', async () => {
    const { venue, orders } = await open({
      answers: {
        '/api/v5/trade/order': taken({ ordId: '312269865356374016', clOrdId: 'sl1', ts: '1790000000501' }),
      },
    })
    const sent = toSend({ symbol, clientOrderId: 'sl1', price: '60000.1', size: '0.3' })
    const report = await orders.createOrder({ ...sent, notAfter: Date.now() + 60_000 })
    const { positionSide, type, timeInForce, postOnly, reduceOnly, side } = sent
    expect(report).to.deep.equal({
      clientOrderId: 'sl1',
      orderId: '312269865356374016',
      symbol,
      side,
      positionSide,
      type,
      timeInForce,
      postOnly,
      reduceOnly,
      size: '0.3',
      price: '60000.1',
      state: 'open',
      filled: '0',
      averagePrice: undefined,
      time: 1_790_000_000_501,
    })
    expect(JSON.parse(venue.requests[0]?.body ?? '')).to.deep.equal({
      instId: symbol,
      tdMode: 'cross',
      side: 'buy',
      posSide: 'net',
      ordType: 'limit',
      sz: '0.3',
      px: '60000.1',
      clOrdId: 'sl1',
    })
    const { headers, body, line } = venue.requests[0] as CameRequest
    const at = String(headers['ok-access-timestamp'])
    expect(Number(headers['exptime']) - Date.parse(at)).to.equal(2_000)
    expect([line, headers['ok-access-sign']]).to.deep.equal([
      'POST /api/v5/trade/order',
      signed(signedKeys.secret, `${at}POST/api/v5/trade/order${body}`, 'base64'),
    ])
  })

  it('that stop have no tag and no broker in them, and are cancelled by our id in a list', async () => {
    const { venue, orders } = await open({
      answers: {
        '/api/v5/trade/order-algo': taken({ algoId: '5', algoClOrdId: 'st1' }),
        '/api/v5/trade/cancel-algos': data({ algoId: '5', sCode: '0', sMsg: '' }),
      },
    })
    const stop = stopToSend({ symbol, clientOrderId: 'st1', triggerPrice: '55000', size: undefined })
    const report = await orders.createStop(stop)
    expect(report).to.include({ orderId: '5', state: 'standing', size: undefined, reduceOnly: true })
    expect(await orders.cancelStop(symbol, 'st1')).to.equal(true)
    expect(venue.requests[0]?.headers).to.not.have.property('exptime')
    const bodies = venue.requests.map(({ body }) => JSON.parse(body) as unknown)
    expect(bodies[0]).to.deep.include({ closeFraction: '1', slTriggerPxType: 'mark', clOrdId: 'st1' })
    expect(Object.keys(bodies[0] as object)).to.not.include('tag')
    expect(bodies[1]).to.deep.equal([{ instId: symbol, algoClOrdId: 'st1' }])
  })

  it('fail by the code beside the order', async () => {
    const failureAt = async (code: string) => {
      const { orders } = await open({ answers: refusal(code) })
      return failureOf(() => orders.createOrder(toSend({ symbol, clientOrderId: 'sl1' })))
    }
    const rejected = await failureAt('51008')
    expect(rejected).to.be.instanceOf(VenueRejectedError)
    expect(rejected).to.include({ code: '51008' })
    for (const code of ['50011', '50061']) expect(await failureAt(code)).to.be.instanceOf(RetryLaterError)
    for (const code of ['51016', '50004', '50026'])
      expect(await failureAt(code)).to.be.instanceOf(OutcomeUnknownError)
  })

  it('are no more where the venue says so', async () => {
    const { orders } = await open({
      answers: {
        '/api/v5/trade/order': { code: '51603', msg: 'Order does not exist', data: [] },
        '/api/v5/trade/order-algo': { code: '51603', msg: 'Order does not exist', data: [] },
        ...refusal('51400', '/api/v5/trade/cancel-order'),
        ...refusal('51400', '/api/v5/trade/cancel-algos'),
      },
    })
    expect(await orders.fetchOrder(symbol, 'sl1')).to.equal(undefined)
    expect(await orders.fetchStop(symbol, 'st1')).to.equal(undefined)
    expect(await orders.cancelOrder(symbol, 'sl1')).to.equal(false)
    expect(await orders.cancelStop(symbol, 'st1')).to.equal(false)
  })

  it('are all cancelled in lists of twenty, those without an id of ours too', async () => {
    const rows = Array.from({ length: 21 }, (_, i) => ({ ...order, ordId: String(i), clOrdId: '' }))
    const { venue, orders } = await open({
      answers: {
        '/api/v5/trade/orders-pending': data(...rows),
        '/api/v5/trade/cancel-batch-orders': data(),
      },
    })
    await orders.cancelOrders(symbol)
    const bodies = venue.requests.slice(1).map(({ body }) => JSON.parse(body) as { ordId: string }[])
    expect(bodies.map((each) => each.length)).to.deep.equal([20, 1])
    expect(bodies.flat().map(({ ordId }) => ordId)).to.deep.equal(rows.map(({ ordId }) => ordId))
  })
})

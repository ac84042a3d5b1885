import { expect } from 'chai'
import { hear, signed, signedKeys, withSignedVenue } from '../support/signed-venue.ts'
import { until } from '../support/until.ts'

const symbol = 'BTCUSDT'
const time = 1_795_365_026_427
const position = {
  positionIdx: 0,
  symbol,
  side: 'Sell',
  size: '0.010',
  avgPrice: '59880',
  leverage: '10',
  updatedTime: '1790000000222',
}
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

describe('the stream of Bybit', () => {
  const open = withSignedVenue('bybit')
  const answer = (text: string, send: (message: unknown) => void) => {
    const { op } = JSON.parse(text) as { op: string }
    send({ success: true, ret_msg: op === 'ping' ? 'pong' : '', op, conn_id: 'a' })
  }

  it('logs in, asks for its topics and tells orders and trades', async () => {
    const { venue, account, orders } = await open({
      answers: {},
      onText: (_path, text, send) => answer(text, send),
    })
    const heard = await hear(account)
    await until('it is open', async () => heard.isOpen(), 5_000)
    const [login, subscribe] = venue.sent.map(
      ({ text }) => JSON.parse(text) as { op: string; args: string[] },
    )
    const [key, expires = '', sign] = login?.args ?? []
    expect(Number(expires)).to.be.closeTo(Date.now() + 10_000, 5_000)
    expect([key, sign]).to.deep.equal([
      signedKeys.key,
      signed(signedKeys.secret, `GET/realtime${expires}`, 'hex'),
    ])
    expect(subscribe).to.deep.equal({ op: 'subscribe', args: ['position', 'wallet', 'order', 'execution'] })
    const row = { ...order, category: 'linear' }
    const trade = {
      category: 'linear',
      symbol,
      orderId: 'a',
      orderLinkId: 'sl1',
      execId: 'e',
      execType: 'Trade',
      execPrice: '60000',
      execQty: '0.01',
      execFee: '0.3',
      execPnl: '0',
      side: 'Buy',
      isMaker: false,
      execTime: '1790000000700',
    }
    for (const [topic, rows] of [
      ['order', [row]],
      ['execution', [trade]],
    ] as const)
      venue.sockets.get('/v5/private')?.send(JSON.stringify({ topic, creationTime: time, data: rows }))
    await until('both are told', async () => heard.events.length === 2, 5_000)
    const told = heard.events.map((event) => orders.readEvent(event))
    expect(told[0]).to.have.nested.property('order.order.state', 'open')
    expect(told[1]).to.deep.include({
      order: {
        clientOrderId: 'sl1',
        symbol,
        order: undefined,
        trade: {
          id: 'e',
          orderId: 'a',
          symbol,
          side: 'buy',
          positionSide: undefined,
          price: '60000',
          size: '0.01',
          fee: '0.3',
          feeAsset: 'USDT',
          realisedProfit: '0',
          liquidity: 'taker',
          time: 1_790_000_000_700,
        },
      },
    })
    expect([heard.lost, heard.ends]).to.deep.equal([[], []])
    heard.close()
  })

  it('loses an event that it cannot read, and goes on', async () => {
    const { venue, account } = await open({ answers: {}, onText: (_path, text, send) => answer(text, send) })
    const heard = await hear(account)
    await until('it is open', async () => heard.isOpen(), 5_000)
    const send = (message: unknown) => venue.sockets.get('/v5/private')?.send(JSON.stringify(message))
    send({ topic: 'position', creationTime: time, data: [{ ...position, category: 'linear', size: 'much' }] })
    send({ topic: 'position', creationTime: time, data: [{ ...position, category: 'linear' }] })
    await until('the second is told', async () => heard.events.length === 1, 5_000)
    expect(heard.lost).to.have.length(1)
    expect(heard.lost[0]).to.contain('size')
    heard.close()
  })

  it('ends when it is refused, and says no secret', async () => {
    const { account } = await open({
      answers: {},
      onText: (_path, text, send) => send({ success: false, ret_msg: `error:USVC1111 ${text}`, op: 'auth' }),
    })
    const heard = await hear(account)
    await until('the end', async () => heard.ends.length > 0, 5_000)
    expect(heard.isOpen()).to.equal(false)
    for (const secret of Object.values(signedKeys)) expect(heard.ends[0]).to.not.contain(secret)
  })
})

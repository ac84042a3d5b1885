import { expect } from 'chai'
import { hear, signed, signedKeys, withSignedVenue } from '../support/signed-venue.ts'
import { until } from '../support/until.ts'

const symbol = 'BTC-USDT-SWAP'
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

describe('the stream of OKX', () => {
  const open = withSignedVenue('okx')
  type Message = { op: string; args: Record<string, string>[] }
  const answer = (text: string, send: (message: unknown) => void) => {
    if (text === 'ping') return send('pong')
    const { op, args } = JSON.parse(text) as Message
    if (op === 'login') return send({ event: 'login', code: '0', msg: '', connId: 'a' })
    for (const arg of args) send({ event: 'subscribe', arg, connId: 'a' })
  }

  it('logs in at both addresses, asks for its channels and is open when all are confirmed', async () => {
    const { venue, account, orders } = await open({
      answers: {},
      onText: (_path, text, send) => answer(text, send),
    })
    const heard = await hear(account)
    await until('it is open', async () => heard.isOpen(), 5_000)
    const at = (path: string) =>
      venue.sent.filter((each) => each.path === path).map(({ text }) => JSON.parse(text) as Message)
    const [login, subscribe] = at('/ws/v5/private')
    const { timestamp = '', sign, apiKey, passphrase } = login?.args[0] ?? {}
    expect(Number(timestamp)).to.be.closeTo(Date.now() / 1_000, 5)
    expect({ apiKey, passphrase, sign }).to.deep.equal({
      apiKey: signedKeys.key,
      passphrase: signedKeys.passphrase,
      sign: signed(signedKeys.secret, `${timestamp}GET/users/self/verify`, 'base64'),
    })
    expect(subscribe?.args.map(({ channel }) => channel)).to.deep.equal(['account', 'positions', 'orders'])
    expect(at('/ws/v5/business')[1]?.args.map(({ channel }) => channel)).to.deep.equal(['orders-algo'])
    venue.sockets
      .get('/ws/v5/private')
      ?.send(JSON.stringify({ arg: { channel: 'orders', instType: 'SWAP' }, data: [order] }))
    await until('the order is told', async () => heard.events.length > 0, 5_000)
    const [event] = heard.events
    const told = event === undefined ? undefined : orders.readEvent(event)
    expect(told).to.have.nested.property('order.order.clientOrderId', 'sl1')
    expect([heard.lost, heard.ends]).to.deep.equal([[], []])
    // One address that ends is the end of both.
    venue.sockets.get('/ws/v5/business')?.terminate()
    await until('the end', async () => heard.ends.length === 1, 5_000)
    await until(
      'the end of the other',
      async () => venue.sockets.get('/ws/v5/private')?.readyState === 3,
      5_000,
    )
  })

  it('ends when it is refused, and says no secret', async () => {
    const { account } = await open({
      answers: {},
      onText: (_path, text, send) =>
        text === 'ping' ? send('pong') : send({ event: 'error', code: '60009', msg: `Login failed ${text}` }),
    })
    const heard = await hear(account)
    await until('the end', async () => heard.ends.length > 0, 5_000)
    expect(heard.ends).to.have.length(1)
    expect(heard.isOpen()).to.equal(false)
    for (const secret of Object.values(signedKeys)) expect(heard.ends[0]).to.not.contain(secret)
  })

  it('is not open while a channel is not confirmed', async () => {
    const { venue, account } = await open({
      answers: {},
      onText(path, text, send) {
        if (path.endsWith('business') && text.includes('subscribe')) return
        answer(text, send)
      },
    })
    const heard = await hear(account)
    await until(
      'it has asked',
      async () => venue.sent.filter(({ text }) => text.includes('subscribe')).length === 2,
      5_000,
    )
    expect(heard.isOpen()).to.equal(false)
    heard.close()
  })
})

import ccxt from 'ccxt'
import { expect } from 'chai'
import { AccountClient } from './account-client.ts'
import { openStream } from './open-stream.ts'
import { request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import { openBybit } from './venue-client.ts'

describe('simulated accounts of Bybit', function () {
  this.timeout(30_000)

  const symbol = 'BTC/USDT:USDT'
  let simulator: Started
  let client: AccountClient

  before(async () => {
    simulator = await startSimulator('--symbols', '4')
    client = await AccountClient.open(simulator.url)
  })

  after(() => simulator.stop())

  function toVenue(key: string, secret: string, options: object = {}) {
    return new ccxt.bybit({
      apiKey: key,
      secret,
      enableRateLimit: false,
      urls: { api: { public: simulator.url, private: simulator.url } },
      options: {
        fetchMarkets: { types: ['linear'] },
        enableUnifiedMargin: false,
        enableUnifiedAccount: true,
        unifiedMarginStatus: 6,
        ...options,
      },
      has: { fetchCurrencies: false },
    })
  }

  it('show through the real ccxt what was traded on the other wire, to the last digit', async () => {
    const venue = toVenue('demo', 'demo')
    await venue.loadMarkets()
    const [flat] = await venue.fetchPositions([symbol])
    expect(flat).to.include({ symbol, contracts: 0 })
    expect(await venue.fetchPositions(undefined, { settleCoin: 'USDT' })).to.deep.equal([])
    const binance = new ccxt.binanceusdm({
      apiKey: 'demo',
      secret: 'demo',
      enableRateLimit: false,
      urls: {
        api: {
          fapiPublic: `${simulator.url}/fapi/v1`,
          fapiPublicV2: `${simulator.url}/fapi/v2`,
          fapiPublicV3: `${simulator.url}/fapi/v3`,
          fapiPrivate: `${simulator.url}/fapi/v1`,
          fapiPrivateV2: `${simulator.url}/fapi/v2`,
          fapiPrivateV3: `${simulator.url}/fapi/v3`,
        },
      },
      options: { fetchCurrencies: false },
    })
    await binance.createOrder(symbol, 'market', 'sell', 0.01)
    await binance.createOrder('ETH/USDT:USDT', 'market', 'buy', 0.5)
    const truth = await client.truth()
    const held = await venue.fetchPositions(undefined, { settleCoin: 'USDT' })
    expect(held).to.have.length(2)
    for (const position of held) {
      const real = truth.positions.find((each) => each.symbol === position.info.symbol)!
      const size = Number(real.size)
      expect(position.side).to.equal(size < 0 ? 'short' : 'long')
      expect(position.contracts).to.equal(Math.abs(size))
      expect(Number(position.info.avgPrice)).to.equal(Number(real.entryPrice))
      expect(position.info.updatedTime).to.equal(String(real.updateTime))
    }
    const balance = await venue.fetchBalance()
    const [coin] = balance.info.result.list[0].coin
    expect(coin.coin).to.equal('USDT')
    expect(Number(coin.walletBalance)).to.equal(Number(truth.balances['USDT']!.balance))
  })

  it('tell their stream what is wrong, and what is subscribed to until it is not any more', async () => {
    const stranger = await openStream(simulator.url, '/v5/private')
    for (const args of [['nobody', '9999999999999'], ['demo', '9999999999999', 'wrong'], []]) {
      const from = stranger.heard.length
      stranger.send({ op: 'auth', args })
      expect(await stranger.wait(({ op }) => op === 'auth', from)).to.include({ success: false })
    }
    stranger.send({ op: 'subscribe', req_id: 'early', args: ['order'] })
    expect(await stranger.wait((event) => event['req_id'] === 'early')).to.include({ success: false })
    stranger.socket.send('{"op":')
    await stranger.wait(({ ret_msg }) => ret_msg === 'error:invalid json')
    stranger.close()
    const signed = await openBybit(simulator.url)
    const stream = await signed.openStream('/v5/private')
    stream.send({ op: 'subscribe', req_id: 'wrong', args: ['order', 'weather'] })
    const refused = await stream.wait((event) => event['req_id'] === 'wrong')
    expect(refused).to.include({ success: false, ret_msg: 'error:handler not found,topic:weather' })
    stream.send({ op: 'subscribe', req_id: 'right', args: ['order', 'wallet'] })
    stream.send({ op: 'unsubscribe', req_id: 'off', args: ['order'] })
    expect(await stream.wait((event) => event['req_id'] === 'off')).to.include({ success: true })
    await client.market('BTCUSDT', 'BUY', '0.01')
    await stream.wait(({ topic }) => topic === 'wallet')
    expect(stream.heard.filter(({ topic }) => topic === 'order')).to.deep.equal([])
    stream.close()
  })

  it('refuse a wrong key, signature or clock with the code of each', async () => {
    const refusalOf = async (venue: InstanceType<typeof ccxt.bybit>) =>
      venue.fetchBalance().then(
        () => undefined,
        (error: Error) => error,
      )
    expect(await refusalOf(toVenue('nobody', 'demo')))
      .to.be.instanceOf(ccxt.AuthenticationError)
      .and.have.property('message')
      .that.contains('10003')
    expect(await refusalOf(toVenue('demo', 'wrong')))
      .to.be.instanceOf(ccxt.AuthenticationError)
      .and.have.property('message')
      .that.contains('10004')
    expect(await refusalOf(toVenue('demo', 'demo', { timeDifference: 60_000 }))).to.be.instanceOf(
      ccxt.InvalidNonce,
    )
    const bare = await request(`${simulator.url}/v5/account/wallet-balance?accountType=UNIFIED`)
    expect(JSON.parse(bare.body)).to.include({ retCode: 10003 })
  })
})

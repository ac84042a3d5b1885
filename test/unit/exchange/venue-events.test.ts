import { expect } from 'chai'
import { bybitAccount } from '../../../lib/exchange/bybit-account.ts'
import * as bybit from '../../../lib/exchange/bybit-user-event-map.ts'
import { okxAccount } from '../../../lib/exchange/okx-account.ts'
import * as okx from '../../../lib/exchange/okx-user-event-map.ts'
import { closeKeys } from '../../../lib/model/account-keys.ts'

const okxPosition = {
  arg: { channel: 'positions', instType: 'SWAP', instId: 'XRP-USDT-SWAP', uid: '464737184507959869' },
  data: [
    {
      avgPx: '0.52668',
      cTime: '1693151444408',
      imr: '17.564',
      instId: 'XRP-USDT-SWAP',
      lever: '3',
      liqPx: '0.32875',
      markPx: '0.52692',
      mgnMode: 'cross',
      mmr: '0.26346',
      pTime: '1693151906023',
      pos: '-1',
      posSide: 'net',
      uTime: '1693151444408',
      upl: '0.024',
    },
  ],
}

describe('an event of OKX', () => {
  it('of a position has the time of its change and that at which it was sent', () => {
    const [event] = okx.toUserEvents(okxPosition, 3)
    if (event?.kind !== 'report') throw new Error('it is no report')
    const { positions, complete, askedAt } = event.report
    expect(positions.map(({ symbol, size, time, ordinal }) => [symbol, size, time, ordinal])).to.deep.equal([
      ['XRP-USDT-SWAP', '-1', 1_693_151_444_408, 3],
    ])
    expect([complete, askedAt]).to.deep.equal([{ positions: false, balances: false }, 1_693_151_906_023])
    expect(okx.accountTimeOf(okxPosition)).to.equal(1_693_151_444_408)
  })

  it('of orders is one for each, of which those of other products are none', () => {
    const row = { instId: 'BTC-USDT-SWAP', uTime: '1790000000555' }
    const message = { arg: { channel: 'orders' }, data: [row, { ...row, instId: 'BTC-USDT' }, row] }
    expect(okx.toUserEvents(message, 0).map(({ kind }) => kind)).to.deep.equal(['order', 'order'])
    expect(okx.accountTimeOf(message)).to.equal(undefined)
    const algo = { ...message, arg: { channel: 'orders-algo' } }
    expect(okx.toUserEvents(algo, 0)[0]).to.include({ kind: 'conditional', time: 1_790_000_000_555 })
  })

  it('that nobody reads is named', () => {
    expect(okx.toUserEvents({ arg: { channel: 'fills' }, data: [] }, 0)).to.deep.equal([
      { kind: 'other', name: 'fills' },
    ])
  })
})

describe('an event of Bybit', () => {
  const common = { symbol: 'BTCUSDT', category: 'linear', updatedTime: '1790000000555' }
  const message = (topic: string, ...data: object[]) => ({ topic, creationTime: 1_790_000_000_600, data })

  it('of a wallet has the time of the message, since the wallet has none', () => {
    const coin = { coin: 'USDT', walletBalance: '201.3', equity: '200' }
    const event = message('wallet', { coin: [coin] })
    const [told] = bybit.toUserEvents(event, 0)
    if (told?.kind !== 'report') throw new Error('it is no report')
    expect(
      told.report.balances.map(({ asset, walletBalance, time }) => [asset, walletBalance, time]),
    ).to.deep.equal([['USDT', '201.3', 1_790_000_000_600]])
    expect(bybit.accountTimeOf(event)).to.equal(1_790_000_000_600)
  })

  it('of a stop that is at the book tells of the stop and of the order', () => {
    const kinds = (of: object) =>
      bybit.toUserEvents(message('order', { ...common, cumExecQty: '0', ...of }), 0).map(({ kind }) => kind)
    expect(kinds({ stopOrderType: '', orderStatus: 'New' })).to.deep.equal(['order'])
    expect(kinds({ stopOrderType: 'Stop', orderStatus: 'Untriggered' })).to.deep.equal(['conditional'])
    expect(kinds({ stopOrderType: 'Stop', orderStatus: 'Filled' })).to.deep.equal(['conditional', 'order'])
    expect(kinds({ category: 'spot', orderStatus: 'New' })).to.deep.equal([])
  })

  it('of executions is one for each trade; funding is none', () => {
    const row = { ...common, execTime: '1790000000700', execId: 'a', execType: 'Trade' }
    const events = bybit.toUserEvents(message('execution', row, { ...row, execType: 'Funding' }), 0)
    expect(events.map(({ kind }) => kind)).to.deep.equal(['order'])
  })
})

describe('the greeting of a stream', () => {
  it('of OKX is signed as its page says, and tells when it is taken', () => {
    const { greeting } = okxAccount
    const login = greeting?.login(closeKeys('key', 'secret', 'phrase'), 1_538_054_050_975)
    expect(login).to.deep.equal({
      op: 'login',
      args: [
        {
          apiKey: 'key',
          passphrase: 'phrase',
          timestamp: '1538054050',
          // printf 1538054050GET/users/self/verify | openssl dgst -sha256 -hmac secret -binary | base64
          sign: 'Gj2hQIVKFcXbiwCak8SmVOu5mxPCizWDdmUAhbx8Z+s=',
        },
      ],
    })
    const urls = okxAccount.streamUrls(
      { urls: { api: { ws: 'ws://x/ws/v5' } }, getPrivateWsUrl: () => '' },
      '',
    )
    expect(urls).to.deep.equal(['ws://x/ws/v5/private', 'ws://x/ws/v5/business'])
    expect(urls.map((url) => greeting?.subscription(url).answers)).to.deep.equal([3, 1])
    const answers = [
      'pong',
      { event: 'login', code: '0', msg: '', connId: 'a' },
      { event: 'subscribe', arg: { channel: 'account' } },
      okxPosition,
    ].map((message) => greeting?.answerOf(message))
    expect(answers).to.deep.equal(['alive', 'logged-in', 'subscribed', undefined])
    expect(greeting?.answerOf({ event: 'error', code: '60009', msg: 'Login failed.' })).to.deep.equal({
      refused: 'the venue ends it: Login failed.',
    })
  })

  it('of Bybit is signed as its page says, and tells when it is taken', () => {
    const { greeting } = bybitAccount
    expect(greeting?.login(closeKeys('key', 'secret'), 1_662_350_390_000)).to.deep.equal({
      op: 'auth',
      // printf GET/realtime1662350400000 | openssl dgst -sha256 -hmac secret -hex
      args: ['key', '1662350400000', 'd7ca36fea9ef1287007fd4b15af961e91d419a3d3f3ccbdf23585170ac116cd4'],
    })
    const answers = [
      { success: true, ret_msg: '', op: 'auth', conn_id: 'a' },
      { success: true, ret_msg: '', op: 'subscribe', req_id: '' },
      { success: true, ret_msg: 'pong', op: 'ping', conn_id: 'a' },
      { req_id: '1', op: 'pong', args: ['1675418560633'], conn_id: 'a' },
      { topic: 'order', data: [] },
    ].map((message) => greeting?.answerOf(message))
    expect(answers).to.deep.equal(['logged-in', 'subscribed', 'alive', 'alive', undefined])
    expect(greeting?.answerOf({ success: false, ret_msg: 'error:USVC1111', op: 'auth' })).to.deep.equal({
      refused: 'the venue refused it: error:USVC1111',
    })
  })
})

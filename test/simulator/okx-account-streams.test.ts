import { expect } from 'chai'
import { isError, isOf, rowsOf, subscribe } from './okx-events.ts'
import type { Event } from './open-stream.ts'
import { postJson } from './request.ts'
import { openOkx } from './venue-client.ts'
import { withStreams } from './with-streams.ts'

const instId = 'BTC-USDT-SWAP'

describe('simulated account streams of OKX', function () {
  this.timeout(40_000)

  const simulator = withStreams()

  it('let in who signs, and refuse the others with the code of each', async () => {
    const stream = await simulator.connect('/ws/v5/private')
    const now = (await openOkx(simulator.url())).now()
    const timestamp = String(Math.floor(now / 1000))
    const good = { apiKey: 'demo', passphrase: 'p', timestamp, sign: 'wrong' }
    const refused: [arg: object, code: string][] = [
      [{}, '60009'],
      [{ ...good, apiKey: 'nobody' }, '60005'],
      [{ ...good, passphrase: '' }, '60024'],
      [{ ...good, timestamp: 'now' }, '60004'],
      // 30 s of the client's time, in which this clock goes 15 minutes.
      [{ ...good, timestamp: String(Math.floor(now / 1000) - 1000) }, '60006'],
      [good, '60007'],
    ]
    for (const [arg, code] of refused) {
      const from = stream.heard.length
      stream.send({ op: 'login', args: [arg] })
      expect(await stream.wait(isError, from)).to.include({ code })
    }
    const from = stream.heard.length
    stream.send(subscribe({ channel: 'account' }))
    expect(await stream.wait(isError, from)).to.include({ code: '60011' })
  })

  it('tell an account what stands and what changes, of all or of one instrument', async () => {
    const client = await openOkx(simulator.url())
    const [all, one] = await Promise.all([
      client.openStream('/ws/v5/private'),
      client.openStream('/ws/v5/private'),
    ])
    simulator.keep(all, one)
    all.send(subscribe({ channel: 'positions', instType: 'ANY' }, { channel: 'account' }))
    const count = await all.wait(({ event }) => event === 'channel-conn-count')
    expect(count).to.include({ channel: 'positions', connCount: '1' })
    expect(await all.wait(isOf('positions'))).to.deep.include({ eventType: 'snapshot', data: [] })
    expect(rowsOf(await all.wait(isOf('account')))[0]).to.include.keys('uTime', 'details')
    one.send(subscribe({ channel: 'positions', instType: 'SWAP', instId: 'ETH-USDT-SWAP' }))
    expect(await one.wait(({ event }) => event === 'channel-conn-count')).to.include({ connCount: '2' })
    await one.wait(isOf('positions'))
    const buy = (name: string) =>
      client.ask('POST /api/v5/trade/order', {
        instId: name,
        tdMode: 'cross',
        side: 'buy',
        ordType: 'market',
        sz: '0.01',
      })
    expect(await buy(instId)).to.include({ code: '0' })
    expect(await buy('ETH-USDT-SWAP')).to.include({ code: '0' })
    const isUpdate = (event: Event) => isOf('positions')(event) && event['eventType'] === 'event_update'
    expect(rowsOf(await one.wait(isUpdate))[0]).to.include({ instId: 'ETH-USDT-SWAP', pos: '0.01' })
    one.send(subscribe({ channel: 'orders', instType: 'SWAP', instId: 'NONE' }))
    expect(await one.wait(isError)).to.include({ code: '60018' })
    await all.wait((event) => isUpdate(event) && rowsOf(event)[0]!['instId'] === 'ETH-USDT-SWAP')
    expect(rowsOf(all.heard.find(isUpdate)!)[0]).to.include({ instId, pos: '0.01' })
  })

  it('give a channel of an account to 30 connections', async () => {
    const client = await openOkx(simulator.url())
    for (let i = 0; i < 31; i++) {
      // So many in a second would be too many.
      await postJson(`${simulator.url()}/_sim/reset`, {})
      const stream = await client.openStream('/ws/v5/private')
      simulator.keep(stream)
      stream.send(subscribe({ channel: 'orders', instType: 'SWAP' }))
      const told = await stream.wait(({ event }) => String(event).startsWith('channel-conn-count'))
      expect(told).to.include(
        i < 30
          ? { event: 'channel-conn-count', channel: 'orders', connCount: String(i + 1) }
          : { event: 'channel-conn-count-error', channel: 'orders', connCount: '30' },
      )
    }
  })
})

import { expect } from 'chai'
import { openClient } from '../../lib/exchange/ccxt.ts'
import { accountOf, venueOf } from '../../lib/exchange/open-exchange.ts'
import { demoUrl } from '../../lib/exchange/venue.ts'
import { openRecordingGate } from '../support/recording-gate.ts'

/** Where a client would send a request and open a stream. */
async function addressesOf(id: string, url: string): Promise<string[]> {
  const venue = venueOf(id)
  const client = await openClient(venue, { url, localAddress: '', proxy: '', gate: openRecordingGate() })
  const { url: rest, headers } = client.sign('time', id === 'binanceusdm' ? 'fapiPublic' : 'public') as {
    url: string
    headers?: object
  }
  const streams = accountOf(venue).streamUrls(client, 'listen-key')
  const marks = Object.entries({ ...(client.headers as object), ...headers }).map((each) => each.join(' '))
  return [rest, ...streams, ...marks]
}

describe('the environment without real money', () => {
  it('is reached by its own addresses, or told by a header', async () => {
    expect(await addressesOf('binanceusdm', demoUrl)).to.deep.equal([
      'https://demo-fapi.binance.com/fapi/v1/time',
      'wss://fstream.binancefuture.com/private/ws?listenKey=listen-key',
    ])
    expect(await addressesOf('okx', demoUrl)).to.deep.equal([
      'https://www.okx.com/api/v5/time',
      'wss://wspap.okx.com:8443/ws/v5/private',
      'wss://wspap.okx.com:8443/ws/v5/business',
      'x-simulated-trading 1',
    ])
    expect(await addressesOf('bybit', demoUrl)).to.deep.equal([
      'https://api-demo.bybit.com/time',
      'wss://stream-demo.bybit.com/v5/private',
    ])
  })

  it('is not where the venue itself is', async () => {
    expect(await addressesOf('okx', '')).to.deep.equal([
      'https://www.okx.com/api/v5/time',
      'wss://ws.okx.com:8443/ws/v5/private',
      'wss://ws.okx.com:8443/ws/v5/business',
    ])
    expect(await addressesOf('bybit', '')).to.deep.equal([
      'https://api.bybit.com/time',
      'wss://stream.bybit.com/v5/private',
    ])
  })
})

import { createServer, connect } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { expect } from 'chai'
import { perpetualsOf } from '../support/risk-system.ts'
import { withSystem } from '../support/system.ts'

// Where the proxy asks from, which the simulator tells apart.
const proxyAddress = '127.0.0.3'

describe('an actor behind a proxy', () => {
  const opened = withSystem({ symbols: 2, klines: 0, cursors: 0 })
  let proxy: Server

  before((done) => {
    proxy = createServer((client) => {
      client.once('data', (head) => {
        const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP/.exec(head.toString('latin1')) ?? []
        const venue = connect({ host, port: Number(port), localAddress: proxyAddress }, () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n')
          client.pipe(venue).pipe(client)
        })
        for (const [one, other] of [
          [client, venue],
          [venue, client],
        ] as const)
          one.on('error', () => other.destroy())
      })
    })
    proxy.listen(0, '127.0.0.1', done)
  })
  after(() => proxy.close())

  it('asks the venue through it, and nothing beside it', async () => {
    const system = opened()
    const { port } = proxy.address() as AddressInfo
    await system.start('symbol-cursor', { SLUICE_PROXY: `http://127.0.0.1:${port}` })
    expect(await perpetualsOf(system, 2)).to.have.length(2)
    const { addresses } = await system.simulator.stats()
    expect(Object.keys(addresses)).to.deep.equal([proxyAddress])
  })
})

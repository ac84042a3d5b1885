import { createServer, connect } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { createClock } from '../../lib/hub/clock.ts'
import { openTestOrders, toSend } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

describe('the connection that orders leave by', function () {
  this.timeout(30_000)
  let simulator: Simulator
  let between: Server
  let opened = 0

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
    const port = Number(new URL(simulator.url).port)
    between = createServer((socket) => {
      opened += 1
      const venue = connect(port, '127.0.0.1')
      socket.on('error', () => venue.destroy()).pipe(venue)
      venue.on('error', () => socket.destroy()).pipe(socket)
    })
    await new Promise<void>((resolve) => void between.listen(0, '127.0.0.1', resolve))
  })
  after(async () => {
    between.close()
    await simulator.stop()
  })

  it("is the one by which the venue's clock is asked for, so that asking keeps it open", async () => {
    const { port } = between.address() as AddressInfo
    const clock = createClock(1, { offsetMs: simulator.now() - Date.now(), errorMs: 50 })
    const { exchange } = await openTestOrders(`http://127.0.0.1:${port}`, 'one', 'first', clock)
    try {
      expect(await exchange.fetchTime()).to.be.closeTo(simulator.now(), 2_000)
      // The client lets go of the connection a moment after the answer's last byte.
      await setImmediate()
      const { state } = await exchange.createOrder(toSend({ symbol: 'BTCUSDT', clientOrderId: 'first' }))
      expect([state, opened]).to.deep.equal(['filled', 1])
    } finally {
      await exchange.close()
    }
  })
})

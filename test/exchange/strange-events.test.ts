import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { StreamConnection, UserEvent } from '../../lib/exchange/account-exchange.ts'
import { longKeys, openTestAccount } from '../support/account.ts'
import { until } from '../support/until.ts'
import { sendJson } from '../support/venue-server.ts'

const listenKey = 'L1stenKeyZxCvBnMqWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuIoPaSdFgHjKlZxCv'

const position = { s: 'BTCUSDT', pa: '1', ep: '2', up: '0', mt: 'cross', iw: '0', ps: 'BOTH' }
const update = { e: 'ACCOUNT_UPDATE', T: 5, E: 6, a: { m: 'ORDER', B: [], P: [position] } }

describe('an event that is no event', function () {
  this.timeout(10_000)

  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  /** A connection to a server that says what the test says, and all that was heard over it. */
  async function connect() {
    const sockets: WebSocket[] = []
    const server = createServer((_, response) => sendJson(response, { listenKey }))
    const streams = new WebSocketServer({ server, path: '/private/ws' })
    streams.on('connection', (socket) => sockets.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { exchange } = await openTestAccount(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const heard = { events: [] as UserEvent[], lost: [] as string[], ends: [] as string[], signs: 0 }
    const key = await exchange.openStreamKey()
    const connection: StreamConnection = key.connect({
      onOpen: () => {},
      onEvent: (event) => {
        heard.events.push(event)
        if (event.kind === 'other') throw new Error('the reader fails')
      },
      onSign: () => (heard.signs += 1),
      onLost: (reason) => void heard.lost.push(reason),
      onEnd: (reason) => void heard.ends.push(reason),
    })
    closing.push(async () => {
      connection.close()
      await exchange.close()
      streams.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    await until('the connection', async () => sockets.length > 0, 5_000)
    const say = (message: unknown) =>
      sockets[0]?.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      )
    return { heard, say, sockets, connection }
  }

  const strange: Record<string, unknown> = {
    'broken JSON': `{"e":"ACCOUNT_UPDATE","listenKey":"${listenKey}"`,
    'a word': `hello ${listenKey}`,
    'no name': { T: 1, listenKey },
    'a list': [update],
    'no account': { ...update, a: undefined },
    'no time': { ...update, T: undefined },
    'a position without a size': { ...update, a: { P: [{ ...position, pa: undefined }] } },
    'a position on no side': { ...update, a: { P: [{ ...position, ps: 'UP' }] } },
    'a balance without an amount': { ...update, a: { B: [{ a: 'USDT' }] } },
    'an order that is none': { e: 'ORDER_TRADE_UPDATE', T: 1, E: 1, o: null },
    'a change of nothing': { e: 'ACCOUNT_CONFIG_UPDATE', T: 1, E: 1 },
    'what the reader fails at': { e: 'TRADE_LITE', T: 1, E: 1 },
  }

  it('is told as lost, with nothing secret on the screen, and the next one is read', async () => {
    const { log } = console
    const printed: unknown[] = []
    console.log = (...texts: unknown[]) => void printed.push(...texts)
    try {
      const { heard, say } = await connect()
      for (const message of Object.values(strange)) say(message)
      say(update)
      await until('the good one', async () => heard.events.at(-1)?.kind === 'report', 5_000)
      expect(heard.lost).to.have.length(Object.keys(strange).length)
      expect(heard.ends).to.deep.equal([])
      const all = JSON.stringify([heard, printed])
      for (const secret of [listenKey, ...Object.values(longKeys)]) expect(all).to.not.contain(secret)
      expect(printed).to.deep.equal([])
    } finally {
      console.log = log
    }
  })

  it('tells of a change of mode, and of the end of the key', async () => {
    const { heard, say } = await connect()
    say({ e: 'ACCOUNT_CONFIG_UPDATE', T: 7, E: 8, ai: { j: true } })
    say({ e: 'listenKeyExpired', E: 9, listenKey })
    await until('both', async () => heard.events.length === 2, 5_000)
    expect(heard.events).to.deep.equal([
      { kind: 'multi-assets', multiAssets: true, time: 7 },
      { kind: 'key-expired' },
    ])
  })

  it('that is larger than any event ends the connection, once', async () => {
    const { heard, say } = await connect()
    say(JSON.stringify({ e: 'X', text: 'x'.repeat(2 << 20) }))
    await until('the end', async () => heard.ends.length > 0, 5_000)
    expect(heard.events).to.deep.equal([])
    expect(heard.ends).to.have.length(1)
  })

  it('is heard no more once the connection was closed, and neither is its end', async () => {
    const { heard, say, sockets, connection } = await connect()
    connection.close()
    say(update)
    await until('the end at the server', async () => sockets[0]?.readyState === sockets[0]?.CLOSED, 5_000)
    expect(heard).to.deep.include({ events: [], ends: [], lost: [] })
  })
})

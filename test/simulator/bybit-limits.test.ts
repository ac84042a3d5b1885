import { expect } from 'chai'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { AddressLimit } from '../../simulator/bybit/address-limit.ts'
import { getJson, postJson, request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

interface Stats {
  readonly now: number
  readonly addresses: Record<
    string,
    { weight: number; http403: number; refusedWhileBanned: number; bannedUntil?: number }
  >
}

describe('simulated limits of Bybit', function () {
  this.timeout(30_000)

  it('never let more through in any window, and refuse only what would be more', () => {
    const policy = { limit: 4, windowMs: 50, banMs: 200 }
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 200 }), (steps) => {
        const limit = new AddressLimit(policy)
        let admitted: number[] = []
        let bannedUntil = 0
        let now = 1_000_000
        for (const step of steps) {
          now += step
          const recent = admitted.filter((time) => now - time < policy.windowMs).length
          const isBanned = now < bannedUntil
          const expected = !isBanned && recent < policy.limit
          expect(limit.admit('a', now)).to.equal(expected)
          expect(limit.read('a', now)?.bannedUntil === undefined).to.equal(expected)
          if (expected) admitted.push(now)
          else if (!isBanned) {
            bannedUntil = now + policy.banMs
            admitted = []
          }
        }
      }),
    )
  })

  it('keep the longer of two bans, and address from address', () => {
    const limit = new AddressLimit({ limit: 1, windowMs: 50, banMs: 200 })
    limit.ban('a', 900)
    limit.ban('a', 500)
    expect(limit.read('a', 0)?.bannedUntil).to.equal(900)
    expect([limit.admit('a', 899), limit.admit('b', 899), limit.admit('a', 900)]).to.deep.equal([
      false,
      true,
      true,
    ])
  })

  describe('on the wire', () => {
    let simulator: Started

    beforeEach(async () => {
      // The window is in the venue's time: here it lasts 25 s.
      simulator = await startSimulator('--symbols', '2', '--rate', '0.2')
    })

    afterEach(() => simulator.stop())

    it('answer 403 for ten minutes to the 601st request in 5 s, and only to its address', async () => {
      const url = `${simulator.url}/v5/market/time`
      // Ten sources ask at once; the count is the address's, not the connection's.
      const ask = async (times: number) => {
        const statuses: number[] = []
        for (let i = 0; i < times; i++) statuses.push((await request(url)).status)
        return statuses
      }
      const startedAt = Date.now()
      const statuses = (await Promise.all(Array.from({ length: 10 }, () => ask(62)))).flat()
      expect(Date.now() - startedAt, 'the requests must fit into the window').to.be.below(25_000)
      expect(statuses.filter((status) => status === 200)).to.have.length(600)
      expect(statuses.filter((status) => status === 403)).to.have.length(20)
      const refused = await request(url)
      expect(refused).to.include({ status: 403 })
      expect(refused.body).to.contain('access too frequent')
      expect(refused.headers).to.not.have.property('retry-after')
      expect((await request(url, { localAddress: '127.0.0.2' })).status).to.equal(200)
      const { now, addresses } = await getJson<Stats>(`${simulator.url}/_sim/stats`)
      expect(addresses['127.0.0.1']).to.include({ http403: 21, refusedWhileBanned: 20 })
      expect(addresses['127.0.0.1']!.bannedUntil! - now).to.be.within(590_000, 600_000)
      await postJson(`${simulator.url}/_sim/reset`, {})
      expect((await request(url)).status).to.equal(200)
    })

    it('leave the other venue alone while an address is banned', async () => {
      await postJson(`${simulator.url}/_sim/faults`, [{ kind: 'ban', ms: 60_000, path: '/v5/', count: 1 }])
      const bybit = `${simulator.url}/v5/market/time`
      expect((await request(bybit)).status).to.equal(403)
      expect((await request(bybit)).status).to.equal(403)
      expect((await request(`${simulator.url}/fapi/v1/time`)).status).to.equal(200)
    })

    it('take 500 connections in five minutes of an address, on all paths together', async () => {
      const open = async (path: string, localAddress = '127.0.0.1') => {
        const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}${path}`, { localAddress })
        const outcome = await new Promise<string>((resolve) => {
          socket.once('open', () => resolve('open'))
          socket.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)))
          socket.once('error', () => {})
        })
        socket.terminate()
        return outcome
      }
      const outcomes: string[] = []
      for (let i = 0; i < 501; i++)
        outcomes.push(await open(i % 2 === 0 ? '/v5/public/linear' : '/v5/private'))
      expect(outcomes).to.deep.equal([...Array<string>(500).fill('open'), '429'])
      expect(await open('/v5/public/linear', '127.0.0.2')).to.equal('open')
    })

    it('answer 10006 with the limit in the headers when a fault says so', async () => {
      await postJson(`${simulator.url}/_sim/faults`, [{ kind: 'rateLimit', ms: 3000, count: 1 }])
      const { now } = await getJson<Stats>(`${simulator.url}/_sim/stats`)
      const answer = await request(`${simulator.url}/v5/market/time`)
      expect(JSON.parse(answer.body)).to.include({ retCode: 10006 })
      expect(answer.headers).to.include({ 'x-bapi-limit-status': '0' })
      expect(Number(answer.headers['x-bapi-limit-reset-timestamp'])).to.be.above(now)
    })
  })
})

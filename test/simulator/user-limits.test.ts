import { expect } from 'chai'
import fc from 'fast-check'
import { UserLimits } from '../../simulator/bybit/user-limits.ts'
import { SpanLimits } from '../../simulator/okx/span-limits.ts'
import type { Answer } from './request.ts'
import { getJson, postJson } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import { openBybit, openOkx, type Body, type Told, type VenueClient } from './venue-client.ts'

interface Stats {
  readonly addresses: Record<string, { requests: number; limitRefusals: number; http429: number }>
  readonly users: Record<string, { requests: number; limitRefusals: number; byPath: Record<string, number> }>
}

const parse = ({ body }: Answer): Told => JSON.parse(body) as Told
const steps = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 3 })), { maxLength: 200 })

describe('simulated limits by user', function () {
  this.timeout(30_000)

  it('never take more in any span, and refuse only what would be more', () => {
    fc.assert(
      fc.property(steps, (asked) => {
        const [whole, parts] = [new SpanLimits(), new UserLimits()]
        const [ofWhole, ofParts]: number[][] = [[], []]
        const recent = (times: number[], now: number, spanMs: number) =>
          times.filter((time) => now - time < spanMs).length
        let now = 1_000_000
        for (const [step, count] of asked) {
          now += step * 10
          const fits = recent(ofWhole!, now, 500) + count <= 5
          const charge = { key: 'a', limit: 5, count, spanMs: 500, code: '50011' as const }
          expect(whole.admit([charge], now) === undefined).to.equal(fits)
          if (fits) for (let i = 0; i < count; i++) ofWhole!.push(now)
          const room = 5 - recent(ofParts!, now, 1000)
          const { taken, left, resetAt } = parts.take('a', 5, count, now)
          expect([taken, left]).to.deep.equal([Math.min(room, count), room - taken])
          if (taken < count) expect(resetAt).to.be.within(now + 1, now + 1000)
          for (let i = 0; i < taken; i++) ofParts!.push(now)
        }
      }),
    )
  })

  it('count a request that one of its limits refuses in none of them', () => {
    const limits = new SpanLimits()
    const charge = (key: string, limit: number) => ({
      key,
      limit,
      count: 1,
      spanMs: 2000,
      code: '50011' as const,
    })
    expect(limits.admit([charge('narrow', 1), charge('wide', 2)], 0)).to.equal(undefined)
    expect(limits.admit([charge('narrow', 1), charge('wide', 2)], 1)?.key).to.equal('narrow')
    expect(limits.admit([charge('wide', 2)], 2)).to.equal(undefined)
    expect(limits.admit([charge('wide', 2)], 3)?.key).to.equal('wide')
  })

  describe('on the wire', () => {
    let simulator: Started

    before(async () => {
      simulator = await startSimulator('--symbols', '30', '--account', 'a:s', '--account', 'b:s')
    })

    after(() => simulator.stop())
    beforeEach(() => postJson(`${simulator.url}/_sim/reset`, {}))

    const stats = () => getJson<Stats>(`${simulator.url}/_sim/stats`)
    const times = async <T>(count: number, ask: (i: number) => Promise<T>): Promise<T[]> => {
      const answers: T[] = []
      for (let i = 0; i < count; i++) answers.push(await ask(i))
      return answers
    }

    describe('of OKX', () => {
      let a: VenueClient
      let b: VenueClient

      before(async () => {
        a = await openOkx(simulator.url, 'a', 's')
        b = await openOkx(simulator.url, 'b', 's')
      })

      // Of a size that is refused, so that nothing is held: a refused order counts like any other.
      const order = (instId: string) => ({ instId, tdMode: 'cross', side: 'buy', ordType: 'market', sz: '0' })
      const buy = (client: VenueClient, instId: string, localAddress?: string) =>
        client.send('POST /api/v5/trade/order', order(instId), localAddress)
      const isOver = ({ status, body }: Answer) => {
        if (status !== 429) return false
        expect(JSON.parse(body)).to.include({ code: '50011' })
        return true
      }

      it('take 60 orders in 2 s of a user and instrument, from wherever they come', async () => {
        const startedAt = Date.now()
        const first = await times(61, (i) => buy(a, 'BTC-USDT-SWAP', i % 2 === 0 ? '127.0.0.1' : '127.0.0.2'))
        expect(Date.now() - startedAt, 'the requests must fit into the span').to.be.below(2000)
        expect(first.map(isOver)).to.deep.equal([...Array<boolean>(60).fill(false), true])
        expect(isOver(await buy(a, 'ETH-USDT-SWAP'))).to.equal(false)
        expect(isOver(await buy(b, 'BTC-USDT-SWAP'))).to.equal(false)
        const one = await a.send('POST /api/v5/trade/batch-orders', [order('BTC-USDT-SWAP')])
        expect(isOver(one), 'a batch of one is an order').to.equal(true)
        const cancelled = await a.send('POST /api/v5/trade/cancel-order', {
          instId: 'BTC-USDT-SWAP',
          ordId: '1',
        })
        expect(parse(cancelled)).to.include({ code: '1' })
        const { addresses, users } = await stats()
        expect(addresses['127.0.0.1']).to.include({ limitRefusals: 2, http429: 2 })
        expect(addresses['127.0.0.2']).to.include({ limitRefusals: 0 })
        expect(users['a']).to.deep.include({ requests: 64, limitRefusals: 2 })
        expect(users['a']!.byPath).to.include({ '/api/v5/trade/order': 62 })
        expect(users['b']).to.deep.include({ requests: 1, limitRefusals: 0 })
      })

      it('count batches by their orders, 300 in an instrument and 1,000 of the account', async () => {
        const batch = (i: number) =>
          a.send('POST /api/v5/trade/batch-orders', Array<Body>(20).fill(order(`${base[i]}-USDT-SWAP`)))
        const base = await swaps()
        const startedAt = Date.now()
        const one = await times(16, () => batch(0))
        expect(one.map(isOver)).to.deep.equal([...Array<boolean>(15).fill(false), true])
        // 300 are counted: 35 batches more of other instruments make a thousand.
        const others = await times(36, (i) => batch(1 + (i % 10)))
        expect(Date.now() - startedAt, 'the requests must fit into the span').to.be.below(2000)
        expect(
          others
            .slice(0, 35)
            .map(parse)
            .every((each) => each['code'] === '1'),
        ).to.equal(true)
        expect(others[35]!.status).to.equal(200)
        expect(parse(others[35]!)).to.deep.include({ code: '50061', data: [] })
        const { users } = await stats()
        expect(users['a']).to.include({ limitRefusals: 2 })
      })

      it('take so many reads of each endpoint in its span, by user', async () => {
        const limits: [place: string, limit: number, query: object][] = [
          ['GET /api/v5/account/balance', 10, {}],
          ['GET /api/v5/account/positions', 10, {}],
          ['GET /api/v5/account/config', 5, {}],
          ['GET /api/v5/account/bills', 5, {}],
          ['GET /api/v5/trade/orders-pending', 60, {}],
          ['GET /api/v5/trade/orders-history', 40, { instType: 'SWAP' }],
          ['GET /api/v5/trade/orders-algo-pending', 20, { ordType: 'conditional' }],
          ['GET /api/v5/trade/fills', 60, {}],
          ['GET /api/v5/trade/fills-history', 10, { instType: 'SWAP' }],
        ]
        for (const [place, limit, query] of limits) {
          const answers = await times(limit + 1, () => a.send(place, { ...query }))
          expect(answers.map(isOver), place).to.deep.equal([...Array<boolean>(limit).fill(false), true])
          expect(isOver(await b.send(place, { ...query })), place).to.equal(false)
        }
      })

      async function swaps(): Promise<string[]> {
        const url = `${simulator.url}/api/v5/public/instruments?instType=SWAP`
        const { data } = await getJson<{ data: { instId: string }[] }>(url)
        return data
          .filter(({ instId }) => instId.endsWith('-USDT-SWAP'))
          .map(({ instId }) => instId.split('-')[0]!)
      }
    })

    describe('of Bybit', () => {
      let a: VenueClient
      let b: VenueClient

      before(async () => {
        a = await openBybit(simulator.url, 'a', 's')
        b = await openBybit(simulator.url, 'b', 's')
      })

      const order = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0' }

      it('take 10 orders in a second of a user, and tell what is left', async () => {
        const startedAt = Date.now()
        const answers = await times(11, (i) =>
          a.send('POST /v5/order/create', order, i % 2 === 0 ? '127.0.0.1' : '127.0.0.2'),
        )
        expect(Date.now() - startedAt, 'the requests must fit into the second').to.be.below(1000)
        expect(answers.map(({ headers }) => headers['x-bapi-limit-status'])).to.deep.equal(
          '9,8,7,6,5,4,3,2,1,0,0'.split(','),
        )
        expect(answers.map(parse).map((each) => each['retCode'])).to.deep.equal([
          ...Array<number>(10).fill(10001),
          10006,
        ])
        const refused = answers[10]!
        expect(refused.status).to.equal(200)
        expect(refused.headers).to.include({ 'x-bapi-limit': '10' })
        const resetAt = Number(refused.headers['x-bapi-limit-reset-timestamp'])
        expect(resetAt - Number(parse(refused)['time'])).to.be.within(1, 1000)
        const other = await b.send('POST /v5/order/create', order)
        expect(parse(other)).to.include({ retCode: 10001 })
        const cancelled = await a.send('POST /v5/order/cancel', { ...order, orderId: 'none' })
        expect(parse(cancelled)).to.include({ retCode: 110001 })
        await new Promise((resolve) => setTimeout(resolve, resetAt - Date.now() + 1))
        expect(parse(await a.send('POST /v5/order/create', order))).to.include({ retCode: 10001 })
        const { addresses, users } = await stats()
        expect(addresses['127.0.0.1']).to.include({ limitRefusals: 1, http429: 0 })
        expect(users['a']).to.include({ requests: 13, limitRefusals: 1 })
        expect(users['b']).to.include({ requests: 1, limitRefusals: 0 })
      })

      it('take so many reads of each endpoint in a second, by user', async () => {
        const limits: [place: string, limit: number, query: object][] = [
          ['GET /v5/account/wallet-balance', 50, { accountType: 'UNIFIED' }],
          ['GET /v5/position/list', 50, { category: 'linear', settleCoin: 'USDT' }],
          ['GET /v5/order/realtime', 50, { category: 'linear', settleCoin: 'USDT' }],
          ['GET /v5/account/info', 10, {}],
        ]
        for (const [place, limit, query] of limits) {
          const answers = await times(limit + 1, () => a.send(place, { ...query }))
          expect(
            answers.map((each) => parse(each)['retCode']),
            place,
          ).to.deep.equal([...Array<number>(limit).fill(0), 10006])
        }
      })
    })
  })
})

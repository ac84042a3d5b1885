import { expect } from 'chai'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import type { VenueLimit } from '../../lib/model/egress-budget.ts'
import { getJson, postJson, request } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'
import { openBybit, openOkx, type Body, type VenueClient } from './venue-client.ts'

const mostInBatch = 20
const instId = 'BTC-USDT-SWAP'
/** enough that the venue answers; what it answers does not matter */
const words: Readonly<Record<string, Body>> = {
  okx: { instId, instType: 'SWAP', ordType: 'market', tdMode: 'cross', side: 'buy', sz: '0', bar: '1m' },
  bybit: { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0' },
}

for (const [id, open, prefix] of [
  ['okx', openOkx, '/api/v5/'],
  ['bybit', openBybit, '/'],
] as const) {
  describe(`what the budget of ${id} lets leave`, function () {
    this.timeout(30_000)

    let simulator: Started
    let client: VenueClient

    before(async () => {
      // So slow a clock that no window of 5 s ends meanwhile.
      simulator = await startSimulator('--symbols', '1', '--rate', '0.02')
      client = await open(simulator.url)
    })

    after(() => simulator.stop())
    beforeEach(() => postJson(`${simulator.url}/_sim/reset`, {}))

    /** Makes requests that count as much as a limit has in one window. */
    async function spend({ endpoints = [`GET v5/market/time`], counts, limit, scope }: VenueLimit) {
      const [method, path] = endpoints[0]!.split(' ') as [string, string]
      const place = `${method} ${prefix}${path}`
      const isList = /batch|algos/.test(path)
      const size = isList && counts !== 'requests' ? Math.min(limit, mostInBatch) : 1
      const body = method === 'GET' || !isList ? words[id]! : Array<Body>(size).fill(words[id]!)
      for (let spent = 0; spent < limit; spent += size) {
        if (scope !== 'address') await client.send(place, body)
        else {
          const query = new URLSearchParams(words[id] as Record<string, string>).toString()
          await request(`${simulator.url}${prefix}${path}?${query}`)
        }
      }
    }

    for (const limit of venueOf(id).limits.filter(({ name }) => name !== 'orders of the account')) {
      it(`of ${limit.name}, by ${limit.scope}, is within what the venue takes in a moment`, async () => {
        await spend(limit)
        const { addresses } = await getJson<{
          addresses: Record<string, { requests: number; limitRefusals: number }>
        }>(`${simulator.url}/_sim/stats`)
        expect(addresses['127.0.0.1']!.requests).to.be.above(0)
        expect(addresses['127.0.0.1']!.limitRefusals).to.equal(0)
      })
    }
  })
}

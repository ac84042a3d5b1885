import { expect } from 'chai'
import { getJson, request, until, type Answer } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

interface Stats {
  now: number
  rate: number
  requests: number
  addresses: Record<
    string,
    {
      requests: number
      weight: number
      windowWeight: number
      http429: number
      http418: number
      limitRefusals: number
      refusedWhileBanned: number
      bannedUntil?: number
      byPath: Record<string, number>
      windows: { start: number; weight: number }[]
    }
  >
}

describe('simulator limits', function () {
  this.timeout(20_000)

  let simulator: Started | undefined

  afterEach(async () => {
    await simulator?.stop()
    simulator = undefined
  })

  const used = (answer: Answer) => Number(answer.headers['x-mbx-used-weight-1m'])

  it('weigh every request as the venue does', async () => {
    simulator = await startSimulator('--symbols', '2')
    const { url } = simulator
    const weights: [path: string, weight: number][] = [
      ['ping', 1],
      ['time', 1],
      ['exchangeInfo', 1],
      ['klines?symbol=BTCUSDT&interval=1m&limit=99', 1],
      ['klines?symbol=BTCUSDT&interval=1m&limit=100', 2],
      ['klines?symbol=BTCUSDT&interval=1m&limit=499', 2],
      ['klines?symbol=BTCUSDT&interval=1m', 5],
      ['klines?symbol=BTCUSDT&interval=1m&limit=1000', 5],
      ['klines?symbol=BTCUSDT&interval=1m&limit=1001', 10],
      ['ticker/bookTicker?symbol=BTCUSDT', 2],
      ['ticker/bookTicker', 5],
      ['ticker/24hr?symbol=BTCUSDT', 1],
      ['ticker/24hr', 40],
      ['depth?symbol=BTCUSDT&limit=50', 2],
      ['depth?symbol=BTCUSDT&limit=100', 5],
      ['depth?symbol=BTCUSDT', 10],
      ['depth?symbol=BTCUSDT&limit=1000', 20],
      ['premiumIndex?symbol=BTCUSDT', 1],
      ['premiumIndex', 10],
      ['klines?symbol=NOSUCH&interval=1m&limit=10', 1],
      ['nothing', 1],
    ]
    let total = 0
    for (const [path, weight] of weights) {
      await request(`${url}/fapi/v1/${path}`)
      total += weight
      const { addresses } = await getJson<Stats>(`${url}/_sim/stats`)
      expect(addresses['127.0.0.1']!.weight, path).to.equal(total)
    }
    const { requests, addresses } = await getJson<Stats>(`${url}/_sim/stats`)
    expect(requests).to.equal(weights.length)
    expect(addresses['127.0.0.1']!.byPath['/fapi/v1/klines']).to.equal(7)
  })

  it('refuse what passes the weight with 429 until the window ends, and count it too', async () => {
    // A minute lasts two seconds.
    simulator = await startSimulator(
      '--symbols',
      '1',
      '--rate',
      '30',
      '--weight-limit',
      '100',
      '--ban-after',
      '1000',
    )
    const { url } = simulator
    const heavy = `${url}/fapi/v1/ticker/24hr`
    const start = await until(async () => {
      const { now } = await getJson<Stats>(`${url}/_sim/stats`)
      return now % 60_000 < 20_000 ? now - (now % 60_000) : undefined
    })
    const answers = [await request(heavy), await request(heavy), await request(heavy), await request(heavy)]
    expect(answers.map((each) => each.status)).to.deep.equal([200, 200, 429, 429])
    expect(answers.map(used)).to.deep.equal([40, 80, 120, 160])
    expect(JSON.parse(answers[2]!.body)).to.have.property('code', -1003)
    expect(Number(answers[2]!.headers['retry-after'])).to.be.within(1, 60)
    await until(async () => {
      const { now } = await getJson<Stats>(`${url}/_sim/stats`)
      return now >= start + 60_000 ? now : undefined
    })
    const fresh = await request(heavy)
    expect([fresh.status, used(fresh)]).to.deep.equal([200, 40])
    const own = (await getJson<Stats>(`${url}/_sim/stats`)).addresses['127.0.0.1']!
    expect(own.windows).to.deep.equal([
      { start, weight: 160 },
      { start: start + 60_000, weight: 40 },
    ])
    expect(own).to.include({ http429: 2, http418: 0, limitRefusals: 2, weight: 200, windowWeight: 40 })
  })

  it('begin their minutes at wall multiples of a minute over the rate', async () => {
    simulator = await startSimulator('--symbols', '1', '--rate', '60')
    const { now, wallNow, behindMs } = await getJson<{ now: number; wallNow: number; behindMs: number }>(
      `${simulator.url}/_sim/stats`,
    )
    expect(behindMs % 60_000).to.equal(0)
    expect(now + behindMs).to.be.closeTo(wallNow * 60, 60)
    expect(Math.abs(now - wallNow)).to.be.below(60_000 + 60 * 5000)
  })

  it('ban who goes on with 418, twice as long the next time', async () => {
    // Two minutes last a second.
    const strict = ['--weight-limit', '5', '--ban-after', '2', '--rate', '120']
    simulator = await startSimulator('--symbols', '1', ...strict)
    const ping = `${simulator.url}/fapi/v1/ping`
    const untilStatus = (status: number) =>
      until(async () => {
        const answer = await request(ping)
        return answer.status === status ? answer : undefined
      })
    const first = await untilStatus(418)
    expect(first.headers['retry-after']).to.equal('120')
    const [, bannedUntil] = /banned until (\d+)/.exec(first.body)!
    const { now, addresses } = await getJson<Stats>(`${simulator.url}/_sim/stats`)
    expect(Number(bannedUntil)).to.be.within(now, now + 120_000)
    expect(addresses['127.0.0.1']!.bannedUntil).to.equal(Number(bannedUntil))
    await untilStatus(200)
    const second = await untilStatus(418)
    expect(second.headers['retry-after']).to.equal('240')
    const own = (await getJson<Stats>(`${simulator.url}/_sim/stats`)).addresses['127.0.0.1']!
    expect(own.refusedWhileBanned).to.be.at.least(1)
    expect(own.http418).to.equal(own.refusedWhileBanned + 2)
  })

  it('count every source address apart and forget on reset', async () => {
    simulator = await startSimulator('--symbols', '1', '--weight-limit', '3')
    const { url } = simulator
    const from = async (localAddress: string, times: number) => {
      const statuses: number[] = []
      for (let i = 0; i < times; i++)
        statuses.push((await request(`${url}/fapi/v1/ping`, { localAddress })).status)
      return statuses
    }
    expect((await from('127.0.0.2', 5)).filter((status) => status === 429)).to.have.length.at.least(1)
    expect(await from('127.0.0.3', 1)).to.deep.equal([200])
    const { addresses } = await getJson<Stats>(`${url}/_sim/stats`)
    expect(addresses['127.0.0.2']).to.include({ requests: 5, weight: 5 })
    expect(addresses['127.0.0.3']).to.include({ requests: 1, weight: 1 })
    await request(`${url}/_sim/reset`, { method: 'POST' })
    expect((await getJson<Stats>(`${url}/_sim/stats`)).addresses).to.deep.equal({})
    expect(await from('127.0.0.2', 1)).to.deep.equal([200])
  })
})

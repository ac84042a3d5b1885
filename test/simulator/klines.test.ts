import { expect } from 'chai'
import { getJson, request, type KlineRow } from './request.ts'
import { startSimulator, type Started } from './start-simulator.ts'

describe('simulator klines', function () {
  this.timeout(20_000)

  let simulator: Started
  let klines: string

  before(async () => {
    simulator = await startSimulator('--symbols', '3', '--seed', '7', '--weight-limit', '100000')
    klines = `${simulator.url}/fapi/v1/klines`
  })

  after(() => simulator.stop())

  it('come in the 12-column form, oldest first, the last one still open', async () => {
    const { serverTime } = await getJson<{ serverTime: number }>(`${simulator.url}/fapi/v1/time`)
    const rows = await getJson<KlineRow[]>(`${klines}?symbol=BTCUSDT&interval=1m&limit=99`)
    expect(rows).to.have.length(99)
    rows.forEach((row, index) => {
      expect(row).to.have.length(12)
      expect(row[0] - rows[0]![0]).to.equal(index * 60_000)
      expect(row[6]).to.equal(row[0] + 59_999)
      for (const price of row.slice(1, 5)) expect(price).to.match(/^\d+\.\d$/)
      expect(row[5]).to.match(/^\d+\.\d{3}$/)
      expect(row[8]).to.be.a('number')
      expect(row[11]).to.equal('0')
      const [open, high, low, close, volume] = row.slice(1, 6).map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ]
      expect(high).to.be.at.least(Math.max(open, close))
      expect(low).to.be.at.most(Math.min(open, close)).and.above(0)
      const average = Number(row[7]) / volume
      if (volume > 0) expect(average).to.be.within(low * 0.999999, high * 1.000001)
      expect(Number(row[9])).to.be.at.most(volume)
    })
    expect(rows.at(-1)![6]).to.be.at.least(serverTime)
  })

  it('begin at startTime, end at endTime and never pass limit', async () => {
    const all = await getJson<KlineRow[]>(`${klines}?symbol=ETHUSDT&interval=1m&limit=50`)
    const [from, to] = [all[10]![0], all[30]![0]]
    const between = `${klines}?symbol=ETHUSDT&interval=1m`
    expect(await getJson(`${between}&startTime=${from - 1}&endTime=${to}`)).to.deep.equal(all.slice(10, 31))
    expect(await getJson(`${between}&startTime=${from + 1}&limit=5`)).to.deep.equal(all.slice(11, 16))
    expect(await getJson(`${between}&endTime=${to + 59_999}&limit=3`)).to.deep.equal(all.slice(28, 31))
    expect(await getJson(`${between}&startTime=${Date.now() + 3_600_000}`)).to.deep.equal([])
  })

  it('number 500 when no limit is sent', async () => {
    expect(await getJson(`${klines}?symbol=BTCUSDT&interval=1m`)).to.have.length(500)
    expect(await getJson(`${klines}?symbol=BTCUSDT&interval=1m&limit=1500`)).to.have.length(1500)
  })

  it('of longer intervals are made of the minutes', async () => {
    const range = `startTime=${Date.UTC(2024, 5, 1)}&endTime=${Date.UTC(2024, 5, 1, 0, 59)}`
    const minutes = await getJson<KlineRow[]>(`${klines}?symbol=SOLUSDT&interval=1m&${range}&limit=1500`)
    for (const [interval, count] of [
      ['3m', 20],
      ['15m', 4],
      ['1h', 1],
    ] as const) {
      const rows = await getJson<KlineRow[]>(`${klines}?symbol=SOLUSDT&interval=${interval}&${range}`)
      expect(rows).to.have.length(count)
      const width = minutes.length / count
      rows.forEach((row, index) => {
        const part = minutes.slice(index * width, (index + 1) * width)
        expect(row[0]).to.equal(part[0]![0])
        expect(row[1]).to.equal(part[0]![1])
        expect(Number(row[2])).to.equal(Math.max(...part.map((each) => Number(each[2]))))
        expect(Number(row[3])).to.equal(Math.min(...part.map((each) => Number(each[3]))))
        expect(row[4]).to.equal(part.at(-1)![4])
        expect(row[6]).to.equal(part.at(-1)![6])
        expect(row[8]).to.equal(part.reduce((sum, each) => sum + each[8], 0))
        expect(Number(row[5])).to.be.closeTo(
          part.reduce((sum, each) => sum + Number(each[5]), 0),
          1e-6,
        )
      })
    }
  })

  it('of the open day are made of its minutes so far', async () => {
    const [day] = await getJson<KlineRow[]>(`${klines}?symbol=BTCUSDT&interval=1d&limit=1`)
    const [next] = await getJson<KlineRow[]>(`${klines}?symbol=BTCUSDT&interval=1m&limit=1`)
    expect(day![0]).to.equal(Math.floor(next![0] / 86_400_000) * 86_400_000)
    expect(Number(day![2])).to.be.at.least(Number(day![4]))
  })

  it('are refused with the venue’s own codes', async () => {
    const refusals: [query: string, status: number, code: number][] = [
      ['interval=1m', 400, -1102],
      ['symbol=BTCUSDT', 400, -1102],
      ['symbol=NOSUCHUSDT&interval=1m', 400, -1121],
      ['symbol=BTCUSDT&interval=7m', 400, -1120],
      ['symbol=BTCUSDT&interval=toString', 400, -1120],
      ['symbol=BTCUSDT&interval=1m&limit=0', 400, -1130],
      ['symbol=BTCUSDT&interval=1m&limit=1501', 400, -1130],
      ['symbol=BTCUSDT&interval=1m&limit=abc', 400, -1100],
      ['symbol=BTCUSDT&interval=1m&startTime=2000&endTime=1000', 400, -1023],
    ]
    for (const [query, status, code] of refusals) {
      const answer = await request(`${klines}?${query}`)
      expect(answer.status, query).to.equal(status)
      expect(JSON.parse(answer.body), query).to.have.property('code', code)
      expect(answer.headers['x-mbx-used-weight-1m'], query).to.match(/^\d+$/)
    }
    const unknown = await request(`${simulator.url}/fapi/v1/nothing`)
    expect(unknown.status).to.equal(404)
    expect(JSON.parse(unknown.body)).to.have.property('code', -5000)
  })
})

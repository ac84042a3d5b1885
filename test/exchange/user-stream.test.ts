import { expect } from 'chai'
import { tell, until } from '../support/until.ts'
import { withUserStream } from '../support/user-stream.ts'

describe('the events of an account', function () {
  this.timeout(60_000)

  const start = withUserStream()

  it('tell balances and positions as they stand, dated by the change, and orders besides', async () => {
    const test = await start()
    expect(test.gaps).to.deep.equal(['a connection was opened'])
    const { updateTime } = await test.client.market('BTCUSDT', 'BUY', '0.002')
    await test.client.ask('POST /fapi/v1/leverage', { symbol: 'ETHUSDT', leverage: 9 })
    const stop = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET', triggerPrice: '1000' }
    await test.client.ask('POST /fapi/v1/algoOrder', {
      ...stop,
      algoType: 'CONDITIONAL',
      closePosition: true,
    })
    await until('four events', async () => test.events.length >= 5, 5_000)
    expect(test.events.map(({ kind }) => kind)).to.deep.equal([
      'order',
      'report',
      'order',
      'leverage',
      'conditional',
    ])
    const { positions, balances } = await test.client.truth()
    const report = test.events.find((event) => event.kind === 'report')?.report
    expect(report?.positions).to.have.length(1)
    expect(report?.positions[0]).to.include({
      symbol: 'BTCUSDT',
      side: 'both',
      size: positions[0]?.size,
      entryPrice: positions[0]?.entryPrice,
      time: updateTime,
      ordinal: 0,
      source: 'stream',
    })
    expect(report?.balances.map((each) => [each.asset, each.walletBalance, each.time])).to.deep.equal([
      ['USDT', balances['USDT']?.balance, updateTime],
    ])
    expect(test.events.find((event) => event.kind === 'leverage')).to.include({
      symbol: 'ETHUSDT',
      leverage: '9',
    })
  })

  it('of one time are counted, so that the last one of a sweep is the newest', async () => {
    const test = await start()
    const { updateTime } = await test.client.market('BTCUSDT', 'BUY', '1')
    const reports = () =>
      test.events.flatMap((event) => (event.kind === 'report' ? event.report.positions : []))
    await until('the whole sweep', async () => reports().at(-1)?.size === '1', 5_000)
    const swept = reports()
    expect(swept.length).to.be.greaterThan(1)
    expect(swept.map(({ time }) => time)).to.deep.equal(swept.map(() => updateTime))
    expect(swept.map(({ ordinal }) => ordinal)).to.deep.equal(swept.map((_, at) => at))
  })

  it('that come again are told once', async () => {
    const test = await start()
    await test.simulator.faults({ kind: 'duplicate', path: 'stream/private/ACCOUNT_UPDATE', ms: 50 })
    await test.client.market('BTCUSDT', 'BUY', '0.002')
    await test.client.market('ETHUSDT', 'BUY', '0.02')
    await until('both trades', async () => test.sizes().length >= 2, 5_000)
    const sent = async () => (await test.connections())[0] as { sent?: number } | undefined
    await until('all that was sent twice', async () => ((await sent())?.sent ?? 0) >= 10, 5_000)
    expect(test.sizes()).to.deep.equal(['BTCUSDT/both 0.002', 'ETHUSDT/both 0.02'])
  })

  it('come again soon after a connection is cut, as a gap', async () => {
    const test = await start()
    await test.simulator.faults({ kind: 'cut', path: 'stream/private', count: 1 })
    const took = await test.untilHeard(10_000)
    tell(`back ${took} ms after a cut`)
    expect(took).to.be.below(3_000)
    expect(test.gaps).to.deep.equal(['a connection was opened', 'a connection was opened'])
    expect(test.stream.tell().opened).to.equal(2)
  })

  it('come again when the venue takes connections again, and it is asked ever less often meanwhile', async () => {
    const test = await start()
    const refused = async () => (await test.simulator.stats()).addresses['127.0.0.1']?.refusedConnections ?? 0
    await test.simulator.faults(
      { kind: 'refuse', path: 'stream/private' },
      { kind: 'cut', path: 'stream/private' },
    )
    await test.client.market('BTCUSDT', 'BUY', '0.002')
    // At once, then after 0.5, 1 and 2 s at the most, and half of that at the least.
    const took = await until('four attempts', async () => (await refused()) >= 4, 8_000)
    expect(took).to.be.within(1_500, 6_000)
    await test.simulator.faults()
    const back = await test.untilHeard(12_000)
    tell(`four attempts in ${took} ms, back ${back} ms after the end of it`)
    expect(back).to.be.below(6_000)
  })

  it('pass to a second connection before the first one ends, and none is missed', async () => {
    // A connection lives 60 simulated seconds, 6 real ones, and is replaced after 3; the old one stays for 2 more.
    const test = await start({
      rate: 10,
      flags: ['--stream-life', '60000'],
      pace: { rotateAfterMs: 30_000 },
    })
    const paid: string[] = []
    let most = 0
    const isThird = async () => {
      await test.deposit()
      paid.push(String(paid.length + 1))
      most = Math.max(most, (await test.connections()).length)
      return test.stream.tell().opened >= 3
    }
    await until('a third connection', isThird, 30_000)
    expect(test.stream.tell().opened).to.equal(3)
    expect(most).to.equal(2)
    const told = () =>
      test.events.flatMap((event) =>
        event.kind === 'report' ? event.report.balances.map((each) => each.walletBalance) : [],
      )
    await until('the last balance', async () => told().at(-1) === paid.at(-1), 5_000)
    // Each was told in its order, by one connection or by both.
    expect([...new Set(told())].toSorted((a, b) => Number(a) - Number(b))).to.deep.equal(paid)
    tell(`${paid.length} deposits, ${told().length} times told`)
    expect(test.gaps).to.have.length(1)
    await until('the end of the old one', async () => (await test.connections()).length === 1, 15_000)
  })

  it('end with the life of a connection and go on with the next', async () => {
    const test = await start({ rate: 10, flags: ['--stream-life', '20000'] })
    await until('a second connection', async () => test.stream.tell().opened >= 2, 10_000)
    await test.untilHeard(5_000)
    expect(test.gaps.length).to.be.at.least(2)
  })

  it('that stop while the socket stays open are asked for by a new connection when another source says so', async () => {
    const test = await start()
    await test.untilLater()
    await test.simulator.faults({ kind: 'silence', path: 'stream/private', ms: 3_000 })
    const { updateTime } = await test.client.market('BTCUSDT', 'BUY', '0.002')
    expect(test.stream.tell()).to.include({ opened: 1, connected: true })
    // What the connection is too young to know is no reason.
    test.stream.suspect(Number(updateTime) - 60_000)
    const suspectedAt = Date.now()
    test.stream.suspect(Number(updateTime))
    test.stream.suspect(Number(updateTime))
    await until('a second connection', async () => test.stream.tell().opened >= 2, 20_000)
    tell(`a new connection ${Date.now() - suspectedAt} ms after the suspicion`)
    test.stream.suspect(Number(updateTime))
    await test.untilHeard(10_000)
    expect(test.stream.tell().opened).to.equal(2)
    expect(test.gaps).to.have.length(2)
  })

  it('of which not even a ping is heard are taken for stalled', async () => {
    // A ping is due each 3 minutes, 0.3 s here; the margin is 2 s of real time at least.
    const test = await start({ rate: 600 })
    await until('a few pings', async () => (test.stream.tell().silentMs ?? 0) < 100, 5_000)
    await test.simulator.faults({ kind: 'silence', path: 'stream/private', ms: 3_600_000 })
    const took = await until('a second connection', async () => test.stream.tell().opened >= 2, 15_000)
    tell(`stalled after ${took} ms`)
    expect(took).to.be.within(1_500, 6_000)
  })

  it('of a connection that breaks without a word come by another, which is begun within 10 s', async () => {
    const test = await start()
    await test.simulator.child.signal('SIGSTOP')
    const took = await until('the loss', async () => !test.stream.tell().connected, 20_000)
    tell(`a dead peer was found after ${took} ms`)
    expect(took).to.be.below(10_500)
    await test.simulator.child.signal('SIGCONT')
    await test.untilHeard(15_000)
  })

  it('cannot be heard through a proxy, which is said in a sentence', async () => {
    let refusal = ''
    await start({ proxy: 'http://127.0.0.1:9' }).catch(
      (error: Error) => (refusal = `${error.name}: ${error.message}`),
    )
    expect(refusal).to.match(/^ConfigError: .*proxy/)
  })
})

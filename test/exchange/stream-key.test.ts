import { expect } from 'chai'
import { until } from '../support/until.ts'
import { withUserStream } from '../support/user-stream.ts'

describe('the key to the events of an account', function () {
  this.timeout(60_000)

  const start = withUserStream()

  it('is another one after it has expired', async () => {
    // A key lives 20 simulated seconds, which is as many hundred ms, and is not renewed.
    const test = await start({
      rate: 10,
      flags: ['--listen-key-life', '20000'],
      pace: { renewEveryMs: 3_600_000 },
    })
    await until('a second key', async () => test.stream.tell().keys >= 2, 10_000)
    await until('a connection', async () => test.stream.tell().connected, 5_000)
    await test.untilHeard(15_000)
    expect(test.gaps.length).to.be.at.least(2)
    expect(test.stream.tell().renewals).to.equal(0)
  })

  it('lives on far beyond its life while it is renewed', async () => {
    const test = await start({
      rate: 10,
      flags: ['--listen-key-life', '40000'],
      pace: { renewEveryMs: 10_000 },
    })
    await until('six renewals', async () => test.stream.tell().renewals >= 6, 20_000)
    expect(test.stream.tell()).to.include({ keys: 1, opened: 1, connected: true })
    await test.untilHeard(5_000)
    expect(test.gaps).to.have.length(1)
  })

  it('is renewed after 20 minutes of market time', async () => {
    const test = await start({ rate: 600 })
    const putsOf = async () => (await test.simulator.stats()).addresses['127.0.0.1']?.byPath
    const startedAt = Date.now()
    await until('two renewals', async () => test.stream.tell().renewals >= 2, 15_000)
    // Two times 20 minutes are 4 s at 600 times the speed.
    expect(Date.now() - startedAt).to.be.within(3_000, 8_000)
    expect((await putsOf())?.['/fapi/v1/listenKey']).to.equal(3)
  })

  it('is another one when somebody has closed it', async () => {
    const test = await start({ rate: 10, pace: { renewEveryMs: 10_000 } })
    // Somebody closes the key: its connection ends too, and the next renewal is refused.
    await test.client.ask('DELETE /fapi/v1/listenKey')
    await until('a second key', async () => test.stream.tell().keys >= 2, 10_000)
    await test.untilHeard(8_000)
  })

  it('is asked for anew when a renewal fails, and when it is the same no connection is opened', async () => {
    const test = await start({ rate: 10, pace: { renewEveryMs: 5_000 } })
    const fault = { kind: 'reject', code: -1125, msg: 'This listenKey does not exist.', count: 2 }
    await test.simulator.faults({ ...fault, path: 'PUT /fapi/v1/listenKey' })
    await until('a renewal after the fault', async () => test.stream.tell().renewals >= 1, 10_000)
    expect(test.stream.tell()).to.include({ keys: 1, opened: 1, connected: true })
    // Two refused renewals, each followed by the same key; then one that is not refused, and the first key before all.
    const { byPath } = (await test.simulator.stats()).addresses['127.0.0.1'] ?? {}
    expect(byPath?.['/fapi/v1/listenKey']).to.be.at.least(6)
    await test.untilHeard(5_000)
    expect(test.gaps).to.have.length(1)
  })

  it('serves a new connection too while a ban keeps it from being renewed', async () => {
    const test = await start({ rate: 10, pace: { renewEveryMs: 10_000 } })
    await test.simulator.faults({ kind: 'ban', ms: 600_000 })
    await until('the ban', async () => test.egress.closedUntil() > Date.now(), 10_000)
    await test.simulator.faults(
      { kind: 'ban', ms: 600_000 },
      { kind: 'cut', path: 'stream/private', count: 1 },
    )
    const { renewals } = test.stream.tell()
    await test.untilHeard(10_000)
    expect(test.stream.tell()).to.include({ keys: 1, opened: 2, connected: true, renewals })
  })
})

import { expect } from 'chai'
import { goAlone } from '../../lib/egress/go-alone.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import { chargesOf } from '../../lib/exchange/charges.ts'
import type { Ticket } from '../../lib/exchange/exchange.ts'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { feelPulse } from '../../lib/hub/redis-pulse.ts'
import type { RedisPulse } from '../../lib/hub/redis-pulse.ts'
import { RetryLaterError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import type { RedisProcess } from '../support/redis-process.ts'
import { until } from '../support/until.ts'

const venue = 'binanceusdm'
const closed = { status: 429, usedWeight: undefined, closeForMs: 60_000 } as const

describe('what leaves without Redis', function () {
  this.timeout(30_000)
  let server: RedisProcess
  let hub: Hub
  let pulse: RedisPulse
  let now = 0

  beforeEach(async () => {
    server = await startRedisProcess()
    const { config } = readConfig({ logLevel: 'error' }, {})
    hub = await openHub(config, server.endpoint, openLog('error', { test: 1 }), 'test')
    pulse = feelPulse(hub.redis)
    now = Date.now()
  })
  afterEach(async () => {
    pulse.stop()
    hub.close()
    await server.stop()
  })

  /** Asks for leave at the gate of a process of its own. */
  function open(): () => Promise<Ticket> {
    const egress = openEgress(hub, venue)
    const gate = goAlone({ gate: egress.gate, pulse, toRealMs: (ms) => ms }, () => now)
    const words = { method: 'POST', path: 'algoOrder', params: {} }
    const request = { ...words, weight: 1, charges: chargesOf(venueOf(venue), words) }
    return () => egress.call('protect', () => gate.enter(request))
  }

  async function silence(): Promise<void> {
    await server.kill()
    await until('Redis is silent', async () => pulse.isSilent(), 5_000)
  }

  it('is nothing while Redis answers: the budget has the last word', async () => {
    const enter = open()
    const ticket = await enter()
    ticket.settle(closed)
    expect(await failureOf(enter)).to.be.instanceOf(RetryLaterError)
  })

  it('is so many requests at once, and then a few in a second', async () => {
    const enter = open()
    await enter()
    await silence()
    for (let sent = 0; sent < 60; sent++) await enter()
    expect(await failureOf(enter)).to.be.instanceOf(RetryLaterError)
    now += 1_000
    for (let sent = 0; sent < 8; sent++) await enter()
    expect(await failureOf(enter)).to.be.instanceOf(RetryLaterError)
  })

  it('is nothing while the venue has closed the address', async () => {
    const enter = open()
    await silence()
    const ticket = await enter()
    ticket.settle(closed)
    const failure = await failureOf(enter)
    expect((failure as RetryLaterError).retryAt).to.equal(now + closed.closeForMs)
    now += closed.closeForMs
    await enter()
  })
})

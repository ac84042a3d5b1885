import { expect } from 'chai'
import { readBans } from '../../lib/account/listing-bans.ts'
import { noteHeld } from '../../lib/account/held-symbols.ts'
import { readForgiven, setBan } from '../../lib/account/loss-bans.ts'
import { readTradingState, writeTradingState } from '../../lib/account/trading-states.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readFlatten, requestFlatten } from '../../lib/orders/flatten-requests.ts'
import { withFolder } from '../support/folder.ts'
import { runSluice } from '../support/run-program.ts'
import type { Ended } from '../support/run-program.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }

describe('sluice halt, reduce, resume, flatten and bans', function () {
  this.timeout(60_000)
  const redis = withRedis()
  const folder = withFolder()

  function sluice(hub: Hub, ...args: string[]): Promise<Ended> {
    return runSluice(args, {
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      SLUICE_NAMESPACE: hub.config.namespace,
    })
  }

  async function open(): Promise<Hub> {
    const hub = await redis.hub()
    await noteHeld(hub, of, [], 60_000)
    return hub
  }

  it('say what was and what is, and why', async () => {
    const hub = await open()
    const first = await sluice(hub, 'resume', '--account', 'main')
    expect(first.code, first.stderr).to.equal(0)
    expect(first.stdout).to.contain('main at binanceusdm was halted, its state was missing, is active')
    expect(first.stdout).to.contain('looked up at the venue first')
    const second = await sluice(hub, 'halt', '--account', 'main', '--reason', 'a storm')
    expect(second.stdout).to.equal('main at binanceusdm was active, is halted\n')
    const { state, change } = await readTradingState(hub, of)
    expect(state).to.equal('halted')
    expect(change).to.deep.include({ reason: 'a storm', by: 'person' })
    const [again, reduce] = [
      await sluice(hub, 'halt', '--account', 'main'),
      await sluice(hub, 'reduce', '--account', 'main'),
    ]
    expect(again.stdout).to.equal('main at binanceusdm was halted already\n')
    expect(reduce.stdout).to.equal('main at binanceusdm was halted, is reducing\n')
    const resume = await sluice(hub, 'resume', '--account', 'main')
    expect(resume.stdout).to.equal('main at binanceusdm was reducing, is active\n')
  })

  it('refuse an account that is unknown or on paper, and change nothing', async () => {
    const hub = await open()
    await writeTradingState(hub, of, 'active', 'test')
    const [typo, paper, none] = await Promise.all([
      sluice(hub, 'halt', '--account', 'mian'),
      sluice(hub, 'halt'),
      sluice(await redis.hub(), 'flatten', '--account', 'main', '--yes'),
    ])
    expect(typo.code).to.equal(2)
    expect(typo.stderr).to.contain('no account "mian" at binanceusdm is in Redis; Redis knows main')
    expect(paper.code).to.equal(2)
    expect(paper.stderr).to.contain('which is on paper')
    expect(none.code).to.equal(2)
    expect(none.stderr).to.contain('Redis knows none')
    expect((await readTradingState(hub, of)).state).to.equal('active')
  })

  it('ask before a flatten, halt with it, say that nobody does it, and let nobody resume meanwhile', async () => {
    const hub = await open()
    await writeTradingState(hub, of, 'active', 'test')
    const unsure = await sluice(hub, 'flatten', '--account', 'main')
    expect(unsure.code).to.equal(2)
    expect(unsure.stderr).to.contain('needs --yes')
    expect((await readTradingState(hub, of)).state).to.equal('active')
    const sure = await sluice(hub, 'flatten', '--account', 'main', '--yes', '--wait', '0', '--reason', 'out')
    expect(sure.code).to.equal(1)
    expect(sure.stdout).to.contain('main at binanceusdm is halted and is being flattened')
    expect(sure.stdout).to.contain('is actors/risk --account main running?')
    expect((await readTradingState(hub, of)).state).to.equal('halted')
    expect((await readFlatten(hub, of))?.request).to.deep.include({ reason: 'out', by: 'person' })
    expect(await requestFlatten(hub, of, 'again', 'rule')).to.equal(false)
    const resume = await sluice(hub, 'resume', '--account', 'main')
    expect(resume.code).to.equal(1)
    expect((await readTradingState(hub, of)).state).to.equal('halted')
    const stop = await sluice(hub, 'flatten', '--account', 'main', '--stop')
    expect([stop.code, stop.stdout]).to.deep.equal([
      0,
      'the flatten of main at binanceusdm is stopped; the account stays halted\n',
    ])
    expect((await sluice(hub, 'flatten', '--account', 'main', '--stop')).code).to.equal(1)
    expect((await sluice(hub, 'resume', '--account', 'main')).code).to.equal(0)
    expect(await requestFlatten(hub, of, 'again', 'rule')).to.equal(true)
  })

  it('show bans and lift them, but not those by the listing', async () => {
    const hub = await open()
    const now = Date.now()
    const ban = { reason: 'lost 200', since: now - 1_000, until: now + 600_000 }
    await setBan(hub, of, 'BTCUSDT', ban, now)
    const listing = { reason: 'ETHUSDT will be delisted', since: now, until: null, by: 'listing' }
    await hub.redis.hset(hub.keys.bans(of.venue, of.account), 'ETHUSDT', JSON.stringify(listing))
    const shown = await sluice(hub, 'bans', '--account', 'main')
    expect(shown.stdout).to.match(/BTCUSDT .*lost 200/)
    expect(shown.stdout).to.match(/ETHUSDT .*the listing changes/)
    const lifted = await sluice(hub, 'bans', 'lift', 'btcusdt', 'ethusdt', 'xusdt', '--account', 'main')
    expect(lifted.code).to.equal(1)
    expect(lifted.stdout).to.contain('BTCUSDT may be opened again')
    expect(lifted.stdout).to.contain('ETHUSDT stays banned')
    expect(lifted.stdout).to.contain('XUSDT was not banned')
    expect([...(await readBans(hub, of)).keys()]).to.deep.equal(['ETHUSDT'])
    expect((await readForgiven(hub, of)).get('BTCUSDT')).to.be.closeTo(Date.now(), 20_000)
    const resume = await sluice(hub, 'resume', '--account', 'main')
    expect(resume.stdout).to.contain('still banned: ETHUSDT (ETHUSDT will be delisted)')
    expect((await sluice(hub, 'bans', 'drop', '--account', 'main')).code).to.equal(2)
    expect((await sluice(hub, 'bans', 'lift', '--account', 'main')).code).to.equal(2)
  })

  it('end quietly, with the state untouched, where Redis is away', async () => {
    const { code, stderr } = await runSluice(['halt', '--account', 'main'], {
      REDIS_URL: 'redis://127.0.0.1:1',
      SLUICE_CONFIG: folder.write('sluice.json', '{}'),
    })
    expect(code).to.equal(2)
    expect(stderr.trim().split('\n')).to.have.length(1)
  })
})

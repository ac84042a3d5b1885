import { expect } from 'chai'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { openingProblem } from '../../lib/account/opening-problem.ts'
import { readAccount } from '../../lib/account/read-account.ts'
import { differenceName } from '../../lib/account/check-account.ts'
import { clearCondition, raiseCondition } from '../../lib/hub/conditions.ts'
import { balanceWord, main, positionWord, reportOf, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

describe('the reason to open nothing', () => {
  const redis = withRedis({ cluster: true })

  it('is that all positions and balances are not known, or no longer, or sources differ on the symbol', async () => {
    const hub = await redis.hub()
    const problemAt = async (ms: number, symbol = 'BTCUSDT') =>
      openingProblem(await readAccount(hub, main), symbol, start + ms, 5_000)
    await mergeAccount(hub, main, 'stream', reportOf({ positions: [positionWord({ source: 'stream' })] }), 0)
    expect(await problemAt(100)).to.equal('no source has told of all positions yet')
    const risk = { ...reportOf({}, { askedAt: start + 200 }), complete: { positions: true, balances: false } }
    await mergeAccount(hub, main, 'risk', risk, 0)
    expect(await problemAt(300)).to.equal('no source has told of all balances yet')
    const account = reportOf({ balances: [balanceWord({})] }, { complete: true, askedAt: start + 400 })
    await mergeAccount(hub, main, 'account', account, 0)
    expect(await problemAt(5_400)).to.equal(undefined)
    expect(await problemAt(5_401)).to.equal('no source was heard since 2025-11-24T16:00:00.400Z')
    await raiseCondition(hub, main, differenceName('BTCUSDT/both'), { since: start, text: 'they differ' })
    expect(await problemAt(500)).to.equal('they differ')
    expect(await problemAt(500, 'BTCUSDT_260327')).to.equal(undefined)
    await clearCondition(hub, main, differenceName('BTCUSDT/both'))
    expect(await problemAt(500)).to.equal(undefined)
  })

  it('is read with everything else at one place of the feed', async () => {
    const hub = await redis.hub()
    expect((await readAccount(hub, main)).feed).to.deep.equal({ epoch: 0, sequence: 0 })
    await mergeAccount(hub, main, 'stream', reportOf({ positions: [positionWord({ source: 'stream' })] }), 0)
    await mergeAccount(hub, main, 'account', reportOf({ balances: [balanceWord({})] }), 0)
    const state = await readAccount(hub, main)
    expect(state.feed.sequence).to.equal(2)
    expect(state.feed.epoch).to.be.greaterThan(1e15)
    expect(state.positions.get('BTCUSDT/both')?.size).to.equal('1')
    expect(state.reports.account.balances.get('USDT')?.walletBalance).to.equal('100')
  })
})

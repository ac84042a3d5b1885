import { expect } from 'chai'
import { beginStream, noteHeard } from '../../lib/account/account-sources.ts'
import { checkAccount } from '../../lib/account/check-account.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { BalanceReport } from '../../lib/model/balance-report.ts'
import type { AccountSource, PositionReport } from '../../lib/model/position-report.ts'
import { balanceWord, main, positionWord, reportOf, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

const entryPrice = '10'

async function tell(hub: Hub, source: AccountSource, ...words: Partial<PositionReport>[]) {
  for (const more of words) {
    const word = positionWord({ entryPrice, ...more, source })
    await mergeAccount(hub, main, source, reportOf({ positions: [word] }), 0)
  }
}

async function tellWallet(hub: Hub, source: AccountSource, more: Partial<BalanceReport>) {
  await mergeAccount(hub, main, source, reportOf({ balances: [balanceWord({ ...more, source })] }), 0)
}

async function lack(hub: Hub, source: AccountSource, askedAt: number) {
  await mergeAccount(hub, main, source, reportOf({}, { complete: true, askedAt }), 0)
}

/** A hub whose market time is `at` at any moment, with an error. */
function at(hub: Hub, ms: number, errorMs = 0): Hub {
  const clock = { ...hub.clock, now: () => start + ms, errorMs: () => errorMs }
  return { ...hub, clock }
}

async function differencesAt(hub: Hub, ms: number, errorMs = 0) {
  await checkAccount(at(hub, ms, errorMs), main, [], 5_000)
  const conditions = await readConditions(hub, main)
  return Object.fromEntries([...conditions].filter(([name]) => name.startsWith('difference ')))
}

describe('the look at the sources of an account', () => {
  const redis = withRedis({ cluster: true })

  it('finds nothing while a source is merely behind, and names a difference that outlives 2 s', async () => {
    const hub = await redis.hub()
    await tell(hub, 'risk', { size: '1', askedAt: start + 100 })
    await tell(hub, 'stream', { size: '2', time: start + 1_000, askedAt: start + 1_000 })
    await tell(hub, 'risk', { size: '1', askedAt: start + 2_999 })
    expect(await differencesAt(hub, 3_100)).to.deep.equal({})
    await tell(hub, 'risk', { size: '1', askedAt: start + 3_000 })
    expect(await differencesAt(hub, 3_200)).to.deep.equal({
      'difference BTCUSDT/both': {
        since: start + 1_000,
        text: 'BTCUSDT/both: the hub holds size 2 at 10, risk says size 1 at 10',
        says: { hub: 'size 2 at 10', risk: 'size 1 at 10' },
      },
    })
    await tell(hub, 'risk', { size: '2', time: start + 1_000, askedAt: start + 3_400 })
    expect(await differencesAt(hub, 3_500)).to.deep.equal({})
  })

  it('names an open position that a settled complete snapshot lacks, but no flat one', async () => {
    const hub = await redis.hub()
    await tell(hub, 'stream', { size: '1', askedAt: start })
    await tell(hub, 'stream', { symbol: 'ETHUSDT', size: '0', askedAt: start })
    await lack(hub, 'account', start + 1_900)
    expect(await differencesAt(hub, 2_000)).to.deep.equal({})
    await lack(hub, 'account', start + 2_100)
    const found = await differencesAt(hub, 2_200)
    expect(Object.keys(found)).to.deep.equal(['difference BTCUSDT/both'])
    expect(found['difference BTCUSDT/both']?.['says']).to.deep.equal({
      hub: 'size 1 at 10',
      account: 'no position',
    })
  })

  it('expects of the stream what changed after it was opened, and once the clock leaves no doubt', async () => {
    const hub = await redis.hub()
    await tell(hub, 'risk', { size: '1', askedAt: start + 100 })
    await beginStream(hub, main, start + 5_000)
    await tell(hub, 'risk', { size: '1', askedAt: start + 6_000 })
    expect(await differencesAt(hub, 9_000)).to.deep.equal({})
    await tell(hub, 'risk', { size: '3', time: start + 10_000, askedAt: start + 10_100 })
    expect(await differencesAt(hub, 12_029, 30)).to.deep.equal({})
    expect(Object.keys(await differencesAt(hub, 12_030, 30))).to.deep.equal(['difference BTCUSDT/both'])
    await tell(hub, 'stream', { size: '3', time: start + 10_000, askedAt: start + 10_000 })
    expect(await differencesAt(hub, 12_200, 30)).to.deep.equal({})
  })

  it('waits for the stream no shorter than a word of it takes, however fast the clock runs', async () => {
    const hub = await redis.hub({ rate: '60' })
    await beginStream(hub, main, start)
    await tell(hub, 'stream', { size: '1', time: start + 100, askedAt: start + 100 })
    await tell(hub, 'risk', { size: '2', time: start + 5_000, askedAt: start + 5_100 })
    expect(await differencesAt(hub, 16_900)).to.deep.equal({})
    expect(Object.keys(await differencesAt(hub, 17_000))).to.deep.equal(['difference BTCUSDT/both'])
  })

  it('expects nothing of what a new stream could not have heard', async () => {
    const hub = await redis.hub()
    await beginStream(hub, main, start)
    await tell(hub, 'stream', { size: '1', time: start + 100, askedAt: start + 100 })
    await tell(hub, 'risk', { size: '2', time: start + 5_000, askedAt: start + 5_100 })
    expect(Object.keys(await differencesAt(hub, 8_000))).to.deep.equal(['difference BTCUSDT/both'])
    await beginStream(hub, main, start + 8_100)
    expect(await differencesAt(hub, 8_200)).to.deep.equal({})
    expect(await differencesAt(hub, 20_000)).to.deep.equal({})
  })

  it('takes a time that moves while the size stays for no change', async () => {
    const hub = await redis.hub()
    await beginStream(hub, main, start)
    await tell(hub, 'stream', { size: '1', time: start + 100, askedAt: start + 100 })
    await tell(hub, 'risk', { size: '1', time: start + 5_000, askedAt: start + 8_000 })
    expect(await differencesAt(hub, 8_100)).to.deep.equal({})
  })

  it('takes two spellings of an entry price for one, and two entry prices for two', async () => {
    const hub = await redis.hub()
    await tell(hub, 'stream', { entryPrice: '313.2', askedAt: start })
    await tell(hub, 'risk', { entryPrice: '313.20000000000005', askedAt: start + 3_000 })
    await beginStream(hub, main, start - 9_000)
    await tell(hub, 'stream', { entryPrice: '313.2', askedAt: start })
    expect(await differencesAt(hub, 3_100)).to.deep.equal({})
    await tell(hub, 'account', { entryPrice: '313.3', askedAt: start + 2_500 })
    expect(Object.keys(await differencesAt(hub, 3_100))).to.deep.equal(['difference BTCUSDT/both'])
  })

  it('compares wallets likewise', async () => {
    const hub = await redis.hub()
    await beginStream(hub, main, start)
    await tellWallet(hub, 'stream', { walletBalance: '90', time: start + 100, askedAt: start + 100 })
    await tellWallet(hub, 'account', { walletBalance: '100', time: start, askedAt: start + 2_000 })
    expect(await differencesAt(hub, 2_100)).to.deep.equal({})
    await tellWallet(hub, 'account', { walletBalance: '100', time: start, askedAt: start + 2_100 })
    expect((await differencesAt(hub, 2_200))['difference USDT']).to.include({
      since: start + 100,
      text: 'USDT: the hub holds wallet 90, account says wallet 100',
    })
    await tellWallet(hub, 'account', { walletBalance: '85', time: start + 3_000, askedAt: start + 3_100 })
    expect((await differencesAt(hub, 6_000))['difference USDT']?.['says']).to.deep.equal({
      hub: 'wallet 85',
      stream: 'wallet 90',
    })
  })

  it('names a source that is not heard, and clears it by itself', async () => {
    const hub = await redis.hub()
    await lack(hub, 'risk', start)
    const look = (ms: number) => checkAccount(at(hub, ms), main, ['risk', 'stream'], 4_000)
    expect((await look(4_000)).news.raised).to.deep.equal(['source stream silent'])
    expect((await look(4_001)).news.raised).to.deep.equal(['source risk silent'])
    expect((await readConditions(hub, main)).get('source risk silent')?.since).to.equal(start)
    expect((await readConditions(hub, main)).get('source stream silent')?.since).to.equal(start + 4_000)
    expect((await look(4_500)).news).to.deep.equal({ raised: [], cleared: [] })
    await lack(hub, 'risk', start + 4_600)
    await noteHeard(hub, main, 'stream', start + 4_600)
    expect([...(await look(4_700)).news.cleared].toSorted()).to.deep.equal([
      'source risk silent',
      'source stream silent',
    ])
    expect(await readConditions(hub, main)).to.deep.equal(new Map())
  })
})

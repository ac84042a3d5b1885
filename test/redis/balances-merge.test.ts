import { expect } from 'chai'
import { readBalances } from '../../lib/account/balances.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { BalanceReport } from '../../lib/model/balance-report.ts'
import { balanceWord, main, reportOf, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

async function tell(hub: Hub, ...words: Partial<BalanceReport>[]) {
  for (const more of words) {
    const word = balanceWord(more)
    await mergeAccount(hub, main, word.source, reportOf({ balances: [word] }), 0)
  }
}

async function usdt(hub: Hub) {
  return (await readBalances(hub, main)).get('USDT')
}

describe('balances-merge', () => {
  const redis = withRedis({ cluster: true })

  it('keeps the wallet of the later change, whatever a lagging replica says afterwards', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      {
        source: 'stream',
        walletBalance: '90',
        crossWalletBalance: '90',
        time: start + 5,
        askedAt: start + 6,
      },
      { walletBalance: '100', crossWalletBalance: '100', askedAt: start + 60_000 },
      { walletBalance: '0', time: undefined, askedAt: start + 70_000 },
    )
    expect(await usdt(hub)).to.include({ walletBalance: '90', crossWalletBalance: '90', time: start + 5 })
  })

  it('follows several changes of one millisecond by their order, and a settled answer above them', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', walletBalance: '98', ordinal: 1, askedAt: start },
      { source: 'stream', walletBalance: '99', ordinal: 0, askedAt: start },
      { walletBalance: '99', askedAt: start + 1_999 },
    )
    expect(await usdt(hub)).to.include({ walletBalance: '98' })
    await tell(hub, { walletBalance: '97', askedAt: start + 2_000 })
    expect(await usdt(hub)).to.include({ walletBalance: '97', source: 'account' })
  })

  it('keeps what the stream does not tell, and shows no part of an older wallet', async () => {
    const hub = await redis.hub()
    const { valuation } = balanceWord({})
    await tell(
      hub,
      { crossWalletBalance: '80', valuation: { ...valuation, availableBalance: '70', marginBalance: '101' } },
      { source: 'stream', walletBalance: '95', time: start + 500, askedAt: start + 500 },
    )
    const balance = await usdt(hub)
    expect(balance).to.include({ walletBalance: '95', crossWalletBalance: undefined })
    expect(balance?.valuation).to.include({ availableBalance: '70', askedAt: start + 100 })
    expect(balance?.lastConfirmedAt).to.deep.equal({ stream: start + 500 })
  })

  it('leaves an asset as it is that a complete answer lacks', async () => {
    const hub = await redis.hub()
    await tell(hub, { walletBalance: '90' })
    const lacking = reportOf(
      { balances: [balanceWord({ asset: 'BNB', walletBalance: '1' })] },
      { complete: true, askedAt: start + 60_000 },
    )
    await mergeAccount(hub, main, 'account', lacking, 0)
    expect(await usdt(hub)).to.include({ walletBalance: '90' })
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import {
  balanceWord,
  main,
  mergeFlattening,
  positionWord,
  reportOf,
  start,
} from '../support/account-words.ts'
import type { Said } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

/** What is stored, whatever the order in which it was written. */
async function stateOf(hub: Hub): Promise<unknown> {
  const { venue, account } = main
  const parsed = async (key: string) =>
    Object.fromEntries(
      Object.entries(await hub.redis.hgetall(key)).map(([field, text]) => [field, JSON.parse(text)]),
    )
  return {
    positions: await parsed(hub.keys.positions(venue, account)),
    balances: await parsed(hub.keys.balances(venue, account)),
    sources: await hub.redis.hgetall(hub.keys.sources(venue, account)),
    reports: await Promise.all(
      (['account', 'risk', 'stream'] as const).map((each) => parsed(hub.keys.reports(venue, account, each))),
    ),
  }
}

/** Reports whose times, ordinals and moments of asking often coincide, some without a time, some complete. */
const reports: fc.Arbitrary<Said> = fc
  .record({
    source: fc.constantFrom<AccountSource>('account', 'risk', 'stream'),
    askedAt: fc.constantFrom(50, 1_000, 1_999, 2_000, 2_001, 2_050, 4_000, 9_000),
    complete: fc.boolean(),
    words: fc.array(
      fc.record({
        symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT'),
        side: fc.constantFrom('long' as const, 'short' as const),
        size: fc.constantFrom('0', '1', '-2'),
        entryPrice: fc.constantFrom(undefined, '10', '11'),
        time: fc.constantFrom(undefined, 0, 1, 50, 2_000),
        ordinal: fc.integer({ min: 0, max: 2 }),
        leverage: fc.constantFrom(undefined, '5', '20'),
        liquidationPrice: fc.constantFrom(undefined, '3'),
        unrealisedProfit: fc.constantFrom(undefined, '0.1', '-7'),
      }),
      { maxLength: 3 },
    ),
    wallets: fc.array(
      fc.record({
        asset: fc.constantFrom('USDT', 'BNB'),
        walletBalance: fc.constantFrom('0', '10', '10.5'),
        crossWalletBalance: fc.constantFrom(undefined, '9'),
        availableBalance: fc.constantFrom(undefined, '7', '8'),
        time: fc.constantFrom(undefined, 0, 1, 2_000),
        ordinal: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ source, askedAt, complete, words, wallets }) => {
    const toldBy = (time: number | undefined, ordinal: number) => ({
      source,
      time: time === undefined ? undefined : start + time,
      ordinal: source === 'stream' ? ordinal : 0,
      askedAt: start + askedAt,
    })
    const positions = words.map(
      ({ leverage, liquidationPrice, unrealisedProfit, time, ordinal, ...word }) => {
        const { margin, valuation } = positionWord({})
        return positionWord({
          ...word,
          ...toldBy(time, ordinal),
          margin: { ...margin, leverage, liquidationPrice },
          valuation: { ...valuation, unrealisedProfit },
        })
      },
    )
    const balances = wallets.map(({ availableBalance, time, ordinal, ...wallet }) => {
      const { valuation } = balanceWord({})
      return balanceWord({
        ...wallet,
        ...toldBy(time, ordinal),
        valuation: { ...valuation, availableBalance },
      })
    })
    const isComplete = complete && source !== 'stream'
    return {
      source,
      ...reportOf({ positions, balances }, { complete: isComplete, askedAt: start + askedAt }),
    }
  })

describe('the merges of an account', () => {
  const redis = withRedis({ cluster: true })

  for (const flatten of [false, true]) {
    const where = flatten ? 'where two lacking snapshots make flat' : 'where a venue tells what is flat'
    it(`ends in the same state for any order and any repetition of reports, ${where}`, async function () {
      this.timeout(120_000)
      await fc.assert(
        fc.asyncProperty(
          fc
            .array(reports, { minLength: 2, maxLength: 40 })
            .chain((told) =>
              fc.tuple(
                fc.constant(told),
                fc.shuffledSubarray(told, { minLength: told.length }),
                fc.subarray(told),
              ),
            ),
          async ([told, shuffled, repeated]) => {
            const one = await redis.hub()
            const other = await redis.hub()
            const merge = (hub: Hub, report: Said) =>
              flatten ? mergeFlattening(hub, report) : mergeAccount(hub, main, report.source, report, 0)
            await Promise.all(told.map((each) => merge(one, each)))
            await Promise.all([...shuffled, ...repeated].map((each) => merge(other, each)))
            expect(await stateOf(other)).to.deep.equal(await stateOf(one))
            one.close()
            other.close()
          },
        ),
        { numRuns: Number(process.env['SOAK_RUNS'] ?? 30), endOnFailure: true },
      )
    })
  }
})

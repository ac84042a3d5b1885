import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { readBalances } from '../../lib/account/balances.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { toBalancesReport, toSymbolReport } from '../../lib/exchange/binance-account-map.ts'
import { accountTimeOf, toUserEvent } from '../../lib/exchange/binance-user-event-map.ts'
import { openEventOrder } from '../../lib/exchange/event-order.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import { main } from '../support/account-words.ts'
import { findRecorded } from '../support/recording.ts'
import { withRedis } from '../support/with-redis.ts'

interface Said {
  readonly source: AccountSource
  readonly report: AccountReport
}

/** What recorded figures say of a record: size, entry and time, or wallet and time. */
type Figures = Readonly<Record<string, readonly (string | number | undefined)[]>>

function readRecorded(test: Mocha.Context, file: string): string {
  const path = findRecorded(`binance-usdm/${file}`)
  if (path === undefined) {
    console.log('      skipped: no recorded data')
    test.skip()
  }
  return readFileSync(path, 'utf8')
}

/** What one connection would have told of the recorded messages of this product. */
function readFlow(test: Mocha.Context, file: string): Said[] {
  const order = openEventOrder()
  return readRecorded(test, `ws/${file}.ndjson`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse((JSON.parse(line) as { raw: string }).raw) as Record<string, unknown>)
    .flatMap((message) => {
      const time = accountTimeOf(message)
      // An event of a COIN-M account was recorded among the others; it names its account in `i`.
      if (time === undefined || message['i'] !== undefined) return []
      const event = toUserEvent(message, order.place(time, JSON.stringify(message)) ?? 0)
      return event.kind === 'report' ? [{ source: 'stream' as const, report: event.report }] : []
    })
}

async function figuresOf(hub: Hub): Promise<Figures> {
  const positions = await readPositions(hub, main)
  const balances = await readBalances(hub, main)
  return Object.fromEntries([
    ...[...positions].map(([place, { size, entryPrice, time }]) => [place, [size, entryPrice, time]]),
    ...[...balances].map(([asset, { walletBalance, time }]) => [asset, [walletBalance, time]]),
  ]) as Figures
}

const flows: readonly { readonly file: string; readonly states: readonly Figures[] }[] = [
  {
    file: 'userdata_BTCUSDT_open-close_2024-11-18',
    states: [
      {
        'BTCUSDT/both': ['0.002', '91739.9', 1_731_954_087_444],
        USDT: ['642.76097079', 1_731_954_087_444],
      },
      {
        'BTCUSDT/both': ['0', undefined, 1_731_955_175_166],
        USDT: ['640.89671759', 1_731_955_175_166],
      },
    ],
  },
  {
    file: 'userdata_USDC_transfer-funding_2026-04-21',
    states: [
      { USDC: ['48.84650063', 1_776_780_116_337] },
      { USDC: ['38.84650063', 1_776_780_134_433] },
      { USDC: ['38.17806885', 1_776_787_203_246] },
    ],
  },
  {
    file: 'userdata_assorted_2021-2025',
    states: [
      {
        'CHZUSDT/both': ['0', undefined, 1_617_859_763_506],
        'CHZUSDT/long': ['2684', '0.45855', 1_617_859_763_506],
        USDT: ['1790.86605837', 1_617_859_763_506],
      },
      { 'ACHUSDT/both': ['300', '0.02', 1_704_388_422_171], USDT: ['19.27388055', 1_704_388_422_171] },
      { 'ACHUSDT/both': ['0', undefined, 1_704_388_431_285], USDT: ['19.26788205', 1_704_388_431_285] },
      { USDT: ['1', 1_761_103_247_006] },
      { USDT: ['0', 1_761_103_247_282] },
    ],
  },
]

describe('recorded flows of accounts', () => {
  const redis = withRedis({ cluster: true })

  /** Plays a flow as it was, comparing each state, and then in other orders, with repetitions, comparing the last. */
  async function expectStates(said: readonly Said[], states: readonly Figures[]): Promise<void> {
    expect(said).to.have.length(states.length)
    const hub = await redis.hub()
    let figures: Figures = {}
    for (const [n, { source, report }] of said.entries()) {
      await mergeAccount(hub, main, source, report, 0)
      figures = { ...figures, ...states[n] }
      expect(await figuresOf(hub)).to.deep.equal(figures)
    }
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...said], { minLength: said.length }),
        fc.subarray([...said]),
        async (shuffled, repeated) => {
          const other = await redis.hub()
          for (const { source, report } of [...shuffled, ...repeated])
            await mergeAccount(other, main, source, report, 0)
          expect(await figuresOf(other)).to.deep.equal(figures)
          other.close()
        },
      ),
      { numRuns: 20 },
    )
  }

  for (const { file, states } of flows) {
    it(`end in the recorded figures: ${file}`, async function () {
      await expectStates(readFlow(this, file), states)
    })
  }

  it('of the balance and the position around a trade end in the answered figures', async function () {
    const read = (file: string): unknown => JSON.parse(readRecorded(this, `fapi_v2_${file}_2026-08-08.json`))
    // The answers do not say when they were asked for; each was after what it tells.
    const balance = (of: string, askedAt: number): Said => ({
      source: 'account',
      report: toBalancesReport(read(`balance_${of}`), askedAt),
    })
    const risk = (of: string, askedAt: number): Said => ({
      source: 'risk',
      report: toSymbolReport(read(`positionRisk_AAPLUSDT_${of}`), askedAt),
    })
    const closedAt = 1_786_165_147_657
    await expectStates(
      [
        balance('before-trade', closedAt - 60_000),
        risk('flat-before', closedAt - 59_000),
        risk('open', closedAt - 2_000),
        balance('after-trade', closedAt + 1_000),
      ],
      [
        { USDT: ['24.30489058', 1_785_718_214_133] },
        { 'AAPLUSDT/both': ['0', undefined, 1_784_092_082_695] },
        { 'AAPLUSDT/both': ['0.02', '313.20000000000005', 1_786_165_144_675] },
        { USDT: ['24.29967947', closedAt] },
      ],
    )
  })
})

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  toBalancesReport,
  toRiskReport,
  toSymbolReport,
  toSymbolSettings,
} from '../../lib/exchange/binance-account-map.ts'
import { toMarks } from '../../lib/exchange/binance-mark-map.ts'
import { accountTimeOf, toUserEvent } from '../../lib/exchange/binance-user-event-map.ts'
import { openEventOrder } from '../../lib/exchange/event-order.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import { findRecorded } from '../support/recording.ts'

const askedAt = 1_786_165_150_000

/** A recorded file's text; skips the test without it. */
function readRecorded(test: Mocha.Context, file: string): string {
  const path = findRecorded(`binance-usdm/${file}`)
  if (path === undefined) {
    console.log('      skipped: no recorded data')
    test.skip()
  }
  return readFileSync(path, 'utf8')
}

/** What one connection would have told of recorded messages. */
function play(text: string): UserEvent[] {
  const order = openEventOrder()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse((JSON.parse(line) as { raw: string }).raw) as unknown)
    .flatMap((message) => {
      const time = accountTimeOf(message)
      const ordinal = time === undefined ? 0 : order.place(time, JSON.stringify(message))
      return ordinal === undefined ? [] : [toUserEvent(message, ordinal)]
    })
}

const reportsOf = (events: readonly UserEvent[]): AccountReport[] =>
  events.flatMap((event) => (event.kind === 'report' ? [event.report] : []))

describe('what was recorded of accounts', () => {
  it('of BTCUSDT opened and closed on 2024-11-18 are these events, digit for digit', function () {
    const events = play(readRecorded(this, 'ws/userdata_BTCUSDT_open-close_2024-11-18.ndjson'))
    const kinds = events.map((event) => (event.kind === 'other' ? event.name : event.kind))
    const trade = ['TRADE_LITE', 'order', 'report', 'order']
    expect(kinds).to.deep.equal([...trade, ...trade])
    const [opened, closed] = reportsOf(events)
    const told = { source: 'stream', ordinal: 0 }
    const margin = {
      mode: 'cross',
      leverage: undefined,
      isolatedWallet: undefined,
      initialMargin: undefined,
      maintenanceMargin: undefined,
      liquidationPrice: undefined,
    }
    const at = (time: number) => ({ ...told, time, askedAt: time })
    expect(opened?.positions).to.deep.equal([
      {
        symbol: 'BTCUSDT',
        side: 'both',
        size: '0.002',
        entryPrice: '91739.9',
        margin,
        valuation: { markPrice: undefined, unrealisedProfit: '-0.03508665' },
        ...at(1_731_954_087_444),
      },
    ])
    expect(closed?.positions).to.deep.equal([
      {
        symbol: 'BTCUSDT',
        side: 'both',
        size: '0',
        entryPrice: undefined,
        margin,
        valuation: { markPrice: undefined, unrealisedProfit: '0' },
        ...at(1_731_955_175_166),
      },
    ])
    const valuation = {
      availableBalance: undefined,
      marginBalance: undefined,
      unrealisedProfit: undefined,
      initialMargin: undefined,
      maintenanceMargin: undefined,
    }
    const balance = (wallet: string) => ({
      asset: 'USDT',
      walletBalance: wallet,
      crossWalletBalance: wallet,
      valuation,
    })
    expect(opened?.balances).to.deep.equal([{ ...balance('642.76097079'), ...at(1_731_954_087_444) }])
    expect(closed?.balances).to.deep.equal([{ ...balance('640.89671759'), ...at(1_731_955_175_166) }])
    expect(opened?.complete).to.deep.equal({ positions: false, balances: false })
  })

  it('of transfers and funding in USDC are balances without positions, dated by T', function () {
    const events = play(readRecorded(this, 'ws/userdata_USDC_transfer-funding_2026-04-21.ndjson'))
    expect(
      events.map((event) => event.kind === 'report' && [event.reason, event.report.positions]),
    ).to.deep.equal([
      ['DEPOSIT', []],
      ['WITHDRAW', []],
      ['FUNDING_FEE', []],
    ])
    expect(
      reportsOf(events).map(({ balances: [balance] }) => [
        balance?.asset,
        balance?.walletBalance,
        balance?.time,
        balance?.askedAt,
      ]),
    ).to.deep.equal([
      ['USDC', '48.84650063', 1_776_780_116_337, 1_776_780_116_338],
      ['USDC', '38.84650063', 1_776_780_134_433, 1_776_780_134_434],
      ['USDC', '38.17806885', 1_776_787_203_246, 1_776_787_203_246],
    ])
  })

  it('of several years and both modes can all be read', function () {
    const events = play(readRecorded(this, 'ws/userdata_assorted_2021-2025.ndjson'))
    const positions = reportsOf(events).flatMap((report) => report.positions)
    expect(
      positions.map((each) => [positionField(each), each.size, each.entryPrice, each.time]),
    ).to.deep.equal([
      ['CHZUSDT/both', '0', undefined, 1_617_859_763_506],
      ['CHZUSDT/long', '2684', '0.45855', 1_617_859_763_506],
      ['ACHUSDT/both', '300', '0.02', 1_704_388_422_171],
      ['ACHUSDT/both', '0', undefined, 1_704_388_431_285],
    ])
    const balances = reportsOf(events).flatMap((report) => report.balances)
    expect(balances.map((each) => [each.asset, each.walletBalance])).to.deep.equal([
      ['USDT', '1790.86605837'],
      ['USDT', '19.27388055'],
      ['USDT', '19.26788205'],
      ['USDT', '1'],
      ['USDT', '0'],
      ['ADA', '7620.73025767'],
    ])
  })

  it('of AAPLUSDT, flat and open, by the second version of positionRisk', function () {
    const read = (of: string) =>
      toSymbolReport(
        JSON.parse(readRecorded(this, `fapi_v2_positionRisk_AAPLUSDT_${of}_2026-08-08.json`)),
        askedAt,
      )
    const shared = { symbol: 'AAPLUSDT', side: 'both', source: 'risk', ordinal: 0, askedAt }
    const margin = {
      mode: 'isolated',
      leverage: '20',
      initialMargin: undefined,
      maintenanceMargin: undefined,
    }
    expect(read('flat-before').positions).to.deep.equal([
      {
        ...shared,
        size: '0',
        entryPrice: undefined,
        margin: { ...margin, isolatedWallet: undefined, liquidationPrice: undefined },
        valuation: { markPrice: '313.1977046', unrealisedProfit: '0' },
        time: 1_784_092_082_695,
      },
    ])
    expect(read('open').positions).to.deep.equal([
      {
        ...shared,
        size: '0.02',
        // As the venue wrote it.
        entryPrice: '313.20000000000005',
        margin: { ...margin, isolatedWallet: '0.31074682', liquidationPrice: '305.29503487' },
        valuation: { markPrice: '313.19672593', unrealisedProfit: '-0.00006548' },
        time: 1_786_165_144_675,
      },
    ])
    expect(read('open').complete).to.deep.equal({ positions: false, balances: false })
    expect(toRiskReport([], askedAt).complete).to.deep.equal({ positions: true, balances: false })
  })

  it('of the balance before and after that trade, by the second version of balance', function () {
    const read = (of: string) =>
      toBalancesReport(JSON.parse(readRecorded(this, `fapi_v2_balance_${of}_2026-08-08.json`)), askedAt)
    const of = (balance: string, time: number) => ({
      asset: 'USDT',
      walletBalance: balance,
      crossWalletBalance: balance,
      valuation: {
        availableBalance: balance,
        marginBalance: undefined,
        unrealisedProfit: '0',
        initialMargin: undefined,
        maintenanceMargin: undefined,
      },
      source: 'account',
      time,
      ordinal: 0,
      askedAt,
    })
    expect(read('before-trade').balances).to.deep.equal([of('24.30489058', 1_785_718_214_133)])
    expect(read('after-trade').balances).to.deep.equal([of('24.29967947', 1_786_165_147_657)])
    expect(read('after-trade').complete).to.deep.equal({ positions: false, balances: true })
  })

  it('of the settings of AAPLUSDT', function () {
    const text = readRecorded(this, 'fapi_v1_symbolConfig_AAPLUSDT_2026-08-08.json')
    const raw: unknown = JSON.parse(text)
    expect(toSymbolSettings(Array.isArray(raw) ? raw : [raw])).to.deep.equal(
      new Map([['AAPLUSDT', { mode: 'isolated', leverage: '20', maxNotional: '100000' }]]),
    )
  })

  it('of the marks of a whole market are all there, with what was told and nothing else', function () {
    const text = readRecorded(this, 'fapi_v1_premiumIndex_all_2025-06-17_half-0.json')
    const rows = JSON.parse(text) as Record<string, string | number>[]
    const marks = toMarks(rows)
    expect([...marks.keys()]).to.deep.equal(rows.map(({ symbol }) => symbol))
    expect(marks.get('KAVAUSDT')).to.deep.equal({
      markPrice: '0.4273',
      indexPrice: '0.42737812',
      fundingRate: '0.0001',
      fundingTime: 1_750_176_000_000,
      time: 1_750_149_488_000,
    })
    // A contract with a delivery date has neither a rate nor a funding time.
    const delivery = rows.filter(({ nextFundingTime }) => Number(nextFundingTime) === 0)
    expect(delivery.length).to.be.greaterThan(0)
    for (const { symbol } of delivery)
      expect(marks.get(String(symbol))).to.include({ fundingTime: undefined })
  })
})

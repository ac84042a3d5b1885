import {
  toAccountModes,
  toAccountReport,
  toBalancesReport,
  toIncome,
  toRiskReport,
  toSymbolReport,
  toSymbolSettings,
  toSymbols,
} from './binance-account-map.ts'
import { accountTimeOf, toUserEvent } from './binance-user-event-map.ts'
import { textIn, timeIn, toRow } from './raw.ts'
import type { VenueAccount } from './venue-account.ts'
import type { VenueCall } from './venue-call.ts'

const minute = 60_000

const incomePage = 1000

/** The account endpoints of Binance USDⓈ-M. */
export const binanceAccount: VenueAccount = {
  clockCode: '-1021',
  async fetchTime(ask) {
    const { body, leftAt } = await ask(get('fapiPublic', 'time'))
    return { venueTime: timeIn(toRow(body, 'the time'), 'serverTime'), leftAt }
  },
  async fetchAccount(ask) {
    const { body, askedAt } = await ask(get('fapiPrivateV3', 'account'))
    return toAccountReport(body, askedAt)
  },
  async fetchBalances(ask) {
    const { body, askedAt } = await ask(get('fapiPrivateV3', 'balance'))
    return toBalancesReport(body, askedAt)
  },
  async fetchPositions(ask) {
    const { body, askedAt } = await ask(get('fapiPrivateV3', 'positionRisk'))
    return toRiskReport(body, askedAt)
  },
  // v3 leaves a flat symbol out; v2 tells it with a 0.
  async fetchPosition(ask, symbol) {
    const { body, askedAt } = await ask(get('fapiPrivateV2', 'positionRisk', { symbol }))
    return toSymbolReport(body, askedAt)
  },
  // Weight 5, where positionSide/dual and multiAssetsMargin weigh 30 each and are not of one moment.
  fetchModes: async (ask) => toAccountModes((await ask(get('fapiPrivate', 'accountConfig'))).body),
  async fetchIncome(ask, startTime, page) {
    const { body } = await ask(get('fapiPrivate', 'income', { startTime, page, limit: incomePage }))
    const rows = toIncome(body)
    return { rows, more: rows.length >= incomePage }
  },
  fetchSymbolSettings: async (ask) => toSymbolSettings((await ask(get('fapiPrivate', 'symbolConfig'))).body),
  async fetchOpenOrderSymbols(ask) {
    const orders = await ask(get('fapiPrivate', 'openOrders'))
    const conditional = await ask(get('fapiPrivate', 'openAlgoOrders'))
    return new Set([...toSymbols(orders.body), ...toSymbols(conditional.body)])
  },
  async openStreamKey(ask) {
    const { body } = await ask({ api: 'fapiPrivate', method: 'POST', path: 'listenKey' })
    return textIn(toRow(body, 'the answer'), 'listenKey')
  },
  // The account's key is renewed, whichever it is, and told by newer answers only.
  async renewStreamKey(ask, key) {
    const { body } = await ask({ api: 'fapiPrivate', method: 'PUT', path: 'listenKey' })
    const told = toRow(body, 'the answer')
    return told['listenKey'] === undefined ? key : textIn(told, 'listenKey')
  },
  streamUrls: (client, key) => [client.getPrivateWsUrl('future', key)],
  streamLifeMs: 24 * 60 * minute,
  pingEveryMs: 3 * minute,
  keyLifeMs: 60 * minute,
  accountTimeOf,
  toUserEvents: (message, ordinal) => [toUserEvent(message, ordinal)],
}

function get(api: string, path: string, params = {}): VenueCall {
  return { api, method: 'GET', path, params }
}

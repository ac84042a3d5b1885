import { createHmac } from 'node:crypto'
import type { AccountReport } from '../model/balance-report.ts'
import type { AccountSource } from '../model/position-report.ts'
import {
  pageOf,
  toAccountModes,
  toBalancesReport,
  toIncome,
  toPositionsReport,
  toSymbolSettings,
} from './bybit-account-map.ts'
import { readBybitPages } from './bybit-pages.ts'
import { accountTimeOf, toUserEvents } from './bybit-user-event-map.ts'
import { textIf, textIn, timeIn, toRow } from './raw.ts'
import type { Raw } from './raw.ts'
import type { StreamGreeting, VenueAccount } from './venue-account.ts'
import type { Ask, VenueCall } from './venue-call.ts'

const minute = 60_000
const topics = ['position', 'wallet', 'order', 'execution']
const wallet = get('v5/account/wallet-balance', { accountType: 'UNIFIED' })
// Real ms that a login may take on its way.
const loginWithinMs = 10_000
// The symbol by which the position mode is told when nothing is held.
const anySymbol = 'BTCUSDT'
// A span of the log that the venue gives at once.
const logSpanMs = 7 * 24 * 60 * minute

/** The account endpoints of Bybit's unified account, for linear contracts that settle in USDT. */
export const bybitAccount: VenueAccount = {
  clockCode: '10002',
  async fetchTime(ask) {
    const { body, leftAt } = await ask({ api: 'public', method: 'GET', path: 'v5/market/time' })
    return { venueTime: timeIn(toRow(body, 'the time'), 'time'), leftAt }
  },
  // No endpoint tells both; what is known of both was so at the earlier of the two moments.
  async fetchAccount(ask) {
    const positions = await readPositions(ask, 'account')
    const balances = await readBalances(ask)
    return {
      positions: positions.positions,
      balances: balances.balances,
      complete: { positions: true, balances: true },
      askedAt: Math.min(positions.askedAt, balances.askedAt),
    }
  },
  fetchBalances: readBalances,
  fetchPositions: (ask) => readPositions(ask, 'risk'),
  async fetchPosition(ask, symbol) {
    const { body, askedAt } = await ask(get('v5/position/list', { category: 'linear', symbol }))
    return toPositionsReport(pageOf(body, 'positions').rows, { source: 'risk', askedAt, complete: false })
  },
  async fetchModes(ask) {
    const info = await ask(get('v5/account/info'))
    const held = await readHeld(ask)
    const any = await ask(get('v5/position/list', { category: 'linear', symbol: anySymbol }))
    const positions = [...held.rows, ...pageOf(any.body, 'positions').rows]
    return toAccountModes(info.body, (await ask(wallet)).body, positions)
  },
  // The newest first, so that the oldest are known when all are; a page of ours is one span of the venue's.
  async fetchIncome(ask, since, page) {
    const startTime = since + (page - 1) * logSpanMs
    const endTime = startTime + logSpanMs
    const params = { accountType: 'UNIFIED', startTime, endTime, limit: 50 }
    const { rows, askedAt } = await readBybitPages(ask, { path: 'v5/account/transaction-log', params })
    return { rows: rows.toReversed().flatMap(toIncome), more: endTime < askedAt }
  },
  fetchSymbolSettings: async (ask) => toSymbolSettings((await readHeld(ask)).rows),
  async fetchOpenOrderSymbols(ask) {
    const params = { category: 'linear', settleCoin: 'USDT', limit: 50 }
    const { rows } = await readBybitPages(ask, { path: 'v5/order/realtime', params })
    return new Set(rows.map((row) => textIn(row, 'symbol')))
  },
  // There is none: each connection logs in.
  openStreamKey: async () => 'the login of the account',
  renewStreamKey: async (_ask, key) => key,
  streamUrls({ urls }) {
    const streams = toRow(toRow(urls.api, 'the addresses')['ws'], 'the addresses of streams')
    const url = textIn(toRow(streams['private'], 'the addresses of private streams'), 'contract')
    return [url.replace('{hostname}', 'bybit.com')]
  },
  greeting: greetingOf(),
  streamLifeMs: 24 * 60 * minute,
  pingEveryMs: 3 * minute,
  keyLifeMs: Infinity,
  accountTimeOf,
  toUserEvents,
}

function readHeld(ask: Ask): ReturnType<typeof readBybitPages> {
  const params = { category: 'linear', settleCoin: 'USDT', limit: 200 }
  return readBybitPages(ask, { path: 'v5/position/list', params })
}

async function readBalances(ask: Ask): Promise<AccountReport> {
  const { body, askedAt } = await ask(wallet)
  return toBalancesReport(body, askedAt)
}

async function readPositions(ask: Ask, source: AccountSource): Promise<AccountReport> {
  const { rows, askedAt } = await readHeld(ask)
  return toPositionsReport(rows, { source, askedAt, complete: true })
}

function get(path: string, params: Raw = {}): VenueCall {
  return { api: 'private', method: 'GET', path, params }
}

// https://bybit-exchange.github.io/docs/v5/ws/connect
function greetingOf(): StreamGreeting {
  return {
    login({ key, secret }, now) {
      const expires = String(Math.floor(now) + loginWithinMs)
      const sign = createHmac('sha256', secret).update(`GET/realtime${expires}`).digest('hex')
      return { op: 'auth', args: [key, expires, sign] }
    },
    subscription: () => ({ subscribe: { op: 'subscribe', args: topics }, answers: 1 }),
    answerOf(message) {
      const told = toRow(message, 'a message')
      const op = textIf(told, 'op')
      if (told['topic'] !== undefined || (op === undefined && told['success'] === undefined)) return undefined
      if (told['success'] === false)
        return { refused: `the venue refused it: ${textIf(told, 'ret_msg') ?? op ?? ''}` }
      return op === 'auth' ? 'logged-in' : op === 'subscribe' ? 'subscribed' : 'alive'
    },
  }
}

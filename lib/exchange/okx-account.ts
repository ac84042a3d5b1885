import { createHmac } from 'node:crypto'
import type { AccountReport } from '../model/balance-report.ts'
import {
  dataOf,
  isFollowed,
  toAccountModes,
  toBalancesReport,
  toIncome,
  toPositionsReport,
  toSymbolSettings,
} from './okx-account-map.ts'
import { readOkxPages } from './okx-pages.ts'
import { accountTimeOf, toUserEvents } from './okx-user-event-map.ts'
import { textIf, textIn, timeIn, toRow } from './raw.ts'
import type { StreamGreeting, VenueAccount } from './venue-account.ts'
import type { Ask, VenueCall } from './venue-call.ts'

const minute = 60_000
const swaps = { instType: 'SWAP' }

/** The account endpoints of OKX, for swaps that are margined in a stable coin. */
export const okxAccount: VenueAccount = {
  clockCode: '50102',
  async fetchTime(ask) {
    const { body, leftAt } = await ask({ api: 'public', method: 'GET', path: 'public/time' })
    const [row] = dataOf(body, 'the time')
    return { venueTime: timeIn(row ?? {}, 'ts'), leftAt }
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
  // A flat one is told with a 0 while the venue still knows of it, and not at all later.
  async fetchPosition(ask, symbol) {
    const { body, askedAt } = await ask(get('account/positions', { instId: symbol }))
    return toPositionsReport(body, { source: 'risk', askedAt, complete: false })
  },
  fetchModes: async (ask) => toAccountModes((await ask(get('account/config'))).body),
  // The newest first, so that the oldest are known when all are.
  async fetchIncome(ask, since) {
    const of = { path: 'account/bills', params: { ...swaps, begin: since }, id: 'billId' }
    const rows = await readOkxPages(ask, of)
    return { rows: rows.toReversed().flatMap(toIncome), more: false }
  },
  fetchSymbolSettings: async (ask) => toSymbolSettings((await ask(get('account/positions', swaps))).body),
  async fetchOpenOrderSymbols(ask) {
    const orders = await readOkxPages(ask, { path: 'trade/orders-pending', params: swaps, id: 'ordId' })
    const stops = await readOkxPages(ask, {
      path: 'trade/orders-algo-pending',
      params: { ...swaps, ordType: 'conditional' },
      id: 'algoId',
    })
    return new Set([...orders, ...stops].filter(isFollowed).map((row) => textIn(row, 'instId')))
  },
  // There is none: each connection logs in.
  openStreamKey: async () => 'the login of the account',
  renewStreamKey: async (_ask, key) => key,
  streamUrls: ({ urls }) => {
    const base = textIn(toRow(urls.api, 'the addresses'), 'ws')
    // Conditional orders have their channel elsewhere.
    return [`${base}/private`, `${base}/business`]
  },
  greeting: greetingOf(),
  streamLifeMs: 24 * 60 * minute,
  pingEveryMs: 3 * minute,
  keyLifeMs: Infinity,
  accountTimeOf,
  toUserEvents,
}

async function readBalances(ask: Ask): Promise<AccountReport> {
  const { body, askedAt } = await ask(get('account/balance'))
  return toBalancesReport(body, askedAt)
}

async function readPositions(ask: Ask, source: 'account' | 'risk'): Promise<AccountReport> {
  const { body, askedAt } = await ask(get('account/positions', swaps))
  return toPositionsReport(body, { source, askedAt, complete: true })
}

function get(path: string, params = {}): VenueCall {
  return { api: 'private', method: 'GET', path, params }
}

// https://www.okx.com/docs-v5/en/#overview-websocket-login
function greetingOf(): StreamGreeting {
  const subscribe = (channels: readonly object[]) => ({
    subscribe: { op: 'subscribe', args: channels },
    answers: channels.length,
  })
  return {
    login({ key, secret, passphrase }, now) {
      const timestamp = String(Math.floor(now / 1_000))
      const sign = createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64')
      return { op: 'login', args: [{ apiKey: key, passphrase, timestamp, sign }] }
    },
    subscription: (url) =>
      url.endsWith('/business')
        ? subscribe([{ channel: 'orders-algo', ...swaps }])
        : subscribe([
            { channel: 'account' },
            { channel: 'positions', ...swaps },
            { channel: 'orders', ...swaps },
          ]),
    answerOf(message) {
      if (message === 'pong') return 'alive'
      const told = toRow(message, 'a message')
      const event = textIf(told, 'event')
      if (event === undefined) return undefined
      if (event === 'login') return told['code'] === '0' ? 'logged-in' : refusal(told['msg'])
      if (event === 'subscribe') return 'subscribed'
      // A notice says that the venue will end the connection soon.
      if (event === 'error' || event === 'notice' || event === 'channel-conn-count-error')
        return refusal(told['msg'] ?? event)
      return 'alive'
    },
  }
}

function refusal(why: unknown): { refused: string } {
  return { refused: `the venue ends it: ${String(why)}` }
}

import { abs, add, signOf } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { startSignedVenue } from './signed-venue.ts'
import type { CameRequest, SignedVenue } from './signed-venue.ts'

interface Held {
  /** contracts, signed */
  readonly size: Decimal
  readonly entryPrice: Decimal
  readonly time: number
}

/** An account as a venue tells it: what is held, what is in the wallet, and by which ways that is told. */
export interface AccountVenue extends SignedVenue {
  /** Changes what is held; the stream tells of it unless it is `unheard`. */
  hold(symbol: string, size: Decimal, unheard?: boolean): void
  /** Forgets of a position that it ever was. */
  forget(symbol: string): void
  pay(amount: Decimal): void
}

interface AccountState {
  readonly held: Map<string, Held>
  wallet: Decimal
  walletTime: number
}

interface Words {
  answers(state: AccountState): Record<string, unknown>
  greet(text: string): unknown[]
  position(symbol: string, held: Held): readonly [path: string, message: unknown]
  balance(state: AccountState): readonly [path: string, message: unknown]
}

/** Starts a venue with one account and 1,000 USDT in it. */
export async function startAccountVenue(id: 'okx' | 'bybit'): Promise<AccountVenue> {
  const state: AccountState = { held: new Map(), wallet: '1000', walletTime: Date.now() }
  const words = id === 'okx' ? okxWords : bybitWords
  const venue = await startSignedVenue({
    answers: words.answers(state),
    onText: (_path, text, send) => words.greet(text).forEach(send),
  })
  const push = ([path, message]: readonly [string, unknown]) => {
    const socket = venue.sockets.get(path)
    if (socket?.readyState === socket?.OPEN) socket?.send(JSON.stringify(message))
  }
  return Object.assign(venue, {
    hold(symbol: string, size: Decimal, unheard = false) {
      const held = { size, entryPrice: '100.5', time: Date.now() }
      state.held.set(symbol, held)
      if (!unheard) push(words.position(symbol, held))
    },
    forget: (symbol: string) => void state.held.delete(symbol),
    pay(amount: Decimal) {
      state.wallet = add(state.wallet, amount)
      state.walletTime = Date.now()
      push(words.balance(state))
    },
  })
}

const okxWords: Words = {
  answers(state) {
    const data = (...rows: unknown[]) => ({ code: '0', msg: '', data: rows })
    return {
      '/api/v5/public/time': () => data({ ts: String(Date.now()) }),
      '/api/v5/account/config': data({ acctLv: '2', posMode: 'net_mode', perm: 'read_only,trade' }),
      '/api/v5/account/balance': () => data(okxAccount(state)),
      '/api/v5/account/positions'({ query }: CameRequest) {
        const asked = query.get('instId')
        const told = [...state.held].filter(([symbol, { size }]) =>
          asked === null ? size !== '0' : symbol === asked,
        )
        return data(...told.map(([symbol, held]) => okxPosition(symbol, held)))
      },
      '/api/v5/account/bills': data(),
      '/api/v5/trade/orders-pending': data(),
      '/api/v5/trade/orders-algo-pending': data(),
    }
  },
  greet(text) {
    if (text === 'ping') return ['pong']
    const { op, args } = JSON.parse(text) as { op: string; args: unknown[] }
    if (op === 'login') return [{ event: 'login', code: '0', msg: '' }]
    return args.map((arg) => ({ event: 'subscribe', arg }))
  },
  position: (symbol, held) => [
    '/ws/v5/private',
    {
      arg: { channel: 'positions', instType: 'SWAP' },
      data: [{ ...okxPosition(symbol, held), pTime: String(Date.now()) }],
    },
  ],
  balance: (state) => ['/ws/v5/private', { arg: { channel: 'account' }, data: [okxAccount(state)] }],
}

function okxPosition(symbol: string, { size, entryPrice, time }: Held) {
  const common = { instId: symbol, posSide: 'net', mgnMode: 'cross', lever: '5' }
  return { ...common, pos: size, avgPx: size === '0' ? '' : entryPrice, cTime: '1', uTime: String(time) }
}

function okxAccount({ wallet, walletTime }: AccountState) {
  const uTime = String(walletTime)
  return { uTime, details: [{ ccy: 'USDT', cashBal: wallet, availEq: wallet, eq: wallet, uTime }] }
}

const bybitWords: Words = {
  answers(state) {
    const result = (of: object) => ({
      retCode: 0,
      retMsg: 'OK',
      result: of,
      retExtInfo: {},
      time: Date.now(),
    })
    const list = (rows: unknown[]) => result({ category: 'linear', list: rows, nextPageCursor: '' })
    return {
      '/v5/market/time': () => result({}),
      '/v5/account/info': () => result({ marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 6 }),
      '/v5/account/wallet-balance': () => list([bybitAccount(state)]),
      '/v5/position/list'({ query }: CameRequest) {
        const asked = query.get('symbol')
        const never = { size: '0', entryPrice: '0', time: 0 }
        if (asked !== null) return list([bybitPosition(asked, state.held.get(asked) ?? never)])
        const told = [...state.held].filter(([, { size }]) => size !== '0')
        return list(told.map(([symbol, held]) => bybitPosition(symbol, held)))
      },
      '/v5/account/transaction-log': () => list([]),
      '/v5/order/realtime': () => list([]),
    }
  },
  greet(text) {
    const { op } = JSON.parse(text) as { op: string }
    return [{ success: true, ret_msg: op === 'ping' ? 'pong' : '', op, conn_id: 'a' }]
  },
  position: (symbol, held) => [
    '/v5/private',
    {
      topic: 'position',
      creationTime: Date.now(),
      data: [{ ...bybitPosition(symbol, held), category: 'linear' }],
    },
  ],
  balance: (state) => [
    '/v5/private',
    { topic: 'wallet', creationTime: Date.now(), data: [bybitAccount(state)] },
  ],
}

function bybitPosition(symbol: string, { size, entryPrice, time }: Held) {
  const side = ['Sell', '', 'Buy'][signOf(size) + 1]
  const common = { symbol, positionIdx: 0, leverage: '5', createdTime: '1', avgPrice: entryPrice }
  return { ...common, side, size: abs(size), updatedTime: time === 0 ? '' : String(time) }
}

function bybitAccount({ wallet }: AccountState) {
  return {
    accountType: 'UNIFIED',
    coin: [
      {
        coin: 'USDT',
        walletBalance: wallet,
        equity: wallet,
        totalPositionIM: '0',
        totalOrderIM: '0',
        collateralSwitch: true,
      },
    ],
  }
}

import type { Account, AccountState } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { readMark } from '../account/marks.ts'
import { assetOf } from '../account/ledger.ts'
import type { PositionSide } from '../account/order.ts'
import { positionKey } from '../account/position.ts'
import { toPositionRow, toWallet, type Shown } from './account-rows.ts'
import { checkCategory, readLimit, readOptionalSymbol } from './parameters.ts'
import { RequestError } from './request-error.ts'
import { toSymbol, type Symbols } from './symbols.ts'

/** What a signed request brings; `state` is the account as this answer sees it. */
export interface Call {
  readonly query: URLSearchParams
  readonly account: Account
  readonly state: AccountState
  readonly now: number
}

export type AccountRoute = (call: Call) => object

const USUAL_LIMIT = 20
const MOST = 200

/** What reads an account, by `GET /v5/position/list` and the like. */
export function toAccountRoutes(
  exchange: Exchange,
  symbols: Symbols,
): [place: string, route: AccountRoute][] {
  const show = ({ state, now }: Call): Shown => ({
    state,
    listings: exchange.market.listings,
    readMark: (listing) => readMark(listing, now),
  })
  return [
    [
      'GET /v5/account/info',
      () => ({
        marginMode: 'REGULAR_MARGIN',
        updatedTime: '0',
        unifiedMarginStatus: 6,
        dcpStatus: 'OFF',
        timeWindow: 0,
        smpGroup: 0,
        isMasterTrader: false,
        spotHedgingStatus: 'OFF',
      }),
    ],
    [
      'GET /v5/account/wallet-balance',
      (call) => {
        if (call.query.get('accountType') !== 'UNIFIED') {
          throw new RequestError(10001, 'accountType only support UNIFIED.')
        }
        return { list: [toWallet(show(call))] }
      },
    ],
    ['GET /v5/position/list', (call) => toPositions(call, show(call), symbols)],
  ]
}

/** One symbol's sides, flat ones too, or all that is held of a coin, in pages. */
function toPositions({ query, state }: Call, shown: Shown, symbols: Symbols) {
  checkCategory(query)
  const limit = readLimit(query, USUAL_LIMIT, MOST)
  const one = readOptionalSymbol(query, symbols)
  const coin = query.get('settleCoin') ?? ''
  if (one === undefined && coin === '') {
    throw new RequestError(10001, 'params error: symbol or settleCoin is needed')
  }
  const sides: PositionSide[] = state.isHedged ? ['LONG', 'SHORT'] : ['BOTH']
  const all = (one === undefined ? [...symbols.all().values()] : [one]).flatMap((listing) =>
    sides.map((side) => ({ listing, side, place: `${toSymbol(listing)},${side}` })),
  )
  const cursor = decodeURIComponent(query.get('cursor') ?? '')
  const wanted = all.filter(
    ({ listing, side, place }) =>
      (one !== undefined ||
        (assetOf(listing.symbol) === coin &&
          (state.positions.get(positionKey(listing.symbol, side))?.size ?? 0n) !== 0n)) &&
      place > cursor,
  )
  const page = wanted.slice(0, limit)
  return {
    nextPageCursor: page.length === wanted.length ? '' : encodeURIComponent(page.at(-1)!.place),
    category: 'linear',
    list: page.map(({ listing, side }) => toPositionRow(shown, listing, side)),
  }
}

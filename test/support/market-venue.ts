import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson, startVenueServer } from './venue-server.ts'
import type { VenueServer } from './venue-server.ts'

/** `[openTime, open, high, low, close, volume]`, the volume in the base asset */
export type TrueCandle = readonly [number, string, string, string, string, string]

/** The public market data of a venue, with its limits by address, of which no request may pass one. */
export interface MarketVenue extends VenueServer {
  /** what a candle is when it is over */
  truth(symbol: string, openTime: number): TrueCandle
  /** market ms */
  now(): number
  /** path -> requests that were answered */
  readonly requests: ReadonlyMap<string, number>
  /** requests beyond a limit, or while the address is banned */
  refused(): number
  /** refuses whatever comes from now on, with 403 */
  ban(): void
}

const minute = 60_000
const contractSize = 0.01

/** Bodies and limits of one venue; sizes are contracts of a hundredth at OKX. */
interface Words {
  symbol(at: number): string
  /** path -> [requests, in so many market ms]; '' counts all of them */
  readonly limits: Readonly<Record<string, readonly [number, number]>>
  readonly refusal: readonly [status: number, body: unknown]
  answer(path: string, query: URLSearchParams, of: Market): unknown
}

interface Market {
  readonly symbols: readonly string[]
  readonly now: () => number
  /** the newest first, the last of them as it stands now */
  readonly candles: (symbol: string, query: { before: number; limit: number }) => TrueCandle[]
}

const okx: Words = {
  symbol: (at) => `C${at}-USDT-SWAP`,
  limits: {
    '/api/v5/market/candles': [40, 2_000],
    '/api/v5/market/history-candles': [20, 2_000],
    '/api/v5/market/tickers': [20, 2_000],
    '/api/v5/public/instruments': [20, 2_000],
    '/api/v5/public/mark-price': [10, 2_000],
    '/api/v5/public/funding-rate': [10, 2_000],
    '/api/v5/public/time': [10, 2_000],
  },
  refusal: [429, { code: '50011', msg: 'Too Many Requests', data: [] }],
  answer(path, query, { symbols, now, candles }) {
    const ts = String(now())
    const rows = (of: (symbol: string, at: number) => unknown) => ({
      code: '0',
      msg: '',
      data: symbols.map(of),
    })
    switch (path) {
      case '/api/v5/public/time':
        return { code: '0', msg: '', data: [{ ts }] }
      case '/api/v5/public/instruments':
        return rows((instId) => ({
          instId,
          instType: 'SWAP',
          uly: instId.replace('-SWAP', ''),
          settleCcy: 'USDT',
          ctType: 'linear',
          ctVal: String(contractSize),
          ctMult: '1',
          lotSz: '1',
          minSz: '1',
          tickSz: '0.01',
          maxMktSz: '10000',
          state: 'live',
          expTime: '',
          ruleType: 'normal',
        }))
      case '/api/v5/market/tickers':
        return rows((instId, at) => ({
          instId,
          last: '100',
          bidPx: '99.99',
          bidSz: '5',
          askPx: '100.01',
          askSz: '7',
          ts,
          volCcy24h: String(10_000 + at),
        }))
      case '/api/v5/public/mark-price':
        return rows((instId) => ({ instId, instType: 'SWAP', markPx: '100.5', ts }))
      case '/api/v5/public/funding-rate':
        return rows((instId) => ({ instId, fundingRate: '0.0001', fundingTime: ts }))
      case '/api/v5/market/candles':
      case '/api/v5/market/history-candles': {
        const before = Number(query.get('after') ?? Infinity)
        const after = Number(query.get('before') ?? 0)
        const asked = { before, limit: Number(query.get('limit')) }
        const data = candles(query.get('instId') ?? '', asked).filter(([openTime]) => openTime > after)
        return {
          code: '0',
          msg: '',
          data: data.map(([time, open, high, low, close, base]) => [
            String(time),
            open,
            high,
            low,
            close,
            String(Math.round(Number(base) / contractSize)),
            base,
            '0',
            time + minute <= now() ? '1' : '0',
          ]),
        }
      }
      default:
        return undefined
    }
  },
}

const bybit: Words = {
  symbol: (at) => `C${at}USDT`,
  limits: { '': [600, 5_000] },
  refusal: [403, '<html>403 Forbidden</html>'],
  answer(path, query, { symbols, now, candles }) {
    const answer = (list: unknown) => ({
      retCode: 0,
      retMsg: 'OK',
      time: now(),
      retExtInfo: {},
      result: { category: 'linear', list, nextPageCursor: '' },
    })
    switch (path) {
      case '/v5/market/time':
        return answer([])
      case '/v5/market/instruments-info':
        if (query.get('status') === 'PreLaunch') return answer([])
        return answer(
          symbols.map((symbol) => ({
            symbol,
            contractType: 'LinearPerpetual',
            status: 'Trading',
            deliveryTime: '0',
            symbolType: '',
            baseCoin: symbol.replace('USDT', ''),
            quoteCoin: 'USDT',
            settleCoin: 'USDT',
            priceFilter: { tickSize: '0.01' },
            lotSizeFilter: {
              qtyStep: '0.01',
              minOrderQty: '0.01',
              maxMktOrderQty: '100',
              minNotionalValue: '5',
            },
          })),
        )
      case '/v5/market/tickers':
        return answer(
          symbols.map((symbol, at) => ({
            symbol,
            bid1Price: '99.99',
            bid1Size: '5',
            ask1Price: '100.01',
            ask1Size: '7',
            turnover24h: String(1_000_000 + at),
            markPrice: '100.5',
            indexPrice: '100.4',
            fundingRate: '0.0001',
            nextFundingTime: String(now()),
          })),
        )
      case '/v5/market/kline': {
        const limit = Number(query.get('limit'))
        const start = query.get('start')
        const before = start === null ? Infinity : Number(start) + limit * minute
        return answer(
          candles(query.get('symbol') ?? '', { before, limit }).map(([time, ...rest]) => [
            String(time),
            ...rest,
            '0',
          ]),
        )
      }
      default:
        return undefined
    }
  },
}

/** Starts the venue with so many symbols, all of whose candles are told by their symbol and time. */
export async function startMarketVenue(
  venue: 'okx' | 'bybit',
  of: { readonly symbols: number; readonly rate: number },
): Promise<MarketVenue> {
  const words = { okx, bybit }[venue]
  const startedAt = Date.now()
  const now = () => Math.floor(startedAt + (Date.now() - startedAt) * of.rate)
  const symbols = Array.from({ length: of.symbols }, (_, at) => words.symbol(at))
  const requests = new Map<string, number>()
  const starts = new Map<string, number[]>()
  let refused = 0
  let isBanned = false

  const market: Market = {
    symbols,
    now,
    candles: (symbol, { before, limit }) => {
      const newest = Math.min(now(), before - 1)
      const first = newest - (newest % minute)
      return Array.from({ length: limit }, (_, i) => candleAt(symbol, first - i * minute, now()))
    },
  }

  function isWithinLimits(path: string): boolean {
    return Object.entries(words.limits).every(([limited, [most, windowMs]]) => {
      if (limited !== '' && limited !== path) return true
      const times = (starts.get(limited) ?? []).filter((at) => at > now() - windowMs)
      starts.set(limited, [...times, now()])
      return times.length < most
    })
  }

  const server = await startVenueServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue')
    if (isBanned) {
      refused += 1
      response.writeHead(403).end('<html>403 Forbidden</html>')
      return
    }
    if (!isWithinLimits(pathname)) {
      refused += 1
      const [status, body] = words.refusal
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
      return
    }
    requests.set(pathname, (requests.get(pathname) ?? 0) + 1)
    const body = words.answer(pathname, searchParams, market)
    if (body === undefined) response.writeHead(404).end()
    else sendJson(response, body)
  })
  return {
    ...server,
    truth: (symbol, openTime) => candleAt(symbol, openTime, Infinity),
    now,
    requests,
    refused: () => refused,
    ban: () => (isBanned = true),
  }
}

/** A candle as of `now`: one that is open has a part of its volume, and another close. */
function candleAt(symbol: string, openTime: number, now: number): TrueCandle {
  const at = Number(symbol.replaceAll(/\D/g, ''))
  const seconds = Math.max(0, Math.min(60, Math.floor((now - openTime) / 1_000)))
  const open = 100 + at + ((openTime / minute) % 17)
  const price = (value: number) => String(Math.round(value * 100) / 100)
  const close = open + (seconds % 7) - 3
  const volume = price(seconds * (1 + (at % 5) / 4))
  return [openTime, price(open), price(open + 3), price(open - 3.5), price(close), volume]
}

import * as z from 'zod'
import { ceilTo, compareDecimals, div, mul } from '../../lib/model/decimal.ts'
import type { BenchVenue } from './bench-venue.ts'
import type { CrashPath, CrashSymbol } from './crash-path.ts'
import { fetchMarket } from './fetch-market.ts'

const truthSchema = z.object({
  orders: z.array(z.object({ clientOrderId: z.string(), executedQty: z.string() })),
  trades: z.array(z.unknown()),
})
const statsSchema = z.object({ now: z.number(), rate: z.number() })

/** The simulator of a crash run, by what it says of itself. */
export interface CrashVenue {
  readonly rate: number
  /** the venue's clock */
  now(): Promise<number>
  /** Gives the symbols, holds something of each, and from then on orders fail in every way. */
  prepare(path: CrashPath): Promise<void>
  /** what is traded */
  readonly symbols: readonly CrashSymbol[]
  /** every order of the account but those that were there before */
  readTruth(): Promise<{ orders: readonly { clientOrderId: string; executedQty: string }[]; trades: number }>
}

const timeoutMs = 30_000
const mostSymbols = 12
const baseSizes = 50
// In the quote asset, or twice the least that an order must be worth.
const usualNotional = '25'

function faultsOf({ places: { createOrder: path, readOrder }, codes }: BenchVenue): object[] {
  return [
    { kind: 'unknown', path, taken: true, probability: 0.1 },
    { kind: 'unknown', path, taken: false, probability: 0.1 },
    { kind: 'status', status: 503, path, probability: 0.05 },
    { kind: 'cut', path, probability: 0.05 },
    { kind: 'stall', path, probability: 0.002 },
    { kind: 'reject', code: codes.refused, path, probability: 0.05 },
    { kind: 'notFoundFor', path: readOrder, ms: 4_000, probability: 0.5 },
  ]
}

/** Opens the one at `url`, which speaks `of`. */
export async function openCrashVenue(of: BenchVenue, url: string): Promise<CrashVenue> {
  const read = async (path: string, body?: unknown): Promise<unknown> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}${path}`, { ...sent, signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok) throw new Error(`the simulator answered ${path} with ${answer.status}`)
    return answer.json()
  }
  const stats = async () => statsSchema.parse(await read('/_sim/stats'))
  const truth = async () => truthSchema.parse(await read('/_sim/account?key=one'))
  const symbols = await chooseSymbols(of, url)
  let before = 0
  return {
    rate: (await stats()).rate,
    now: async () => (await stats()).now,
    symbols,
    async prepare({ exchange }) {
      for (const each of symbols) await exchange.createOrder(toBase(each))
      before = (await truth()).trades.length
      await read('/_sim/faults', faultsOf(of))
    },
    async readTruth() {
      const { orders, trades } = await truth()
      return {
        orders: orders.filter(({ clientOrderId }) => !clientOrderId.startsWith('base')),
        trades: trades.length - before,
      }
    },
  }
}

/** The first perpetuals in USDT that trade. */
async function chooseSymbols({ id }: BenchVenue, url: string): Promise<CrashSymbol[]> {
  const { instruments, marks } = await fetchMarket(id, url)
  return [...instruments.values()]
    .filter(({ contract, linear, status, settle, underlying }) => {
      const isUsual = contract === 'perpetual' && linear && underlying === 'coin'
      return isUsual && status === 'trading' && settle === 'USDT'
    })
    .slice(0, mostSymbols)
    .flatMap(({ symbol, contractSize, quote, minNotional = '0', lotSize = '1', minQty = lotSize }) => {
      const mark = marks.get(symbol)
      if (mark === undefined) return []
      const twice = mul(minNotional, '2')
      const notional = compareDecimals(twice, usualNotional) > 0 ? twice : usualNotional
      const least = div(notional, mul(contractSize, mark), 12)
      const size = ceilTo(compareDecimals(least, minQty) > 0 ? least : minQty, lotSize)
      return [{ symbol, size, contractSize, quote }]
    })
}

/** Something is held all the while: a flat position does not say when it last changed. */
function toBase({ symbol, size }: CrashSymbol) {
  return {
    clientOrderId: `base${symbol.replaceAll(/[^A-Za-z0-9]/g, '')}`,
    symbol,
    side: 'buy',
    positionSide: 'both',
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    reduceOnly: false,
    size: mul(size, String(baseSizes)),
    price: undefined,
  } as const
}

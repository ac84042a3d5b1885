import { z } from 'zod'
import type { OrderExchange } from '../../lib/exchange/order-exchange.ts'

const truthSchema = z.object({
  orders: z.array(z.object({ clientOrderId: z.string(), executedQty: z.string() })),
  trades: z.array(z.unknown()),
})
const statsSchema = z.object({ now: z.number(), rate: z.number() })
const marksSchema = z.array(z.object({ symbol: z.string(), markPrice: z.string() }))

/** The simulator of a crash run, by what it says of itself. */
export interface CrashVenue {
  readonly rate: number
  /** the venue's clock */
  now(): Promise<number>
  /** Gives the symbols, holds something of each, and from then on orders fail in every way. */
  prepare(exchange: OrderExchange): Promise<string[]>
  /** every order of the account but those that were there before */
  readTruth(): Promise<{ orders: readonly { clientOrderId: string; executedQty: string }[]; trades: number }>
}

const timeoutMs = 30_000
const mostSymbols = 12
const baseOrders = 5
const [create, ask] = ['POST /fapi/v1/order', 'GET /fapi/v1/order']
const faults = [
  { kind: 'unknown', path: create, taken: true, probability: 0.1 },
  { kind: 'unknown', path: create, taken: false, probability: 0.1 },
  { kind: 'status', status: 503, path: create, probability: 0.05 },
  { kind: 'cut', path: create, probability: 0.05 },
  { kind: 'stall', path: create, probability: 0.002 },
  { kind: 'reject', code: -2010, path: create, probability: 0.05 },
  { kind: 'notFoundFor', path: ask, ms: 4_000, probability: 0.5 },
]

/** Opens the one at `url`. */
export async function openCrashVenue(url: string): Promise<CrashVenue> {
  const read = async (path: string, body?: unknown): Promise<unknown> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}${path}`, { ...sent, signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok) throw new Error(`the simulator answered ${path} with ${answer.status}`)
    return answer.json()
  }
  const stats = async () => statsSchema.parse(await read('/_sim/stats'))
  const truth = async () => truthSchema.parse(await read('/_sim/account?key=one'))
  let before = 0
  return {
    rate: (await stats()).rate,
    now: async () => (await stats()).now,
    async prepare(exchange) {
      const marks = marksSchema.parse(await read('/fapi/v1/premiumIndex'))
      // One contract is worth more than the least an order must be.
      const worthy = marks.filter(
        ({ symbol, markPrice }) => symbol.endsWith('USDT') && Number(markPrice) >= 25,
      )
      const some = worthy.slice(0, mostSymbols).map(({ symbol }) => symbol)
      for (const symbol of some) {
        for (let at = 0; at < baseOrders; at++) await exchange.createOrder(toBase(symbol, at))
      }
      before = (await truth()).trades.length
      await read('/_sim/faults', faults)
      return some
    },
    async readTruth() {
      const { orders, trades } = await truth()
      return {
        orders: orders.filter(({ clientOrderId }) => !clientOrderId.startsWith('base-')),
        trades: trades.length - before,
      }
    },
  }
}

/** Something is held all the while: a flat position does not say when it last changed. */
function toBase(symbol: string, at: number) {
  return {
    clientOrderId: `base-${symbol}-${at}`,
    symbol,
    side: 'buy',
    positionSide: 'both',
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    reduceOnly: false,
    size: '10',
    price: undefined,
  } as const
}

import type { Instrument } from '../../lib/model/instrument.ts'
import { checkOrder } from '../../lib/risk/check-order.ts'
import { exposureOf } from '../../lib/risk/exposure.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import type { OrderFacts, OrderToCheck } from '../../lib/risk/order-facts.ts'
import { sizeOrder } from '../../lib/risk/size-order.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { printTable, toCount } from './report.ts'
import { percentile } from './statistics.ts'

const symbols = 200
const rounds = 20

/** How long one order's check takes in process. */
export const checkBench: BenchDefinition = {
  name: 'check',
  summary: 'The check of an order before it is sent: cut to size, held against every limit.',
  options: [
    numberOption('orders', 'orders that are checked', { fallback: 200_000, least: 1_000, most: 10_000_000 }),
  ],
  run(flags, signal) {
    const orders = flagOf(flags, 'orders')
    // The first ones are not timed: the code is not compiled yet.
    timeChecks(Math.min(20_000, orders), signal)
    const perRound = Math.ceil(orders / rounds)
    const all = Array.from({ length: rounds }, () => timeChecks(perRound, signal))
    const checkUs = all.flatMap((round) => [...round.checkUs])
    const figures = {
      orders: checkUs.length,
      approvedShare: all.reduce((sum, { approved }) => sum + approved, 0) / checkUs.length,
      p50Us: percentile(checkUs, 0.5),
      p99Us: percentile(checkUs, 0.99),
      p99QuietestUs: Math.min(...all.map((round) => percentile([...round.checkUs], 0.99))),
      maxUs: percentile(checkUs, 1),
      cpuUs: all.reduce((sum, round) => sum + round.cpuUs, 0) / checkUs.length,
      exposureOf200Us: percentile(timeExposure(signal), 0.5),
    }
    const us = (value: number) => `${value.toFixed(1)} µs`
    printTable([
      { figure: 'check, p50', measured: us(figures.p50Us), beside: '' },
      { figure: 'check, p99', measured: us(figures.p99Us), beside: 'target 100 µs' },
      {
        figure: '  in the quietest round',
        measured: us(figures.p99QuietestUs),
        beside: `of ${rounds}: other processes take the core away, too`,
      },
      { figure: 'check, longest', measured: us(figures.maxUs), beside: '' },
      { figure: 'processor time per order', measured: us(figures.cpuUs), beside: 'its sizing included' },
      {
        figure: `exposure of ${symbols} positions`,
        measured: us(figures.exposureOf200Us),
        beside: 'once per change of the account, not per order',
      },
      {
        figure: 'orders',
        measured: toCount(figures.orders),
        beside: `${(figures.approvedShare * 100).toFixed(0)} % approved`,
      },
    ])
    return Promise.resolve(figures)
  },
}

/** Sizes and checks orders; µs of each check, and µs of the processor for all of it. */
function timeChecks(
  orders: number,
  signal: AbortSignal,
): { checkUs: Float64Array; cpuUs: number; approved: number } {
  signal.throwIfAborted()
  const checkUs = new Float64Array(orders)
  const cases = Array.from({ length: orders }, (_, at) => toCase(at))
  let approved = 0
  const before = process.cpuUsage()
  for (const [at, { order, facts, instrument }] of cases.entries()) {
    const asked = { ...order, notional: undefined, reduceOnly: order.class === 'reduce' }
    const sized = sizeOrder(asked, instrument, { reference: facts.prices.opposite })
    if ('denied' in sized) throw new Error(`an order of the benchmark was denied: ${sized.denied}`)
    const { size, price, slices } = sized
    const cut = { ...order, size, price, slices: slices.length }
    const begin = performance.now()
    const { verdict } = checkOrder(cut, facts)
    checkUs[at] = (performance.now() - begin) * 1_000
    if (verdict === 'approved') approved += 1
  }
  const { user, system } = process.cpuUsage(before)
  return { checkUs, cpuUs: user + system, approved }
}

function timeExposure(signal: AbortSignal): number[] {
  const instruments = new Map(Array.from({ length: symbols }, (_, at) => [`S${at}USDT`, toInstrument(at)]))
  const positions = [...instruments.keys()].map((symbol, at) => ({ symbol, size: `-${at + 1}.${at}3` }))
  return Array.from({ length: 500 }, () => {
    signal.throwIfAborted()
    const begin = performance.now()
    exposureOf(positions, [], { instrumentOf: (symbol) => instruments.get(symbol), markOf: () => '61234.57' })
    return (performance.now() - begin) * 1_000
  })
}

const limits = limitsOf({})

/** Orders of every kind, no two alike: most are held against everything there is, and some are over a limit. */
function toCase(at: number): { order: OrderToCheck; facts: OrderFacts; instrument: Instrument } {
  const instrument = toInstrument(at % symbols)
  const mark = (57_000 + (at % 9_973) * 1.37).toFixed(8)
  const price = (Number(mark) * (0.98 + (at % 401) / 10_000)).toFixed(4)
  const reduces = at % 10 === 9
  const isLong = at % 2 === 0
  const size = ((500 + (at % 997) * 5) / Number(mark)).toFixed(6)
  const heldSize = reduces ? `${isLong ? '' : '-'}0.4567` : at % 3 === 0 ? `${isLong ? '' : '-'}0.0123` : '0'
  return {
    instrument,
    order: {
      class: reduces ? 'reduce' : 'open',
      symbol: instrument.symbol,
      side: isLong !== reduces ? 'buy' : 'sell',
      type: at % 4 === 0 ? 'market' : 'limit',
      price: at % 4 === 0 ? undefined : price,
      size,
      slices: 1,
    },
    facts: {
      now: 1_764_000_000_000 + at,
      limits,
      rules: { state: 'active', symbolBan: undefined, accountBan: undefined },
      instrument,
      freshness: {
        markAgeMs: 900,
        marketAgeMs: 1_200,
        accountAgeMs: 800,
        incomeAgeMs: 45_000,
        riskBeatAgeMs: 650,
        orderBeatAgeMs: 120,
      },
      prices: { markPrice: mark, opposite: mark, percentPrice: { up: '1.05', down: '0.95' } },
      account: {
        equity: '23456.78901234',
        maintenance: '345.67890123',
        gross: `${(at % 4_700) * 10}.12345678`,
        symbolNotional: heldSize === '0' ? '0' : '753.86421975',
        foreignOrders: 3,
        reserved: { gross: 12_345_678, [`symbol:${instrument.symbol}`]: 1_234_567, orders: 17, slots: 22 },
        held: {
          size: heldSize,
          entryPrice: heldSize === '0' ? undefined : mark,
          liquidationPrice: heldSize === '0' ? undefined : (Number(mark) * (isLong ? 0.6 : 1.5)).toFixed(4),
        },
        maintenanceRate: '0.004',
        slots: { ofPosition: 100, setAside: heldSize === '0' ? 0 : 11, free: 120 },
      },
      rates: [
        { windowMs: 10_000, limit: 300, used: at % 150 },
        { windowMs: 60_000, limit: 1_200, used: at % 600 },
      ],
    },
  }
}

function toInstrument(at: number): Instrument {
  return {
    symbol: `S${at}USDT`,
    base: `S${at}`,
    quote: 'USDT',
    settle: 'USDT',
    contract: 'perpetual',
    linear: true,
    underlying: 'coin',
    status: 'trading',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.0001',
    minQty: '0.0001',
    minNotional: '5',
    maxMarketQty: '120',
    percentPrice: undefined,
    maxStops: undefined,
    deliveryTime: undefined,
  }
}

import { readConditions } from '../../lib/hub/conditions.ts'
import { readAccountSight } from '../../lib/orders/account-sight.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { abs, add, compareDecimals, mul, negate, sub, toDecimal } from '../../lib/model/decimal.ts'
import type { AccountClient, Row, Truth } from '../simulator/account-client.ts'
import { differencesOf, of } from './account-system.ts'
import { exportRecords } from './export-records.ts'
import type { System } from './system.ts'

interface VenueTrade {
  readonly id: string
  readonly orderId: string
  readonly symbol: string
  readonly side: string
  readonly qty: string
  readonly price: string
  readonly commission: string
  readonly realizedPnl: string
  readonly time: number
}

/** The strategy sends nothing but post-only orders; stops and exits are never that. */
const isOfStrategy = (row: Row) => row['timeInForce'] === 'GTX'

const states: Readonly<Record<string, string>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
}

/**
 * What the system's books of an account tell otherwise than the venue's own ledger: positions, balances, orders, what
 * `sluice export` writes of orders, fills and income, the strategy's parts and the equity; and which positions lack stops.
 * undefined: the ledger moved meanwhile.
 */
export async function compareBooks(system: System, client: AccountClient): Promise<string[] | undefined> {
  const truth = await client.truth()
  const [held, equity, conditions, orders, fills, income, parts] = await Promise.all([
    differencesOf(system, client),
    compareEquity(system, truth),
    readConditions(system.hub, of),
    exportRecords(system, 'orders'),
    exportRecords(system, 'fills'),
    exportRecords(system, 'income'),
    system.hub.redis.hgetall(system.hub.keys.strategyPositions(of.venue, of.account)),
  ])
  const after = await client.truth()
  const ledgerOf = ({ trades, income: rows, openOrders }: Truth) =>
    [trades.length, rows.length, openOrders.length].join()
  if (ledgerOf(truth) !== ledgerOf(after)) return undefined
  return [
    ...held,
    ...barePositions(after).map(({ symbol, covered }) => `${symbol}: stops for ${covered} contracts only`),
    ...[...conditions.keys()].filter((name) => name.startsWith('uncovered')),
    ...equity,
    ...(await compareOrders(system, truth, orders)),
    ...compareFills(truth, fills),
    ...compareIncome(truth, income),
    ...compareParts(truth, parts),
  ]
}

/** The positions that fewer stops stand for than they need at the venue, but for a twentieth. */
export function barePositions({ positions, openAlgoOrders }: Truth): { symbol: string; covered: string }[] {
  return positions.flatMap(({ symbol, size }) => {
    const stops = openAlgoOrders.filter((row) => row['symbol'] === symbol)
    const isClosed = stops.some((row) => row['closePosition'] === true || row['closePosition'] === 'true')
    const covered = add('0', ...stops.map((row) => toDecimal(row['quantity'] as string) ?? '0'))
    if (size === '0' || isClosed || compareDecimals(covered, mul(abs(size), '0.95')) >= 0) return []
    return [{ symbol, covered }]
  })
}

function compareList(what: string, found: readonly string[], wanted: readonly string[]): string[] {
  const [has, should] = [new Set(found), new Set(wanted)]
  return [
    ...(has.size === found.length ? [] : [`${what}: ${found.length - has.size} told twice`]),
    ...wanted.filter((each) => !has.has(each)).map((each) => `${what}: lacks ${each}`),
    ...found.filter((each) => !should.has(each)).map((each) => `${what}: has ${each}`),
  ]
}

/** By the last state that the records tell of each order, and by those that stand as open. */
async function compareOrders({ hub }: System, truth: Truth, records: readonly Row[]): Promise<string[]> {
  const open = await readOrders(hub, of, 'open', 10_000)
  const last = new Map(records.map((row) => [String(row['id']), row]))
  const text = (id: unknown, state: unknown, filled: unknown) =>
    [id, state, toDecimal(filled as string)].join(' ')
  const mine = truth.orders.filter(isOfStrategy)
  const known = new Set(mine.map((row) => String(row['clientOrderId'])))
  return [
    ...compareList(
      'orders',
      // One that the venue refused never came to its ledger.
      [...last.values()]
        .filter(
          ({ id, state, strategy }) =>
            strategy === 'example' && (state !== 'rejected' || known.has(String(id))),
        )
        .map(({ id, state, filled }) => text(id, state, filled)),
      mine.map((row) => text(row['clientOrderId'], states[String(row['status'])], row['executedQty'])),
    ),
    ...compareList(
      'open orders',
      open.map(({ id }) => id),
      truth.openOrders.map((row) => String(row['clientOrderId'])),
    ),
  ]
}

async function compareEquity({ hub }: System, truth: Truth): Promise<string[]> {
  const instruments = await followInstruments(hub, of.venue)
  try {
    const { equity, marks } = await readAccountSight(hub, of, instruments)
    const profits = truth.positions.map(({ symbol, size, entryPrice }) =>
      size === '0' ? '0' : mul(size, sub(marks.get(symbol)?.markPrice ?? '0', entryPrice)),
    )
    const wanted = add(truth.balances['USDT']?.balance ?? '0', ...profits)
    return equity !== undefined && compareDecimals(equity, wanted) === 0
      ? []
      : [`equity: ${equity}, is ${wanted}`]
  } finally {
    instruments.stop()
  }
}

function compareFills(truth: Truth, fills: readonly Row[]): string[] {
  const names = ['id', 'symbol', 'side', 'time']
  const amounts = ['size', 'price', 'fee', 'realisedProfit']
  return compareList(
    'fills',
    // A fill's id is its order's and the trade's.
    fills.map((fill) => rowText({ ...fill, id: String(fill['id']).split('-').at(-1) }, names, amounts)),
    tradesOf(truth).map(({ qty: size, commission: fee, realizedPnl: realisedProfit, ...trade }) =>
      rowText({ ...trade, side: trade.side.toLowerCase(), size, fee, realisedProfit }, names, amounts),
    ),
  )
}

function compareIncome(truth: Truth, income: readonly Row[]): string[] {
  const names = ['type', 'id', 'symbol', 'asset', 'time']
  const texts = (rows: readonly Row[]) =>
    rows.map((row) => rowText({ ...row, type: String(row['type']).toLowerCase() }, names, ['amount']))
  return compareList('income', texts(income), texts(truth.income))
}

/** The one strategy's part of a position is what all trades make. */
function compareParts(truth: Truth, parts: Readonly<Record<string, string>>): string[] {
  const sizes = new Map<string, string>()
  for (const { symbol, side, qty } of tradesOf(truth))
    sizes.set(symbol, add(sizes.get(symbol) ?? '0', side === 'BUY' ? qty : negate(qty)))
  return compareList(
    'parts',
    Object.entries(parts).map(([field, text]) => `${field} ${(JSON.parse(text) as { size: string }).size}`),
    [...sizes].map(([symbol, size]) => `example/${symbol} ${size}`),
  )
}

function tradesOf({ trades }: Truth): readonly VenueTrade[] {
  return trades as unknown as readonly VenueTrade[]
}

function rowText(row: Row, names: readonly string[], amounts: readonly string[]): string {
  return [...names.map((name) => row[name]), ...amounts.map((name) => toDecimal(String(row[name])))].join(' ')
}

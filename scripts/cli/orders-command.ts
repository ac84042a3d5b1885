import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { add, signOf, sub } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { Fill, Order } from '../../lib/model/order.ts'
import { ordersAccountOf, requireVenueAccount } from '../../lib/model/paper-account.ts'
import type { Position } from '../../lib/model/position.ts'
import { readOrdersSummary } from '../../lib/orders/orders-summary.ts'
import type { OrdersSummary } from '../../lib/orders/orders-summary.ts'
import { toTable } from './table.ts'
import type { Cell, Column } from './table.ts'
import type { Terminal, Tone } from './terminal.ts'
import { toWhole } from './whole-option.ts'
import { configOf, withHub } from './with-hub.ts'

const mostRows = 10_000

interface OrdersOptions extends Record<string, unknown> {
  readonly open?: boolean
  readonly fills?: boolean
  readonly json?: boolean
  readonly limit: string
}

/** `sluice orders` */
export function ordersCommand(terminal: Terminal): Command {
  const command = createCommand(
    'orders',
    "Shows an account's orders and fills: those on paper, or with --live those at the venue.",
  )
    .option('--open', 'the open orders alone')
    .option('--fills', 'the last fills alone')
    .option('--limit <number>', 'ended orders and fills at most', '20')
    .option('--json', 'one line of JSON with all of it')
    .addHelpText(
      'after',
      `
Sizes are contracts, prices and money are in the quote asset, times are the venue's.

Examples:
  sluice orders
  sluice orders --fills --limit 100
  sluice orders --open --account paper2
  sluice orders --live --account main
  sluice orders --json | python3 -m json.tool`,
    )
    .action(async (options: OrdersOptions) => {
      const limit = toWhole('--limit', options.limit, 1, mostRows)
      const config = configOf(options)
      if (config.live) requireVenueAccount(config.account)
      await withHub(config, async (hub) => {
        const summary = await readOrdersSummary(
          hub,
          { venue: config.exchange, account: ordersAccountOf(config) },
          limit,
        )
        if (options.json === true) terminal.line(JSON.stringify(summary))
        else for (const line of toText(terminal, summary, options)) terminal.line(line)
      })
    })
  return addSettings(command, ['account', 'live', ...commonSettings])
}

function toText(terminal: Terminal, summary: OrdersSummary, options: OrdersOptions): string[] {
  const { positions, open, ended, fills } = summary
  const all = options.open !== true && options.fills !== true
  const parts: [wanted: boolean, title: string, lines: string[]][] = [
    [all && summary.mode === 'paper', 'Positions', positionsTable(terminal, positions)],
    [all || options.open === true, 'Open orders', ordersTable(terminal, open)],
    [all, 'Ended orders', ordersTable(terminal, ended)],
    [all || options.fills === true, 'Fills', fillsTable(terminal, fills)],
  ]
  const how = summary.mode === 'paper' ? 'paper, nothing reaches the venue' : 'LIVE, at the venue'
  const head = `Account ${summary.account} on ${summary.venue}: ${how}`
  return [
    head,
    ...parts.flatMap(([wanted, title, lines]) =>
      wanted ? ['', ...(lines.length === 1 ? [`${title}: none`] : [title, ...lines])] : [],
    ),
  ]
}

const left = (title: string): Column => ({ title })
const right = (title: string): Column => ({ title, align: 'right' })

function positionsTable(terminal: Terminal, positions: readonly Position[]): string[] {
  const columns = [
    left('SYMBOL'),
    ...['SIZE', 'ENTRY', 'REALISED', 'FEES', 'FUNDING', 'NET'].map(right),
    left('CHANGED'),
  ]
  const rows = positions.map((each): Cell[] => {
    const { symbol, size, entryPrice = '–', realisedProfit, fees, funding, time } = each
    const net = add(sub(realisedProfit, fees), funding)
    return [symbol, size, entryPrice, realisedProfit, fees, funding, money(net), toSecond(time)]
  })
  return toTable(terminal, columns, rows)
}

function ordersTable(terminal: Terminal, orders: readonly Order[]): string[] {
  const columns = [
    left('UTC'),
    left('SYMBOL'),
    left('SIDE'),
    left('TYPE'),
    ...['SIZE', 'PRICE', 'FILLED'].map(right),
    left('STATE'),
    left('SIGNAL'),
    left('WHY'),
  ]
  const rows = orders.map((order): Cell[] => {
    const { submittedAt, symbol, side, type, size, price = '–', filled, state, signalId, reason } = order
    const how = order.postOnly ? 'post-only' : type === 'market' ? type : `limit ${order.timeInForce}`
    const cells = [toSecond(submittedAt), symbol, side, how, size, price, filled]
    return [...cells, { text: state, tone: stateTones[state] }, signalId, reason]
  })
  return toTable(terminal, columns, rows)
}

function fillsTable(terminal: Terminal, fills: readonly Fill[]): string[] {
  const columns = [
    left('UTC'),
    left('SYMBOL'),
    left('SIDE'),
    ...['SIZE', 'PRICE', 'NOTIONAL', 'FEE', 'REALISED'].map(right),
    left('AS'),
    left('STRATEGY'),
  ]
  const rows = fills.map((fill): Cell[] => {
    const { time, symbol, side, size, price, notional, fee, realisedProfit, liquidity, strategy } = fill
    const cells = [toSecond(time), symbol, side, size, price, notional, fee]
    return [...cells, money(realisedProfit), liquidity, strategy]
  })
  return toTable(terminal, columns, rows)
}

const stateTones: Readonly<Record<Order['state'], Tone | undefined>> = {
  pending: 'warn',
  open: 'warn',
  filled: 'good',
  cancelled: 'quiet',
  rejected: 'bad',
  expired: 'quiet',
}

function money(amount: Decimal): Cell {
  const sign = signOf(amount)
  return { text: amount, tone: sign > 0 ? 'good' : sign < 0 ? 'bad' : undefined }
}

function toSecond(time: number): string {
  return new Date(time).toISOString().slice(5, 19).replace('T', ' ')
}

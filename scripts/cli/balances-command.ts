import type { Command } from 'commander'
import type { AccountSummary, ShownIncome } from '../../lib/account/account-summary.ts'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { conditionLines, money, toHead } from './positions-text.ts'
import { selectAccounts } from './select-accounts.ts'
import { toTable } from './table.ts'
import type { Cell, Column } from './table.ts'
import type { Terminal } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

/** `sluice balances` */
export function balancesCommand(terminal: Terminal): Command {
  const command = createCommand(
    'balances',
    'Shows what an account at the venue comes to, and what it brought.',
  )
    .option('--json', 'one line of JSON with all that is known of the account')
    .addHelpText(
      'after',
      `
Figures are in the quote asset, at mark prices; – is what is not known. INCOME is what was realised, paid as fees and
paid or received as funding.

Examples:
  sluice balances
  sluice balances --account main --json | python3 -m json.tool`,
    )
    .action(async (options: Record<string, unknown>) => {
      await withHub(configOf(options), async (hub) => {
        const accounts = await selectAccounts(hub)
        if (options['json'] === true) return terminal.line(JSON.stringify({ accounts }))
        for (const line of accounts.flatMap((each, at) => [
          ...(at === 0 ? [] : ['']),
          ...toText(terminal, each),
        ]))
          terminal.line(line)
      })
    })
  return addSettings(command, ['account', 'quoteAssets', ...commonSettings])
}

const left = (title: string): Column => ({ title })
const right = (title: string): Column => ({ title, align: 'right' })

function toText(terminal: Terminal, account: AccountSummary): string[] {
  const { figures, quote, income, balances } = account
  const figure = (title: string, value: Decimal | undefined): Cell[] => [title, value ?? '–']
  const sums: Cell[][] = [
    figure('equity', figures.equity),
    figure('wallet balance', figures.walletBalance),
    ['unrealised profit', money(figures.unrealisedProfit)],
    figure('available', figures.available),
    figure('maintenance margin', figures.maintenanceMargin),
    figure('margin ratio', figures.marginRatio),
    ['income, 4 h', money(income.in4h.total)],
    ['income, 24 h', money(income.in24h.total)],
  ]
  const unknown = figures.unknown.length === 0 ? [] : [`not known: ${figures.unknown.join(', ')}`]
  const held = balances.filter(({ walletBalance }) => walletBalance !== '0')
  return [
    toHead(account),
    '',
    ...toTable(terminal, [left('FIGURE'), right(quote)], sums),
    ...unknown,
    '',
    ...(held.length === 0 ? ['Assets: none'] : assetsTable(terminal, held)),
    '',
    ...incomeTable(terminal, income),
    ...conditionLines(terminal, account),
  ]
}

function assetsTable(terminal: Terminal, balances: AccountSummary['balances']): string[] {
  const titles = ['WALLET', 'AVAILABLE', 'INITIAL MARGIN', 'MAINTENANCE']
  const rows = balances.map(({ asset, walletBalance, valuation }): Cell[] => [
    asset,
    walletBalance,
    valuation.availableBalance ?? '–',
    valuation.initialMargin ?? '–',
    valuation.maintenanceMargin ?? '–',
  ])
  return toTable(terminal, [left('ASSET'), ...titles.map(right)], rows)
}

function incomeTable(
  terminal: Terminal,
  { in4h, in24h }: { readonly in4h: ShownIncome; readonly in24h: ShownIncome },
): string[] {
  const rows = Object.entries(in24h.bySymbol).flatMap(([symbol, assets]) =>
    Object.entries(assets).map(([asset, amount]): Cell[] => [
      symbol,
      asset,
      money(in4h.bySymbol[symbol]?.[asset] ?? '0'),
      money(amount),
    ]),
  )
  if (rows.length === 0) return ['Income: none in the last 24 h']
  const columns = [left('INCOME OF'), left('ASSET'), right('4 H'), right('24 H')]
  return toTable(terminal, columns, rows)
}

import type { AccountSummary, Said, ShownPosition } from '../../lib/account/account-summary.ts'
import { signOf } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { positionField } from '../../lib/model/position-report.ts'
import type { LadderState } from '../../lib/risk/ladder-state.ts'
import { toSpan } from './span.ts'
import { toTable } from './table.ts'
import type { Cell, Column } from './table.ts'
import type { Terminal } from './terminal.ts'

const left = (title: string): Column => ({ title })
const right = (title: string): Column => ({ title, align: 'right' })

/** Account -> `SYMBOL/side` -> the position's stops. */
export type LaddersOf = ReadonlyMap<string, ReadonlyMap<string, LadderState>>

/** Accounts, their positions and their conditions, as lines. */
export function toPositionsText(
  terminal: Terminal,
  accounts: readonly AccountSummary[],
  ladders: LaddersOf,
  options: { readonly sources?: boolean; readonly flat?: boolean },
): string[] {
  return accounts.flatMap((account, at) => {
    const shown = account.positions.filter(({ size }) => options.flat === true || size !== '0')
    const table =
      options.sources === true
        ? sourcesTable(terminal, shown)
        : positionsTable(terminal, shown, ladders.get(account.account))
    return [
      ...(at === 0 ? [] : ['']),
      toHead(account),
      sourcesLine(terminal, account),
      '',
      ...(shown.length === 0 ? ['Positions: none'] : table),
      ...conditionLines(terminal, account),
    ]
  })
}

/** `Account main on binanceusdm: one-way, halted` */
export function toHead({ account, venue, modes, tradingState }: AccountSummary): string {
  const parts = [
    modes?.positionMode,
    modes?.multiAssets === true ? 'multi-assets' : undefined,
    tradingState ?? 'halted as its trading state is missing',
  ]
  const told = parts.filter((part) => part !== undefined).join(', ')
  return `Account ${account} on ${venue}${told === '' ? '' : `: ${told}`}`
}

/** What stands against an account, one line each, with an empty one before. */
export function conditionLines(terminal: Terminal, { conditions }: AccountSummary): string[] {
  if (conditions.length === 0) return []
  return [
    '',
    ...conditions.map(({ name, since, text }) =>
      terminal.paint('bad', `! ${name}, since ${toSecond(since)} UTC: ${text}`),
    ),
  ]
}

function sourcesLine(terminal: Terminal, { sources }: AccountSummary): string {
  return sources
    .map(({ source, ageMs, problem }) => {
      if (problem !== undefined) return terminal.paint('bad', `${source}: ${problem}`)
      // A stream has nothing to say while nothing happens.
      return terminal.paint(
        'good',
        source === 'stream' ? 'stream connected' : `${source} ${toSpan(ageMs)} ago`,
      )
    })
    .join('   ')
}

function positionsTable(
  terminal: Terminal,
  positions: readonly ShownPosition[],
  ladders: ReadonlyMap<string, LadderState> = new Map(),
): string[] {
  const titles = ['SIZE', 'BASE', 'ENTRY', 'MARK', 'NOTIONAL', 'PROFIT', 'LEVERAGE', 'LIQUIDATION']
  const columns = [left('SYMBOL'), left('SIDE'), ...titles.map(right), left('STOPS'), left('CHANGED')]
  const rows = positions.map((each): Cell[] => [
    each.symbol,
    each.side,
    each.size,
    each.baseQty ?? '–',
    each.entryPrice ?? '–',
    each.markPrice ?? '–',
    each.notional ?? '–',
    money(each.unrealisedProfit),
    each.leverage ?? '–',
    each.margin.liquidationPrice ?? '–',
    stopsOf(ladders.get(positionField(each))),
    each.time === undefined ? '–' : toSecond(each.time),
  ])
  return toTable(terminal, columns, rows)
}

/** `4 and the rest`: how many rungs stand, and whether one stop closes whatever is left. */
function stopsOf(ladder: LadderState | undefined): Cell {
  const standing = [...(ladder?.stops.values() ?? [])].filter(({ state }) => state === 'standing')
  if (ladder === undefined) return { text: '–', tone: 'quiet' }
  const rungs = standing.filter(({ rung }) => rung > 0).length
  const text = `${rungs}${rungs < standing.length ? ' and the rest' : ''}`
  return { text, tone: ladder.uncoveredSince === undefined ? undefined : 'bad' }
}

function sourcesTable(terminal: Terminal, positions: readonly ShownPosition[]): string[] {
  const columns = ['SYMBOL', 'SIDE', 'HELD TO BE', 'BY', 'ACCOUNT', 'RISK', 'STREAM'].map(left)
  const rows = positions.map(({ symbol, side, size, entryPrice, source, says, lastConfirmedAt }): Cell[] => {
    const toText = (of: Said) => `${of.size}${of.entryPrice === undefined ? '' : ` at ${of.entryPrice}`}`
    const newest = Math.max(0, ...Object.values(lastConfirmedAt))
    const say = (of: 'account' | 'risk' | 'stream'): Cell => {
      const said = says[of]
      const at = lastConfirmedAt[of]
      const behindMs = at === undefined ? undefined : newest - at
      const when = behindMs === undefined || behindMs === 0 ? '' : `, ${toSpan(behindMs)} before`
      if (said === undefined) return { text: 'nothing', tone: 'quiet' }
      return { text: `${toText(said)}${when}`, tone: said.size === size ? undefined : 'warn' }
    }
    const held = toText({ size, entryPrice })
    return [symbol, side, held, source, say('account'), say('risk'), say('stream')]
  })
  return toTable(terminal, columns, rows)
}

/** An amount, green or red by its sign. */
export function money(amount: Decimal | undefined): Cell {
  const sign = amount === undefined ? 0 : signOf(amount)
  return { text: amount ?? '–', tone: sign > 0 ? 'good' : sign < 0 ? 'bad' : undefined }
}

function toSecond(time: number): string {
  return new Date(time).toISOString().slice(5, 19).replace('T', ' ')
}

import type { Budget } from '../../lib/egress/budgets.ts'
import type { LivingActor } from '../../lib/hub/heartbeats.ts'
import type { Freshness } from '../../lib/market/lane-status.ts'
import { toSpan } from './span.ts'
import type { SystemStatus } from './system-status.ts'
import { toTable } from './table.ts'
import type { Cell, Column } from './table.ts'
import type { Terminal, Tone } from './terminal.ts'

const tones: Readonly<Record<Freshness, Tone | undefined>> = {
  fresh: 'good',
  late: 'warn',
  stale: 'bad',
  starting: undefined,
  empty: undefined,
}

/** The status as the lines of four tables. */
export function toStatusText(terminal: Terminal, status: SystemStatus): string[] {
  const section = (columns: string[], rows: Cell[][], none: string) =>
    rows.length === 0 ? [none] : toTable(terminal, columns.map(toColumn), rows)
  return [
    ...section(
      ['LANE', 'STATE', '>SYMBOLS', '>LAP', '>BOUND', '>AGE P50', '>P99', '>MAX'],
      status.lanes.map(({ lane, freshness, symbols, missing, lapMs, boundMs, ageMs }) => [
        lane,
        { text: freshness, tone: tones[freshness] },
        missing === 0 ? String(symbols) : `${symbols} (${missing} not yet)`,
        toSpan(lapMs),
        toSpan(boundMs),
        toSpan(ageMs?.p50),
        toSpan(ageMs?.p99),
        toSpan(ageMs?.max),
      ]),
      "No lane yet: the symbol-cursor makes them once it knows the venue's symbols.",
    ),
    '',
    ...section(
      ['ADDRESS', '>USED', '>PERMITTED', '>LIMIT', '>WINDOW LEFT', 'STATE'],
      status.budgets.map((budget) => [
        budget.address,
        String(budget.usedWeight),
        String(budget.permitted ?? '–'),
        String(budget.limit ?? '–'),
        toSpan(budget.windowLeftMs),
        toState(budget),
      ]),
      'No request has left yet.',
    ),
    '',
    ...section(
      ['ACTOR', 'HOST AND PID', '>BEAT', 'SAYS'],
      status.actors.map((actor) => [actor.kind, toPlace(actor), toSpan(actor.beatAgeMs), toSaying(actor)]),
      'No actor is alive.',
    ),
    '',
    ...section(
      ['QUEUE', '>WAITING', '>ACTIVE', '>DELAYED', '>FAILED'],
      status.queues.map(({ name, waiting, active, delayed, failed }) => [
        name,
        String(waiting),
        String(active),
        String(delayed),
        { text: String(failed), tone: failed > 0 ? 'bad' : undefined },
      ]),
      'No queue is known.',
    ),
  ]
}

function toColumn(title: string): Column {
  return title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title }
}

function toState({ cooldownMs, closedBy, probing, idleMs }: Budget): Cell {
  if (cooldownMs > 0) {
    return {
      text: `closed${closedBy === undefined ? '' : ` by ${closedBy}`}, opens in ${toSpan(cooldownMs)}`,
      tone: 'bad',
    }
  }
  if (probing) return { text: 'probing', tone: 'warn' }
  return idleMs > 10_000 ? `idle for ${toSpan(idleMs)}` : { text: 'open', tone: 'good' }
}

function toPlace({ id, kind }: LivingActor): string {
  return id.slice(kind.length + 1).replace(/:(\d+)$/, ' $1')
}

const notSaid = new Set(['venue', 'startedAt', 'beatAt'])

function toSaying({ fields }: LivingActor): string {
  return Object.entries(fields)
    .filter(([field]) => !notSaid.has(field))
    .map(([field, value]) => `${field} ${value}`)
    .join(', ')
}

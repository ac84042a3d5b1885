import type { Egress } from '../../lib/egress/egress.ts'
import type { AccountExchange } from '../../lib/exchange/account-exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { Flow } from '../../lib/model/egress-budget.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'

/** What the parts of this actor work with. */
export interface AccountActor {
  readonly hub: Hub
  readonly of: AccountOf
  readonly exchange: AccountExchange
  readonly egress: Egress
  /** requests that no source makes by itself: questions, income, modes, the venue's clock */
  readonly flow: Flow
}

// Real ms: processes that share a flow with a small share wait for each other's turns.
const patienceMs = 15_000
const leisureMs = 65_000

/** The flow of a source of an account, or of what is asked besides: processes that share it share its pace. */
export function flowOf({ account }: AccountOf, of: AccountSource | 'ask', share: number): Flow {
  return { name: `${account}.${of}`, share, patienceMs }
}

/** Asks something of the account in the part of the budget that is not a source's own. */
export function askAccount<T>(
  actor: AccountActor,
  run: (exchange: AccountExchange) => Promise<T>,
): Promise<T> {
  return actor.egress.call('account', () => run(actor.exchange), undefined, actor.flow)
}

/** The same for what is heavy and in no hurry: it may wait for the next window. */
export function askAtLeisure<T>(
  { egress, exchange, flow }: AccountActor,
  run: (exchange: AccountExchange) => Promise<T>,
): Promise<T> {
  return egress.call('account', () => run(exchange), undefined, { ...flow, patienceMs: leisureMs })
}

/** Asks for what nothing may be opened without: it goes as an order would, before all that keeps a pace. */
export function askForOrders<T>(
  { egress, exchange }: AccountActor,
  run: (exchange: AccountExchange) => Promise<T>,
): Promise<T> {
  return egress.call('orders', () => run(exchange))
}

import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Order } from '../model/order.ts'

/** What is kept of an account, in the order in which it came to be known. */
export type RecordKind = 'orders' | 'fills' | 'income' | 'journal'

export const recordKinds: readonly RecordKind[] = ['orders', 'fills', 'income', 'journal']

/** One row of a stream. */
export interface StoredRecord {
  /** the stream's own id, `MS-N`: ms since epoch of this system's clock when it was written, and a number */
  readonly id: string
  readonly row: Readonly<Record<string, unknown>>
}

// States of orders; each order has a handful.
const keepRecords = 100_000
const page = 1_000

/** An order as its record tells it. */
export function recordOf(order: Order): { record: string; keepRecords: number } {
  return { record: JSON.stringify(order), keepRecords }
}

/** The rows of a kind that come after `after`, a stream id, oldest first, page by page: each once. */
export async function* readRecords(
  hub: Hub,
  of: AccountOf,
  kind: RecordKind,
  after: string,
): AsyncGenerator<readonly StoredRecord[]> {
  const key = streamKey(hub, of, kind)
  let last = after
  for (;;) {
    const rows = await hub.redis.xrange(key, `(${last}`, '+', 'COUNT', page)
    if (rows.length === 0) return
    yield rows.map(([id, [, text]]) => ({ id, row: JSON.parse(text ?? '{}') as StoredRecord['row'] }))
    last = rows.at(-1)?.[0] ?? last
  }
}

function streamKey({ keys }: Hub, { venue, account }: AccountOf, kind: RecordKind): string {
  switch (kind) {
    case 'orders':
      return keys.orderRecords(venue, account)
    case 'fills':
      return keys.fills(venue, account)
    case 'income':
      return keys.income(venue, account)
    case 'journal':
      return keys.journal(venue, account)
  }
}

import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import type { AccountExchange, VenueClock } from '../../lib/exchange/account-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { RecordingGate } from './recording-gate.ts'

/** An account as a test opens it. */
export interface TestAccount {
  readonly exchange: AccountExchange
  readonly gate: RecordingGate
  readonly clock: VenueClock
}

/** Keys of the length and the letters that the venue's have. */
export const longKeys = {
  key: 'Kq3vR8tYw2ZxC5bN7mPaSdFgHjKl4e6TuIoXvBnMqWeRtYuIoPaSdFgHjKlZx0cV',
  secret: 'Se9cRetZx8cVbN7mAsDfGhJkLqWeRtYuIoP6aSdFgHjKl5ZxCvBnM4qWeRtYu3Io',
}

/** Opens an account of a venue at `url`, on a clock that does not know the venue's yet. */
export async function openTestAccount(
  url: string,
  of: { key?: string; secret?: string; rate?: number; localAddress?: string } = {},
): Promise<TestAccount> {
  const gate = openRecordingGate()
  const clock = createClock(of.rate ?? 1)
  const exchange = await openAccountExchange('binanceusdm', {
    url,
    localAddress: of.localAddress ?? '',
    proxy: '',
    gate,
    account: 'main',
    keys: closeKeys(of.key ?? longKeys.key, of.secret ?? longKeys.secret),
    clock,
  })
  return { exchange, gate, clock }
}

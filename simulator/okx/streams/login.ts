import { createHmac } from 'node:crypto'
import type { Account } from '../../account/account.ts'
import type { Accounts } from '../../account/accounts.ts'
import type { Argument } from './argument.ts'

export interface LoginRefusal {
  readonly code: string
  readonly msg: string
}

const OLDEST_MS = 30_000

/** The account that logs in, or why it may not. https://www.okx.com/docs-v5/en/#overview-websocket-login */
export function login(
  { apiKey = '', passphrase = '', timestamp = '', sign = '' }: Argument,
  accounts: Accounts,
  now: number,
  rate: number,
): Account | LoginRefusal {
  if (apiKey === '' || sign === '') return { code: '60009', msg: 'Login failed.' }
  const account = accounts.find(apiKey)
  if (account === undefined) return { code: '60005', msg: 'Invalid apiKey' }
  if (passphrase === '') return { code: '60024', msg: 'Wrong passphrase' }
  const sentAt = Number(timestamp) * 1000
  if (timestamp === '' || !Number.isFinite(sentAt)) return { code: '60004', msg: 'Invalid timestamp' }
  if (Math.abs(now - sentAt) > OLDEST_MS * Math.max(1, rate))
    return { code: '60006', msg: 'Timestamp request expired' }
  const expected = createHmac('sha256', account.secret)
    .update(`${timestamp}GET/users/self/verify`)
    .digest('base64')
  return expected === sign ? account : { code: '60007', msg: 'Invalid sign' }
}
